/** @file Whether the ROIs of a data set, and of each scan in it, are in the order that it says. */
import type { Dataset } from '../dataset/dataset.ts';
import { permutation, randomStream } from '../random/draws.ts';
import { anatomyOf } from './anatomy.ts';
import { bestOrder, type Comparisons, type ScanComparison } from './comparisons.ts';
import { brief, type Finding, type Level, someScans } from './finding.ts';
import { foretoldConnectivity, type Geometry, submatrix } from './geometry.ts';
import type { KnownOrder } from './known-orders.ts';
import { spreadOf } from './order-statistics.ts';
import { agreementOf, type Move, placementOf } from './placement.ts';

/** Random orders that the stated one is compared with. */
const RANDOM_ORDERS = 100;
/** Standard deviations above random orders that a right order has at least: real data sets have 16 to 65. */
const LEAST_DEVIATIONS = 6;
/** A known wrong order must agree this much better with the places of ROIs, which foretell connectivity roughly. */
const CLEARLY_BETTER = 0.03;
/** With real connectivity, by this over the square root of the number of pairs of ROIs: 0.005 for 100 ROIs. */
const CLEARLY_BETTER_NETWORKS = 0.35;
/** A stated order that agrees with places this well, beside a better one, is suspected and not known to be wrong. */
const FITS_TOO = 0.85;
/** Fewer ROIs than this show no order; in fewer scans single ROIs may seem misplaced by noise. */
const FEWEST_ROIS = 20;
const FEWEST_SCANS = 10;
/** An order that changes what is foretold by less than this cannot be told from places. */
const TELLABLE = 0.9;
/** Misplaced ROIs that make a finding: at least so many, and this part of all. Right orders show none or one. */
const MISPLACED = { least: 3, share: 0.02 };
/** Robust standard deviations above the other scans, and the least gain, at which a scan's order is suspected. */
const SCAN_DEVIATIONS = 5;
const SCAN_GAIN = 0.02;
/** Scans below this agree with the others about as little as with a random order. */
const NO_LIKENESS = 0.1;
/** The share of moved ROIs from which a scan is called shuffled rather than to have some ROIs misplaced. */
const MOST_MOVED = 0.5;

/**
 * Of the mean connectivity of a data set: does it fit the places of its ROIs?
 *
 * @param scans that the mean is over
 */
export function orderAgainstPlaces(
  mean: Float32Array,
  roiNames: readonly string[],
  geometry: Geometry,
  orders: readonly KnownOrder[],
  scans = FEWEST_SCANS,
): Finding[] {
  const { placed } = geometry;
  const size = placed.length;
  const network = submatrix(mean, roiNames.length, placed);
  const foretold = foretoldConnectivity(geometry);
  const agreement = agreementOf(network, foretold, size);
  const random = Array.from({ length: RANDOM_ORDERS }, (_, i) =>
    agreementOf(network, foretold, size, permutation(randomStream({ seed: i, purpose: 'roi-order-null' }), size)),
  );
  const chance = spreadOf(random);
  const deviations = (agreement - chance.median) / (chance.deviation || 1);
  const { words, numbers } = anatomyOf(mean, roiNames.length, geometry);
  const evidence = { agreement, deviations, ...numbers };
  const finding = (message: string, level: 'error' | 'warning' = 'error'): Finding => ({
    id: 'roi-order',
    level,
    scans: [],
    message: `${message}: ${words}`,
    evidence,
  });
  const tellable = withinPlaced(orders, geometry).filter(
    ({ columns }) => agreementOf(foretold, foretold, size, columns) < TELLABLE,
  );
  const better = bestOrder(network, foretold, size, tellable, agreement);
  const leastLikely = chance.median + LEAST_DEVIATIONS * chance.deviation;
  if (better !== undefined && better.likeAll > Math.max(leastLikely, agreement + CLEARLY_BETTER))
    return [
      finding(
        `the ROIs seem to be ${better.order.what}: so taken, connectivity agrees with the places of the ROIs at ` +
          `r = ${brief(better.likeAll)}, as stated at ${brief(agreement)}`,
        // Where the stated order fits too, though less well, both may be off by a little.
        agreement > FITS_TOO * better.likeAll ? 'warning' : 'error',
      ),
    ];
  if (deviations < LEAST_DEVIATIONS)
    return [
      finding(
        'the ROIs seem to be in another order than stated: connectivity agrees with their places no better than in a ' +
          `random order (r = ${brief(agreement)}, ${brief(deviations)} standard deviations from chance)`,
      ),
    ];
  const { lost } = placementOf(network, foretold, size);
  if (scans < FEWEST_SCANS || tooFew(lost, size)) return [];
  const moves = lost.map(({ roi, as }) => ({ roi: placed[roi], as: placed[as] }));
  return [finding(`${movesInWords(moves, roiNames)} (agreement with the places of all ROIs r = ${brief(agreement)})`)];
}

