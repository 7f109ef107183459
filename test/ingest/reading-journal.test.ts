import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../../src/ingest/reading-journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));
const directory = join(folder, 'x.reading');
const lines = join(directory, 'scans.jsonl');
const series = (scan: number) => ({
  values: Float32Array.from({ length: 12 }, (_, i) => Math.sin(scan + i)),
  timepoints: 4,
  rois: 3,
});

beforeEach(() => {
  rmSync(directory, { recursive: true, force: true });
  const journal = openJournal(directory, 'rules');
  for (const i of [0, 1, 2]) journal.append({ path: `s${i}.npy`, sha256: 'x' }, series(i));
  journal.close('keep');
});

function known(): string[] {
  const journal = openJournal(directory, 'rules');
  for (const [path, scan] of journal.scans) expect(scan.readSeries()).toEqual(series(Number(path[1])));
  journal.close('keep');
  return [...journal.scans.keys()];
}

test('what was read is there for the next run', () => {
  expect(known()).toEqual(['s0.npy', 's1.npy', 's2.npy']);
});

test.each([
  ['a line that is not whole', (text: string) => text.slice(0, -20)],
  [
    'a size beyond the file',
    (text: string) => text.replace(/"timepoints":4(?=[^\n]*\n$)/, '"timepoints":400000000000'),
  ],
  ['another checksum', (text: string) => text.replace(/"sha256":"[0-9a-f]{4}(?=[^\n]*\n$)/, '"sha256":"0000')],
])('%s ends it there', (_, damage) => {
  const whole = readFileSync(lines, 'utf8');
  expect(damage(whole)).not.toBe(whole);
  writeFileSync(lines, damage(whole));
  expect(known()).toEqual(['s0.npy', 's1.npy']);
  expect(known()).toEqual(['s0.npy', 's1.npy']);
});
