/** @file NumPy `.npz` archives: several `.npy` arrays by name. */
import { InputError } from '../errors/input-error.ts';
import { type NpyArray, parseNpy } from './npy.ts';
import { extractZipEntry, readZipEntries, type ZipEntry } from './zip.ts';

/** The names of the arrays in an archive, in its order; nothing is inflated. */
export function npzNames(bytes: Uint8Array, where: string): string[] {
  return arrayEntries(bytes, where).map(arrayName);
}

/**
 * Reads arrays of an archive.
 *
 * @param names the arrays wanted; all of them when left out
 * @throws InputError when the archive is damaged, an array cannot be read, or a wanted name is not there
 */
export function parseNpz(bytes: Uint8Array, where: string, names?: readonly string[]): Map<string, NpyArray> {
  const entries = new Map(arrayEntries(bytes, where).map((entry) => [arrayName(entry), entry]));
  const arrays = new Map<string, NpyArray>();
  for (const name of names ?? entries.keys()) {
    const entry = entries.get(name);
    if (entry === undefined)
      throw new InputError({ where, problem: `no array '${name}'`, found: [...entries.keys()].join(', ') || 'none' });
    arrays.set(name, parseNpy(extractZipEntry(bytes, entry, where), `${where}, array '${name}'`));
  }
  return arrays;
}

function arrayEntries(bytes: Uint8Array, where: string): ZipEntry[] {
  return readZipEntries(bytes, where).filter((entry) => entry.name.endsWith('.npy'));
}

function arrayName(entry: ZipEntry): string {
  return entry.name.slice(0, -'.npy'.length);
}
