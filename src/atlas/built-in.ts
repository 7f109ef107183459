/** @file The atlases known by name. */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { aal116Rois } from './aal116.ts';
import { type Atlas, numberedRois, type Roi } from './atlas.ts';
import { schaeferRois } from './schaefer.ts';

const BUILT_IN: Readonly<Record<string, () => Roi[]>> = {
  schaefer100: () => schaeferRois(100),
  schaefer200: () => schaeferRois(200),
  schaefer300: () => schaeferRois(300),
  schaefer400: () => schaeferRois(400),
  /** Craddock, James, Holtzheimer et al., Human Brain Mapping 33:1914-1928, 2012: 200 clusters, numbered only. */
  cc200: () => numberedRois(200),
  aal116: aal116Rois,
};

/** `schaefer100` … `schaefer400`, `cc200`, `aal116`. */
export const BUILT_IN_ATLASES: readonly string[] = Object.keys(BUILT_IN);

/** The atlas of that id. @throws InputError naming the nearest id when there is none */
export function builtInAtlas(id: string): Atlas {
  if (!isBuiltIn(id)) {
    const nearest = nearestName(id, BUILT_IN_ATLASES);
    throw new InputError({
      problem: `there is no built-in atlas "${id}"`,
      expected: BUILT_IN_ATLASES.join(', '),
      fix: nearest === undefined ? 'or name a file with the names of its ROIs' : `the nearest is ${nearest}`,
    });
  }
  return { id, rois: BUILT_IN[id]() };
}

export function isBuiltIn(id: string): boolean {
  return Object.hasOwn(BUILT_IN, id);
}
