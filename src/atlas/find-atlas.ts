/** @file The atlas that a person names on the command line. Node only. */
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { readText } from '../files/atomic.ts';
import { type Atlas, unnamedAtlas } from './atlas.ts';
import { parseAtlas } from './atlas-file.ts';
import { builtInAtlas, isBuiltIn } from './built-in.ts';

/**
 * The atlas of that name: a built-in id, a number of ROIs, or a file.
 *
 * @throws InputError when it is none of these, or the file is no atlas
 */
export function findAtlas(name: string): Atlas {
  if (isBuiltIn(name)) return builtInAtlas(name);
  if (/^\d+$/.test(name)) return unnamedAtlas(Number(name));
  if (existsSync(name) || extname(name) !== '') return parseAtlas(readText(name), basename(name, extname(name)), name);
  return builtInAtlas(name);
}
