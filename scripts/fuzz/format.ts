/** @file What a fuzzed format is: files to damage, and what reads them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export interface SeedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Makes the file of the damaged bytes: what lies below a compression has its own mistakes to be found. */
  readonly pack?: (bytes: Uint8Array) => Uint8Array;
}

export interface FuzzedFormat {
  readonly name: string;
  readonly seeds: readonly SeedFile[];
  /** Files of people that can be seeds as well. */
  readonly takes: (file: SeedFile) => boolean;
  /** Words are damaged too, not bytes alone. */
  readonly isText?: boolean;
  /** Must give values or throw an InputError, whatever the bytes. Wrong values are an Error. */
  readonly read: (bytes: Uint8Array, name: string) => unknown;
}

const TEST = join(import.meta.dirname, '../../test');

/** Files of a folder below test/. */
export function fixtures(folder: string, wanted: RegExp): SeedFile[] {
  const names = readdirSync(join(TEST, folder)).filter((name) => wanted.test(name));
  return names.map((name) => fileSeed(join(TEST, folder, name)));
}

/** JSON that a fixture's script wrote. */
export function jsonFixture(path: string): unknown {
  return JSON.parse(readFileSync(join(TEST, path), 'utf8'));
}

export function fileSeed(path: string): SeedFile {
  return { name: basename(path), bytes: Uint8Array.from(readFileSync(path)) };
}

export function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

export function endsWith(...endings: string[]): FuzzedFormat['takes'] {
  return ({ name }) => endings.some((ending) => name.toLowerCase().endsWith(ending));
}

/** Files of people that are none of this format. */
export const takesNone: FuzzedFormat['takes'] = () => false;

const scratch = mkdtempSync(join(tmpdir(), 'brainmass-fuzz-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** A folder for what is read from disk; gone when the process ends. */
export function scratchFolder(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function writeInto(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** @throws Error for values that nobody may be given */
export function checkFinite(values: ArrayLike<number>, what: string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw new Error(`${what}: number ${i + 1} is ${values[i]}`);
}

/** @throws Error when an array is not of its own shape */
export function checkShape({ shape, values }: { shape: readonly number[]; values: ArrayLike<number> }): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (values.length !== size) throw new Error(`${values.length} numbers in ${shape.join(' x ')}`);
}
