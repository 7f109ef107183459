import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { ingest } from '../../src/ingest/ingest.ts';

test('what of a file is no part of the matrix is said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'left-out-'));
  const column = (name: string, roi: number) => ({
    name,
    data: Array.from({ length: 30 }, (_, t) => Math.sin((t + 1) * (roi + 1))),
    type: 'DOUBLE' as const,
  });
  const visit = { name: 'visit', data: Array.from({ length: 30 }, () => 'first'), type: 'STRING' as const };
  writeFileSync(
    join(folder, 'sub-01.parquet'),
    Buffer.from(parquetWriteBuffer({ columnData: [column('a', 0), visit, column('b', 1), column('c', 2)] })),
  );
  const { warnings } = await ingest([folder], { out: join(folder, 'x.dataset'), atlas: '3' });
  expect(warnings.filter((warning) => warning.includes('left out'))).toEqual([
    expect.stringMatching(/sub-01\.parquet: left out, being no single columns of numbers: visit$/),
  ]);
  rmSync(folder, { recursive: true });
});
