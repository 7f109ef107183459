import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanFile } from '../../src/ingest/scan-file.ts';

test('confounds by name come with the sidecar that says of which tissue their components are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scan-file-'));
  const located = (name: string) => ({
    path: join(folder, name),
    name,
    where: name,
    scan: { scanId: 'a', participantId: 'a', session: '', run: '', site: '', tr: undefined, phenotype: {} },
  });
  const confounds = (name: string) => scanFile(located(name), { confoundsName: '{name}_confounds.tsv' }).confounds;
  for (const name of ['a_confounds.tsv', 'a_confounds.json', 'b_confounds.tsv']) writeFileSync(join(folder, name), '');
  expect(confounds('a.nii.gz')).toEqual({
    table: join(folder, 'a_confounds.tsv'),
    sidecar: join(folder, 'a_confounds.json'),
  });
  expect(confounds('b.npy')).toEqual({ table: join(folder, 'b_confounds.tsv') });
  expect(() => confounds('c.npy')).toThrow(/c\.npy: there are no confounds in .*c_confounds\.tsv; check --confounds/);
  rmSync(folder, { recursive: true });
});
