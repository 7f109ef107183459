/** @file Scans that are too like each other to be two recordings. */
import type { Dataset } from '../dataset/dataset.ts';
import type { Finding } from './finding.ts';
import type { ScanMeasures } from './survey.ts';

/** Connectivity that correlates above this is of one recording: two scans of a person reach 0.9. */
const NEARLY_SAME = 0.999;
/** Squared distance of sketches (of norm 1) that correlate so, and a little for rounding. */
const NEAR = 2 * (1 - NEARLY_SAME) + 1e-5;
/** Numbers of each sketch that are looked at first; unlike scans are too far apart after a few of them. */
const FIRST_LOOK = 32;
const MOST_SHOWN = 3;

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly r: number;
}

/**
 * Pairs of scans with nearly the same connectivity; equal series are `inspect`'s to report.
 *
 * Every pair is looked at and none missed: a part of a squared distance is never more than the whole. Time grows with the
 * square of the number of scans: 10,000 take 1.3 s, 20,000 take 4.8 s.
 *
 * @param equal groups of scan ids with the same series
 */
export function nearDuplicateFindings(
  dataset: Dataset,
  scans: readonly ScanMeasures[],
  equal: readonly (readonly string[])[],
): Finding[] {
  const idOf = (scan: number) => dataset.scans[scans[scan].index].scanId;
  const groupOf = new Map(equal.flatMap((group, k) => group.map((id) => [id, k] as const)));
  const groups = Int32Array.from(scans, (_, scan) => groupOf.get(idOf(scan)) ?? -1);
  const sketches = scans.map(({ sketch }) => sketch);
  let pairs = 0;
  let closest: Pair[] = [];
  const involved = new Set<number>();
  eachNearPair(sketches, groups, (pair) => {
    pairs++;
    involved.add(pair.a).add(pair.b);
    // Of thousands of copies there are millions of pairs.
    if (closest.length < MOST_SHOWN || pair.r > closest[MOST_SHOWN - 1].r)
      closest = [...closest, pair].sort((x, y) => y.r - x.r).slice(0, MOST_SHOWN);
  });
  if (pairs === 0) return [];
  const shown = closest.map(({ a, b, r }) => `${idOf(b)} and ${idOf(a)} at ${r.toFixed(4)}`);
  return [
    {
      id: 'near-duplicate-scans',
      level: 'warning',
      scans: [...involved].sort((a, b) => a - b).map(idOf),
      message:
        `${pairs} pair${pairs === 1 ? '' : 's'} of scans have nearly the same connectivity (${shown.join('; ')}` +
        `${pairs > MOST_SHOWN ? '; …' : ''}): they are likely one recording, processed or cut twice`,
      evidence: { pairs, highest_r: closest[0].r, roi_pairs_compared: sketches[0].length },
    },
  ];
}

/** Pairs `b < a` whose sketches correlate above 0.999 and which are not of one group; -1 is no group. */
function eachNearPair(sketches: readonly Float32Array[], groups: Int32Array, found: (pair: Pair) => void): void {
  const taken = Math.min(FIRST_LOOK, sketches[0]?.length ?? 0);
  const starts = new Float32Array(sketches.length * taken);
  for (const [scan, sketch] of sketches.entries()) starts.set(sketch.subarray(0, taken), scan * taken);
  for (let a = 1; a < sketches.length; a++)
    for (let b = 0; b < a; b++) {
      let distance = 0;
      for (let k = 0; k < taken && distance <= NEAR; k++) {
        const difference = starts[a * taken + k] - starts[b * taken + k];
        distance += difference * difference;
      }
      if (distance > NEAR || (groups[a] >= 0 && groups[a] === groups[b])) continue;
      const r = product(sketches[a], sketches[b]);
      if (r > NEARLY_SAME) found({ a, b, r });
    }
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
