/** @file Wrong orders of ROIs that people really end up with, each as what the columns would then hold. */
import type { Roi } from '../atlas/atlas.ts';
import { isSchaefer, schaeferIn17NetworkOrder } from '../atlas/schaefer.ts';
import { bestAssignment } from '../linear-algebra/assignment.ts';
import { distanceBetween, sideOf } from './geometry.ts';

export interface KnownOrder {
  readonly id:
    | 'networks-17-for-7'
    | 'networks-7-for-17'
    | 'sides-exchanged'
    | 'mirrored'
    | 'sides-sorted'
    | 'reversed'
    | 'shifted';
  /** Completes "the columns seem to be …". */
  readonly what: string;
  /** The ROI that column i would really hold. */
  readonly columns: Int32Array;
}

/** The wrong orders that are possible for ROIs of these names and places. */
export function knownOrders(rois: readonly Roi[]): KnownOrder[] {
  const size = rois.length;
  const sides = rois.map(sideOf);
  const left = indicesOf(sides, -1);
  const right = indicesOf(sides, 1);
  const orders: KnownOrder[] = [
    ...networkOrders(rois),
    { id: 'reversed', what: 'in reverse order', columns: Int32Array.from(rois, (_, i) => size - 1 - i) },
    {
      id: 'shifted',
      what: 'one place late (a column of something else is in front)',
      columns: Int32Array.from(rois, (_, i) => (i + size - 1) % size),
    },
    {
      id: 'shifted',
      what: 'one place early (the first ROI is lacking)',
      columns: Int32Array.from(rois, (_, i) => (i + 1) % size),
    },
  ];
  if (left.length !== right.length || left.length === 0) return orders;
  const exchanged = exchange(size, left, right);
  const mirror = mirrorOrder(rois, left, right);
  if (mirror !== undefined)
    orders.push({ id: 'mirrored', what: 'flipped left to right (each ROI is its mirror image)', columns: mirror });
  if (mirror === undefined || exchanged.some((roi, i) => roi !== mirror[i]))
    orders.push({
      id: 'sides-exchanged',
      what: 'with the hemispheres exchanged (the right one where the left one should be)',
      columns: exchanged,
    });
  orders.push(...sortedSides(size, left, right));
  return orders.filter(({ columns }) => columns.some((roi, i) => roi !== i));
}

function indicesOf(sides: readonly number[], side: number): number[] {
  return sides.flatMap((each, i) => (each === side ? [i] : []));
}

/** Of the parcels of Schaefer 2018; other ROIs, as of the subcortex, keep their places. */
function networkOrders(rois: readonly Roi[]): KnownOrder[] {
  const numbered = (prefix: string) => rois.flatMap(({ name }, i) => (name.startsWith(prefix) ? [i] : []));
  const seven = numbered('7Networks_');
  const seventeen = numbered('17Networks_');
  const columns = Int32Array.from(rois, (_, i) => i);
  if (isSchaefer(seven.length) && seventeen.length === 0) {
    for (const [i, label] of schaeferIn17NetworkOrder(seven.length).entries()) columns[seven[i]] = seven[label];
    return [{ id: 'networks-17-for-7', what: "in the order of the atlas's 17-network files", columns }];
  }
  if (!isSchaefer(seventeen.length) || seven.length > 0) return [];
  for (const [i, label] of schaeferIn17NetworkOrder(seventeen.length).entries())
    columns[seventeen[label]] = seventeen[i];
  return [{ id: 'networks-7-for-17', what: "in the order of the atlas's 7-network files", columns }];
}

/** The k-th ROI of each side trades places with the k-th of the other. */
function exchange(size: number, left: readonly number[], right: readonly number[]): Int32Array {
  const columns = Int32Array.from({ length: size }, (_, i) => i);
  left.forEach((roi, k) => {
    columns[roi] = right[k];
    columns[right[k]] = roi;
  });
  return columns;
}

/** Each ROI and the one at its mirror image: by name (`…_L` and `…_R`), else the pairing of least total distance. */
function mirrorOrder(rois: readonly Roi[], left: readonly number[], right: readonly number[]): Int32Array | undefined {
  const plain = ({ name }: Roi) => name.replace(/(^|[_\-. ])(l|lh|left|r|rh|right)([_\-. ]|$)/i, '$1*$3');
  const byName = left.every((roi, k) => plain(rois[roi]) === plain(rois[right[k]]));
  if (byName) return exchange(rois.length, left, right);
  if ([...left, ...right].some((roi) => rois[roi].centroid === undefined)) return undefined;
  const count = left.length;
  const nearness = Float64Array.from({ length: count * count }, (_, at) => {
    const [a, b] = [rois[left[Math.floor(at / count)]], rois[right[at % count]]];
    return -distanceBetween(a, b, true);
  });
  const partner = bestAssignment(nearness, count);
  return exchange(
    rois.length,
    left,
    Array.from(partner, (k) => right[k]),
  );
}

/** All of one side first where sides should alternate, or the reverse. */
function sortedSides(size: number, left: readonly number[], right: readonly number[]): KnownOrder[] {
  const place = (sources: readonly number[], targets: readonly number[]) => {
    const columns = Int32Array.from({ length: size }, (_, i) => i);
    targets.forEach((target, k) => {
      columns[target] = sources[k];
    });
    return columns;
  };
  const blocks = [...left, ...right];
  const alternating = left.flatMap((roi, k) => [roi, right[k]]);
  const inPlace = [...blocks].sort((a, b) => a - b);
  const alternates = alternating.every((roi, k) => roi === inPlace[k]);
  const inBlocks = blocks.every((roi, k) => roi === inPlace[k]);
  if (alternates)
    return [{ id: 'sides-sorted', what: 'with all left ROIs before the right ones', columns: place(blocks, inPlace) }];
  if (!inBlocks) return [];
  return [{ id: 'sides-sorted', what: 'with left and right ROIs in turn', columns: place(alternating, inPlace) }];
}
