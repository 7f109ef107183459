import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findScans } from '../../src/series/find-scans.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainmass-scans-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('finds readable files at any depth in natural order, and skips the rest', () => {
  for (const path of ['sub-10/func', 'sub-2', '.git']) mkdirSync(join(folder, path), { recursive: true });
  for (const path of [
    'sub-10/func/run-1.npy',
    'sub-2/b10.TSV',
    'sub-2/b9.1D',
    'sub-2/.hidden.npy',
    '.git/x.txt',
    'notes.md',
    'participants.tsv',
    'Participants.csv',
    'a.npz',
  ])
    writeFileSync(join(folder, path), '');
  expect(findScans(folder).map((path) => relative(folder, path))).toEqual([
    'a.npz',
    join('sub-2', 'b9.1D'),
    join('sub-2', 'b10.TSV'),
    join('sub-10', 'func', 'run-1.npy'),
  ]);
});

test('follows links to files, lists broken ones, and goes round no loop', () => {
  writeFileSync(join(folder, 'a.npy'), '');
  symlinkSync(join(folder, 'a.npy'), join(folder, 'b.npy'));
  symlinkSync(join(folder, 'absent'), join(folder, 'c.npy'));
  symlinkSync(folder, join(folder, 'loop.npy'));
  expect(findScans(folder).map((path) => relative(folder, path))).toEqual(['a.npy', 'b.npy', 'c.npy']);
});

test('says that there is nothing to read', () => {
  writeFileSync(join(folder, 'scan.nii.gz'), '');
  expect(() => findScans(folder)).toThrow(
    `${folder}: the folder holds no scans, expected files named *.npy, *.npz, *.1d, *.csv, *.tsv, *.txt, *.mat, *.h5, *.hdf5, *.parquet.`,
  );
  expect(() => findScans(join(folder, 'none'))).toThrow(`${join(folder, 'none')}: no such file or folder.`);
});
