import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { findFiles } from '../../src/ingest/found-files.ts';
import { readNiftiHeader, streamNumbers } from '../../src/volume/nifti-file.ts';
import { parcellateVolume } from '../../src/volume/parcellate-volume.ts';
import { imageFolder, niftiBytes, readFixture } from './image-files.ts';

interface Case {
  readonly name: string;
  readonly header: string;
  readonly image: string;
  readonly affine?: readonly number[];
  readonly values?: readonly number[];
}

const CASES = readFixture('pairs.json') as readonly Case[];
const { folder: root } = imageFolder();
const folder = join(root, 'pairs');
const unpacked = (packed: string) => gunzipSync(Buffer.from(packed, 'base64'));
const named = (name: string): Case => {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const write = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

/** The numbers, scaled, by the name of either file. */
async function numbersOf(path: string): Promise<number[]> {
  const header = await readNiftiHeader(path);
  const numbers: number[] = [];
  await streamNumbers(path, header, 24, (values) => {
    for (const value of values) numbers.push(header.slope * value + header.intercept);
  });
  return numbers;
}

describe('pairs of .hdr and .img, as nibabel wrote them', () => {
  test.each(CASES.filter(({ values }) => values !== undefined).map((one) => [one.name, one] as const))(
    '%s: numbers, affine, TR; by either name, compressed or not',
    async (_, { header, image, affine = [], values = [] }) => {
      const pairs = [
        [write('a.hdr', unpacked(header)), write('a.img', unpacked(image))],
        [write('b.hdr', unpacked(header)), write('b.img.gz', gzipSync(unpacked(image)))],
        [write('C.HDR', unpacked(header)), write('C.IMG', unpacked(image))],
        [write('d.hdr.gz', gzipSync(unpacked(header))), write('d.img.gz', gzipSync(unpacked(image)))],
      ];
      for (const path of pairs.flat()) {
        const read = await readNiftiHeader(path);
        expect([read.dims, read.tr, read.dataOffset]).toEqual([[3, 4, 2, 5], 1.5, 0]);
        for (const [i, value] of affine.entries()) expect(read.affine[i]).toBeCloseTo(value, 5);
        expect(await numbersOf(path)).toEqual(values);
      }
    },
  );

  test('numbers that start later in their file', async () => {
    const { header, image, values } = named('NIfTI-1 <');
    const moved = unpacked(header);
    moved.writeFloatLE(16, 108);
    write('x.hdr', moved);
    expect(await numbersOf(write('x.img', Buffer.concat([Buffer.alloc(16), unpacked(image)])))).toEqual(values);
  });

  test('a series of ROIs is that of the same image in one file', async () => {
    const dims = [4, 4, 2, 5];
    const affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0];
    const one = niftiBytes({ dims, affine, values: Int16Array.from({ length: 160 }, (_, i) => (i * i) % 71), tr: 2 });
    const header = Buffer.from(one.subarray(0, 348));
    header.write('ni1\0', 344, 'latin1');
    header.writeFloatLE(0, 108);
    write('x.hdr', header);
    const grid = { dims: [4, 4, 2] as const, affine: Float64Array.from([...affine, 0, 0, 0, 1]), placed: true };
    const atlas = { ...grid, labels: Int32Array.from({ length: 32 }, (_, v) => 1 + (v % 3)) };
    const read = (path: string) => parcellateVolume(path, { atlas, labels: [1, 2, 3] });
    const { sha256, ...pair } = await read(write('x.img', one.subarray(352)));
    expect(await read(write('x.nii', one))).toMatchObject(pair);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('what is missing or no pair is said', () => {
  const { header, image } = named('NIfTI-1 <');
  const refused = async (path: string, ...parts: string[]) => {
    for (const part of parts) await expect(readNiftiHeader(path)).rejects.toThrow(part);
  };

  test('one of the two is missing', async () => {
    await refused(
      write('x.hdr', unpacked(header)),
      `${join(folder, 'x.hdr')}: the header has no image beside it, expected ${join(folder, 'x.img')} or .img.gz`,
    );
    await refused(
      write('y.img.gz', gzipSync(unpacked(image))),
      `the image has no header beside it, expected ${join(folder, 'y.hdr')}; keep the .hdr and the .img`,
    );
    await refused(join(folder, 'none.img'), 'none.img: no such file or folder.');
  });

  test('the image is cut off, too long, or damaged: the message names the image', async () => {
    const path = write('x.hdr', unpacked(header));
    write('x.img', unpacked(image).subarray(0, 200));
    await refused(path, 'x.img: the image is cut off, expected 240 bytes');
    write('x.img', Buffer.concat([unpacked(image), Buffer.alloc(1)]));
    await refused(path, 'x.img: the image is longer than its NIfTI header says');
    rmSync(join(folder, 'x.img'));
    write('x.img.gz', gzipSync(unpacked(image).subarray(0, 200)));
    await expect(numbersOf(path)).rejects.toThrow('x.img.gz: the image is cut off');
    write('x.img.gz', gzipSync(unpacked(image)).subarray(0, 30));
    await expect(numbersOf(path)).rejects.toThrow('x.img.gz: the gzip compression is damaged or cut off');
  });

  test.each(['ANALYZE <', 'SPM99 >'])('%s: refused, for left may be right', async (name) => {
    const one = named(name);
    write('x.img', unpacked(one.image));
    await refused(
      write('x.hdr', unpacked(one.header)),
      'x.hdr: an image of the ANALYZE 7.5 format, which does not say where left is; convert it to .nii.gz',
    );
  });

  test('the header of one layout under the name of the other', async () => {
    await refused(write('x.nii', unpacked(header)), 'the header is one of a pair of files; name it .hdr');
    const one = unpacked(header);
    one.write('n+1\0', 344, 'latin1');
    write('y.img', unpacked(image));
    await refused(write('y.hdr', one), 'the header is that of an image in one file; name it .nii');
    one.write('nix\0', 344, 'latin1');
    await refused(write('y.hdr', one), 'the NIfTI header is damaged');
  });
});

test('a folder of pairs holds each image once; what lacks its other half is there to be refused', () => {
  for (const name of ['a.hdr', 'a.img', 'b.hdr', 'b.img.gz', 'c.nii.gz', 'd.hdr', 'e.img'])
    write(name, Buffer.alloc(0));
  const names = (sources: string[]) => findFiles(sources, { images: true }).files.map(({ name }) => name);
  expect(names([folder])).toEqual(['a.img', 'b.img.gz', 'c.nii.gz', 'd.hdr', 'e.img']);
  const at = (name: string) => join(folder, name);
  expect(names([at('a.hdr'), at('b.hdr'), at('b.img.gz'), at('d.hdr')])).toEqual(['a.img', 'b.img.gz', 'd.hdr']);
  expect(readFileSync(at('a.hdr'))).toHaveLength(0);
});
