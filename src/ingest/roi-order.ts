/** @file ROIs that a file names, held against the atlas. */
import type { Atlas } from '../atlas/atlas.ts';
import { InputError } from '../errors/input-error.ts';
import type { Matrix } from '../series/matrix.ts';

/** `7Networks_LH_Vis_1` is `LH_Vis_1` and `lh-vis-1`: programs write the names of one atlas in several ways. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(7|17)networks?[_ -]/, '')
    .replace(/[^a-z0-9]+/g, '_');
}

const plainNames = ({ rois }: Atlas) => rois.map(({ name }) => plainName(name));

/**
 * A file that names its ROIs like the atlas, but in another order, would be mixed up without a sound. Names of which the
 * atlas does not know all say nothing.
 *
 * @param what a column, a parcel, a label
 * @throws InputError naming the first that stands elsewhere
 */
export function refuseOtherOrder(
  names: readonly string[] | undefined,
  atlas: Atlas,
  { what, where }: { readonly what: string; readonly where: string },
): void {
  if (names?.length !== atlas.rois.length) return;
  const expected = plainNames(atlas);
  const found = names.map(plainName);
  const first = expected.findIndex((name, i) => name !== found[i]);
  const known = new Set(expected);
  if (first < 0 || !found.every((name) => known.has(name))) return;
  throw new InputError({
    where,
    problem: `${what} ${first + 1} is not the ROI that stands there in the atlas ${atlas.id}`,
    expected: `"${atlas.rois[first].name}"`,
    found: `"${names[first]}"`,
    fix: `bring the ${what}s into the order of the atlas, or pass --atlas FILE with the order of these files`,
  });
}

/**
 * The columns that are ROIs of the atlas, in its order, of a matrix that names them all and others beside (subcortical
 * ones of XCP-D's 4S atlases); undefined for every other matrix. Numbers are no names: the first 200 of 392 regions are
 * not CC200, and columns 0, 1, 2, … may be time points.
 */
export function namedRois({ rows, columns, values, header }: Matrix, atlas: Atlas): Matrix | undefined {
  if (header === undefined || columns <= atlas.rois.length) return undefined;
  const at = new Map(header.map((name, column) => [plainName(name), column]));
  const wanted = plainNames(atlas);
  if (wanted.every((name) => /^\d+$/.test(name))) return undefined;
  const chosen = wanted.map((name) => at.get(name));
  if (at.size < columns || !chosen.every((column) => column !== undefined)) return undefined;
  const picked = new Float64Array(rows * chosen.length);
  for (let row = 0; row < rows; row++)
    for (const [i, column] of chosen.entries()) picked[row * chosen.length + i] = values[row * columns + column];
  return { rows, columns: chosen.length, values: picked, header: atlas.rois.map(({ name }) => name) };
}
