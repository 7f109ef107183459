/** @file Names of ROIs that stand in a file, and the order in which the atlas has them. */
import { InputError } from '../errors/input-error.ts';
import type { Atlas } from './atlas.ts';

/**
 * Refuses names that are those of the atlas in another order: scans would be mixed up without a sound. Other names are
 * other people's spelling, and say nothing.
 *
 * @param axis what the names stand over, for the message
 * @throws InputError naming the first that is out of place
 */
export function checkRoiOrder(
  names: readonly string[] | undefined,
  { id, rois }: Atlas,
  axis: 'column' | 'row',
  where: string,
): void {
  if (names?.length !== rois.length) return;
  const first = rois.findIndex(({ name }, i) => name !== names[i]);
  const known = new Set(rois.map(({ name }) => name));
  if (first < 0 || !names.every((name) => known.has(name))) return;
  throw new InputError({
    where,
    problem: `${axis} ${first + 1} is not the ROI that stands there in the atlas ${id}`,
    expected: `"${rois[first].name}"`,
    found: `"${names[first]}"`,
    fix: `bring the ${axis}s into the order of the atlas, or pass --atlas FILE with the order of these files`,
  });
}

/** The atlas of a file that names its ROIs: `rois84` with these names, or numbers where they are not distinct. */
export function namedAtlas(names: readonly string[]): Atlas {
  const distinct = new Set(names).size === names.length && !names.includes('');
  const rois = names.map((name, i) => ({ name: distinct ? name.replace(/[\t\r\n]/g, ' ') : String(i + 1) }));
  return { id: `rois${names.length}`, rois };
}
