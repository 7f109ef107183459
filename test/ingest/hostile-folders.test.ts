/** @file Folders as people have them: links to nothing and to pipes, data sets of ours inside, names written in two ways. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts';
import { scratchFolder } from './scratch-folder.ts';

const { at } = scratchFolder('in');
let next = 1;
function put(...parts: string[]): void {
  const values = Float32Array.from({ length: 30 * 3 }, () => Math.sin((next++) ** 2));
  writeFileSync(at(...parts), encodeNpy(values, [30, 3]));
}
const run = (options: Partial<IngestOptions> = {}, out = at('out')) =>
  ingest([at('in')], { out, atlas: '3', ...options });
function scansOf(out = at('out')): string[] {
  const dataset = openDataset(out);
  dataset.close();
  return dataset.scans.map(({ scanId }) => scanId);
}

test.each([
  ['to nothing', 'absent', 'no such file or folder'],
  ['in a circle', 'b.npy', 'the link goes in a circle'],
])('a link %s is a scan that cannot be read', async (_, target, problem) => {
  put('in', 'a.npy');
  symlinkSync(target, at('in', 'b.npy'));
  await expect(run()).rejects.toThrow(`${at('in', 'b.npy')}: ${problem}.`);
  expect(readdirSync(at())).toEqual(['in']);
  const { ingest: done } = await run({ skipBad: true });
  expect(done.left_out.map(({ name }) => name)).toEqual(['b.npy']);
  expect(scansOf()).toEqual(['a']);
});

test.runIf(process.platform === 'linux')('a link to a pipe or a device is passed over, as these are', async () => {
  put('in', 'a.npy');
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync(at('pipe'), at('in', 'b.npy'));
  symlinkSync('/dev/zero', at('in', 'c.npy'));
  await run();
  expect(scansOf()).toEqual(['a']);
});

test.runIf(process.platform === 'linux')('a file whose name is not UTF-8 cannot be opened, and is named', async () => {
  put('in', 'a.npy');
  writeFileSync(Buffer.concat([Buffer.from(at('in', 'b')), Buffer.of(0xff), Buffer.from('.npy')]), '');
  await expect(run()).rejects.toThrow(`${at('in', 'b\ufffd.npy')}: no such file or folder`);
});

test('a data set of ours inside the folder gives no scans; one in its place is refused', async () => {
  put('in', 'a.npy');
  await run({}, at('in', 'mine.dataset'));
  await run({ overwrite: true }, at('in', 'mine.dataset'));
  expect(scansOf(at('in', 'mine.dataset'))).toEqual(['a']);
  put('in', 'sub-1_timeseries.npy');
  await run({ add: true }, at('in', 'mine.dataset'));
  expect(scansOf(at('in', 'mine.dataset')).sort()).toEqual(['a', 'sub-1']);
  await expect(ingest([at('in', 'mine.dataset')], { out: at('out'), atlas: '3' })).rejects.toThrow(
    'this is a data set already, not a folder of scans; brainmass dataset merge joins data sets.',
  );
});

test('an accent may be one character in the table and two in the file, as macOS writes it', async () => {
  put('in', `M${'\u0075\u0308'}ller.npy`);
  put('in', 'b.npy');
  writeFileSync(at('by-id.csv'), 'id,age\nM\u00fcller,31\nb,40\n');
  writeFileSync(at('by-file.csv'), 'id,file,age\n1,M\u00fcller.npy,31\n2,b.npy,40\n');
  for (const table of ['by-id.csv', 'by-file.csv']) {
    await run({ participants: at(table), overwrite: true });
    expect(readFileSync(at('out', 'scans.tsv'), 'utf8')).toMatch(/\t31\n/);
  }
});

test('columns may be called as what every object has', async () => {
  put('in', 'a.npy');
  put('in', 'b.npy');
  writeFileSync(at('p.csv'), 'id,__proto__,constructor\na,1,2\nb,3,4\n');
  const { columns } = await run({ participants: at('p.csv') });
  expect(columns.map(({ name, missing }) => [name, missing])).toEqual([
    ['__proto__', 0],
    ['constructor', 0],
  ]);
  expect(readFileSync(at('out', 'scans.tsv'), 'utf8')).toMatch(/\t1\t2\n.*\t3\t4\n$/);
});

test.runIf(process.platform === 'linux')(
  'an output where nothing can be made is refused, not tried for ever',
  async () => {
    put('in', 'a.npy');
    await expect(run({}, '/proc/out.dataset')).rejects.toThrow('/proc/out.dataset: no such file or folder');
    expect(existsSync(at('out'))).toBe(false);
  },
);
