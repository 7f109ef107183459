/** @file A folder of its own for each test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/**
 * Makes a folder before each test of a file, and removes it afterwards.
 *
 * @param below folders that are made in it
 * @returns `at`: the path of something in it; `put`: writes a file, with the folders above it
 */
export function scratchFolder(...below: readonly string[]) {
  let folder = '';
  const at = (...parts: string[]) => join(folder, ...parts);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'brainmass-ingest-'));
    for (const name of below) mkdirSync(at(name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const put = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  return { at, put };
}
