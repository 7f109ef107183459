import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  readBytes,
  readText,
  removeLeftovers,
  replaceDirectory,
  writeFileAtomically,
  writePartsAtomically,
} from '../../src/files/atomic.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainmass-atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Fills a directory with one file that says who wrote it. */
const writing = (content: string) => async (directory: string) => {
  writeFileSync(join(directory, 'mark.json'), content);
  mkdirSync(join(directory, 'deep'));
  writeFileSync(join(directory, 'deep', 'file'), content);
};

describe('writeFileAtomically', () => {
  test('makes the folder, replaces the file and leaves nothing else', () => {
    const path = join(folder, 'new', 'a.txt');
    writeFileAtomically(path, 'one');
    writeFileAtomically(path, Uint8Array.of(0x74, 0x77, 0x6f));
    expect(readText(path)).toBe('two');
    expect(readdirSync(join(folder, 'new'))).toEqual(['a.txt']);
  });

  test('names the path it cannot write', () => {
    mkdirSync(join(folder, 'taken'));
    expect(() => writeFileAtomically(join(folder, 'taken'), 'x')).toThrow(`${join(folder, 'taken')}: a directory`);
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeFileAtomically(join(folder, 'file', 'x'), 'x')).toThrow(/: (not a directory|the path)/);
    expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
  });
});

describe('writePartsAtomically', () => {
  test('writes the parts one after the other, whatever memory they are views of', () => {
    const memory = Uint8Array.from({ length: 100 }, (_, i) => i);
    const parts = [memory.subarray(90), memory.subarray(0, 0), memory.subarray(3, 5)];
    writePartsAtomically(join(folder, 'parts'), parts);
    expect([...readBytes(join(folder, 'parts'))]).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 3, 4]);
  });

  test('keeps the old file when a part cannot be had', () => {
    const path = join(folder, 'parts');
    writeFileAtomically(path, 'old');
    const broken = function* () {
      yield Uint8Array.of(1);
      throw new Error('no more');
    };
    expect(() => writePartsAtomically(path, broken())).toThrow('no more');
    expect(readText(path)).toBe('old');
    expect(readdirSync(folder)).toEqual(['parts']);
  });
});

test('removeLeftovers removes what killed writers left, and nothing else', () => {
  const kept = ['.hidden', 'model.safetensors', 'x.partial-1-a'];
  for (const name of [...kept, '.model.safetensors.partial-12-mwp0xtpz']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, '.snapshots.partial-12-mwp0xtpz'));
  removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(kept);
  expect(() => removeLeftovers(join(folder, 'none'))).not.toThrow();
});

describe('replaceDirectory', () => {
  test('puts the whole directory in place', async () => {
    const target = join(folder, 'a', 'out');
    await replaceDirectory(target, writing('new'), { overwrite: false });
    expect(readText(join(target, 'deep', 'file'))).toBe('new');
    expect(readdirSync(join(folder, 'a'))).toEqual(['out']);
  });

  test('refuses a target that exists, before any work', async () => {
    const target = join(folder, 'out');
    mkdirSync(target);
    let called = false;
    const write = async () => {
      called = true;
    };
    await expect(replaceDirectory(target, write, { overwrite: false })).rejects.toThrow(
      `${target}: the output exists already; pass --overwrite to replace it, or choose another name.`,
    );
    expect(called).toBe(false);
  });

  test('keeps the old one until the new one is whole, then nothing of it', async () => {
    const target = join(folder, 'out');
    await replaceDirectory(target, writing('old'), { overwrite: false });
    const write = async (temporary: string) => {
      expect(readText(join(target, 'mark.json'))).toBe('old');
      writeFileSync(join(temporary, 'mark.json'), 'new');
    };
    await replaceDirectory(target, write, { overwrite: true, marker: 'mark.json' });
    expect(readdirSync(target)).toEqual(['mark.json']);
    expect(readText(join(target, 'mark.json'))).toBe('new');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  test('leaves the old one and no temporary when writing fails', async () => {
    const target = join(folder, 'out');
    await replaceDirectory(target, writing('old'), { overwrite: false });
    const fail = async (temporary: string) => {
      writeFileSync(join(temporary, 'half'), '');
      throw new Error('stopped');
    };
    await expect(replaceDirectory(target, fail, { overwrite: true })).rejects.toThrow('stopped');
    expect(readText(join(target, 'mark.json'))).toBe('old');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  test('names what was to be written, not where it was being made', async () => {
    const target = join(folder, 'out');
    const fail = async (temporary: string) => {
      mkdirSync(join(temporary, 'taken'));
      writeFileAtomically(join(temporary, 'taken'), 'x');
    };
    await expect(replaceDirectory(target, fail, { overwrite: false })).rejects.toThrow(`${join(target, 'taken')}: `);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('never overwrites a directory that is not ours, nor a file', async () => {
    const target = join(folder, 'photos');
    mkdirSync(target);
    writeFileSync(join(target, 'cat.jpg'), 'cat');
    await expect(replaceDirectory(target, writing('x'), { overwrite: true, marker: 'dataset.json' })).rejects.toThrow(
      `${target}: the directory holds no dataset.json and so is not overwritten; choose another name.`,
    );
    await expect(replaceDirectory(join(target, 'cat.jpg'), writing('x'), { overwrite: true })).rejects.toThrow(
      'the output is a file, expected a directory.',
    );
    expect(readFileSync(join(target, 'cat.jpg'), 'utf8')).toBe('cat');
  });
});

describe('readBytes and readText', () => {
  test('say which file is wrong and how', () => {
    expect(() => readBytes(join(folder, 'none.npy'))).toThrow(`${join(folder, 'none.npy')}: no such file or folder.`);
    expect(() => readText(folder)).toThrow(`${folder}: a directory, expected a file.`);
    writeFileSync(join(folder, 'a'), '');
    expect(() => readBytes(join(folder, 'a', 'b'))).toThrow('not a directory, or a part of the path is a file.');
  });
});