/** Orders over placed ROIs alone, numbered among these; those that mix placed and other ROIs are left out. */
function withinPlaced(orders: readonly KnownOrder[], { placed, rois }: Geometry): KnownOrder[] {
  if (placed.length === rois.length) return [...orders];
  const number = new Map(Array.from(placed, (roi, i) => [roi, i]));
  return orders.flatMap((order) => {
    const columns = Array.from(placed, (roi) => number.get(order.columns[roi]));
    return columns.every((column) => column !== undefined) ? [{ ...order, columns: Int32Array.from(columns) }] : [];
  });
}

/**
 * Of the mean connectivity of a data set: is it in the order of the data that a model was trained on?
 *
 * @param scans that the mean is over
 */
export function orderAgainstModel(
  mean: Float32Array,
  reference: Float32Array,
  roiNames: readonly string[],
  orders: readonly KnownOrder[],
  scans = FEWEST_SCANS,
): Finding[] {
  const rois = roiNames.length;
  if (rois < FEWEST_ROIS) return [];
  const { agreement, lost } = placementOf(mean, reference, rois);
  const evidence = { agreement, misplaced: lost.length };
  const better = bestOrder(mean, reference, rois, orders, agreement);
  const finding = (message: string): Finding[] => [{ id: 'roi-order', level: 'error', scans: [], message, evidence }];
  if (better !== undefined && better.likeAll > agreement + clearlyBetter(rois))
    return finding(
      `against the scans that the model was trained on, the ROIs seem to be ${better.order.what}: so taken, mean ` +
        `connectivity agrees at r = ${brief(better.likeAll)}, as it stands at ${brief(agreement)}`,
    );
  if (scans < FEWEST_SCANS || tooFew(lost, rois)) return [];
  return finding(
    `against the scans that the model was trained on, ${movesInWords(lost, roiNames)} (mean connectivity agrees at ` +
      `r = ${brief(agreement)})`,
  );
}

/** Single scans in another order than the rest. */
export function orderOfScans(dataset: Dataset, { scans, placed }: Comparisons): Finding[] {
  const gains = scans.flatMap(({ placement }) => (placement === undefined ? [] : [placement.gain]));
  if (gains.length === 0 || scans.length < FEWEST_SCANS || dataset.roiNames.length < FEWEST_ROIS) return [];
  const spread = spreadOf(gains);
  const limit = Math.max(SCAN_GAIN, spread.median + SCAN_DEVIATIONS * spread.deviation);
  const groups = new Map<
    string,
    { readonly level: Level; readonly example: string; readonly scans: ScanComparison[] }
  >();
  for (const scan of scans) {
    const why = suspicion(scan, limit, dataset.roiNames);
    if (why === undefined) continue;
    const group = groups.get(why.what);
    if (group === undefined) groups.set(why.what, { ...why, scans: [scan] });
    else group.scans.push(scan);
  }
  return [...groups].map(([what, { level, example, scans: group }]) => {
    const ids = group.map(({ index }) => dataset.scans[index].scanId);
    return {
      id: 'scan-roi-order',
      level,
      scans: ids,
      message: `${someScans(ids)}: the ROIs seem to be ${what}, unlike in the other scans (${ids[0]}: ${example})`,
      evidence: {
        scans: ids.length,
        scans_compared: placed,
        r_with_others: group[0].likeAll,
        usual_gain: spread.median,
        gain: group[0].placement?.gain ?? 'not computed',
      },
    };
  });
}

function tooFew(lost: readonly Move[], rois: number): boolean {
  return lost.length < Math.max(MISPLACED.least, MISPLACED.share * rois);
}

function clearlyBetter(rois: number): number {
  return CLEARLY_BETTER_NETWORKS / Math.sqrt((rois * (rois - 1)) / 2);
}

/** What is wrong with a scan's order: `what` completes "the ROIs seem to be …". */
function suspicion(
  { likeAll, better, placement }: ScanComparison,
  limit: number,
  roiNames: readonly string[],
): { readonly what: string; readonly level: Level; readonly example: string } | undefined {
  const stands = `connectivity agrees with their mean at r = ${brief(likeAll)}`;
  if (better !== undefined && better.likeAll > likeAll + clearlyBetter(roiNames.length) && better.likeAll > NO_LIKENESS)
    return { what: better.order.what, level: 'error', example: `${stands}, so taken at ${brief(better.likeAll)}` };
  const shuffled = { what: 'shuffled', level: 'error', example: stands } as const;
  if (placement === undefined || placement.gain <= limit) return likeAll < NO_LIKENESS / 2 ? shuffled : undefined;
  const { moved } = placement;
  if (likeAll < NO_LIKENESS || moved.length > MOST_MOVED * roiNames.length) return shuffled;
  if (moved.length < 2) return undefined;
  // Noise of a poor scan can look the same.
  return { what: 'partly misplaced', level: 'warning', example: `${movesInWords(moved, roiNames)}, ${stands}` };
}

function movesInWords(moves: readonly Move[], names: readonly string[]): string {
  const shown = moves.slice(0, 3).map(({ roi, as }) => `"${names[roi]}" behaves like "${names[as]}"`);
  const count = moves.length === 1 ? '1 ROI does' : `${moves.length} ROIs do`;
  return `${count} not behave as in their place (${shown.join(', ')}${moves.length > 3 ? ', …' : ''})`;
}
