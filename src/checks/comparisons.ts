/** @file A second pass: each scan against the mean of the others, and connectivity against head motion. */
import type { Dataset } from '../dataset/dataset.ts';
import type { Progress } from '../progress.ts';
import type { KnownOrder } from './known-orders.ts';
import { type MotionRelation, motionSums } from './motion-relation.ts';
import { agreementOf, type Placement, placementOf } from './placement.ts';
import { type Survey, withoutScan } from './survey.ts';

/** A site of fewer scans than this has no mean of its own to compare with. */
const FEWEST_OF_SITE = 5;
/** Multiplications that the placements of all scans may take (a minute or two each 1e11); beyond, a sample is placed. */
const PLACEMENT_BUDGET = 2e11;
/** The same for a quick look. */
export const QUICK_BUDGET = 1e9;

/** A scan compared with the mean of the other scans. */
export interface ScanComparison {
  readonly index: number;
  /** Correlation over pairs of ROIs with the mean of the other scans of its site (of all when the site is small). */
  readonly likeSite: number;
  /** The same with all other scans. */
  readonly likeAll: number;
  /** The wrong order that makes the scan more like the others, and the correlation it would have. */
  readonly better: { readonly order: KnownOrder; readonly likeAll: number } | undefined;
  /** Undefined for scans that were not placed: see {@link Comparisons.placed}. */
  readonly placement: Placement | undefined;
}

export interface Comparisons {
  readonly scans: readonly ScanComparison[];
  /** How many have a placement: all, or a sample when all would take too long. */
  readonly placed: number;
  readonly motion: MotionRelation | undefined;
}

/** Compares the scans of a survey; nothing to compare with fewer than three. */
export function compareScans(
  dataset: Dataset,
  survey: Survey,
  orders: readonly KnownOrder[],
  { progress, budget = PLACEMENT_BUDGET }: { readonly progress?: Progress; readonly budget?: number } = {},
): Comparisons {
  const rois = dataset.roiNames.length;
  const count = survey.scans.length;
  if (count < 3) return { scans: [], placed: 0, motion: undefined };
  const stride = Math.max(1, Math.ceil((count * rois ** 3) / budget));
  const motion = motionSums(dataset, survey);
  const scans = survey.scans.map(({ index }, i): ScanComparison => {
    const network = survey.network(i);
    const site = survey.sites.get(dataset.scans[index].site);
    if (site !== undefined) motion?.add(index, network, site.matrix);
    const others = withoutScan(survey.mean, network);
    const likeAll = agreementOf(network, others, rois);
    const atSite = site !== undefined && site.scans >= FEWEST_OF_SITE && survey.sites.size > 1;
    const likeSite = atSite ? agreementOf(network, withoutScan(site, network), rois) : likeAll;
    const better = bestOrder(network, others, rois, orders, likeAll);
    const placement = i % stride === 0 ? placementOf(network, others, rois) : undefined;
    progress?.(i + 1, count);
    return { index, likeSite, likeAll, better, placement };
  });
  return { scans, placed: Math.ceil(count / stride), motion: motion?.relation() };
}

/** The order under which a matrix agrees best with a reference, when that is more than the agreement as it stands. */
export function bestOrder(
  matrix: ArrayLike<number>,
  reference: ArrayLike<number>,
  rois: number,
  orders: readonly KnownOrder[],
  agreement: number,
): { readonly order: KnownOrder; readonly likeAll: number } | undefined {
  let best: { readonly order: KnownOrder; readonly likeAll: number } | undefined;
  for (const order of orders) {
    const likeAll = agreementOf(matrix, reference, rois, order.columns);
    if (likeAll > (best?.likeAll ?? agreement)) best = { order, likeAll };
  }
  return best;
}
