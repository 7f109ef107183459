import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ingestCommand } from '../../src/cli/ingest.ts';
import { inspectCommand } from '../../src/cli/inspect.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { encodeNpy } from '../../src/files/npy.ts';

let folder = '';
let printed = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainmass-cli-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('ingest passes every option on, and prints the same as inspect: one JSON document', async () => {
  mkdirSync(join(folder, 'in'));
  const values = Float32Array.from({ length: 90 }, (_, i) => Math.sin(i * i));
  writeFileSync(join(folder, 'in', 'a.npy'), encodeNpy(values, [3, 30]));
  writeFileSync(join(folder, 'p.csv'), 'code,where,visit,n,lab,seconds,age\nc1,a.npy,v1,r1,L,1.5,30\n');
  const out = join(folder, 'out');
  const columns = '--id code --file-column where --session-column visit --run-column n --site-column lab';
  const options = `--participants ${join(folder, 'p.csv')} ${columns} --tr-column seconds --layout roi-time --json`;
  await ingestCommand().parseAsync(['node', 'ingest', join(folder, 'in'), '--out', out, ...options.split(' ')]);
  const { ingest: done, ...summary } = JSON.parse(printed);
  expect(done).toEqual({ read: 1, taken_over: 0, left_out: [] });
  const dataset = openDataset(out);
  dataset.close();
  expect(dataset.scans).toEqual([
    {
      scanId: 'c1_v1_r1',
      participantId: 'c1',
      session: 'v1',
      run: 'r1',
      site: 'L',
      timepoints: 30,
      offset: 0,
      tr: 1.5,
      phenotype: { age: '30' },
    },
  ]);
  printed = '';
  await inspectCommand().parseAsync(['node', 'inspect', out, '--json']);
  const { checks, ...inspected } = JSON.parse(printed);
  expect(inspected).toEqual(summary);
  // 45 s of data are few.
  expect(checks).toMatchObject([{ id: 'few-volumes', level: 'note' }]);
  expect(summary).toMatchObject({ scans: 1, rois: 3, hash: dataset.hash });
});
