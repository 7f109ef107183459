/**
 * @file The connectivity of two pseudo-networks of each scan, as one graph: the points that both views keep are summed once.
 *
 * With d the series about an origin near its mean, A the points kept by both views and B those kept by one view alone,
 * that view's second moments are S = Σ_A d dᵀ + Σ_B d dᵀ: 0.96 of the scan's points for both views together at a drop of
 * 20 % each, instead of 1.6. With u = Σ d / √n, Pearson's r = (S - u uᵀ) / √(v vᵀ), v = diag(S) - u².
 */
import type { FcKind } from '../connectivity/kinds.ts';
import {
  add,
  addScalar,
  concat,
  div,
  flattenRows,
  gatherRows,
  matMul,
  mul,
  relu,
  reshape,
  scale,
  slice,
  sqrt,
  sub,
  sum,
} from '../graph/ops/index.ts';
import { constant, identity, input, type Tensor } from '../graph/tensor.ts';

/** Keeps 0 / 0 of an ROI without signal at 0; far below any variation that the caller takes as it is. */
const TINY = 1e-37;

/**
 * Outputs, for view V (1 and 2) of `scans` scans: `fc V`, `[scans, rois, rois]`; `offset V` (u) and `variation V` (v),
 * both `[scans, 1, rois]`, by which the caller knows whether rounding is harmless.
 *
 * Inputs: `series`, `[scans, time, rois]`; `origin`, `[scans, 1, rois]`; `kept`, `[scans, time, 2]`, 1 for the points that
 * each view keeps; `points`, `[scans, 2, 1]`, their number; `shared`, `[scans, n]`, the rows of `series` (scans one after
 * the other) that both views keep; `own V`, `[scans, m]`, those that V alone keeps. A row equal to the origin fills up.
 */
export function pseudoFcGraph(fc: FcKind, scans: number, rois: number): Record<string, Tensor> {
  const deviations = sub(
    input('series', [scans, 1, rois], { symbolic: { 1: 'time' } }),
    input('origin', [scans, 1, rois]),
  );
  const kept = input('kept', [scans, 1, 2], { symbolic: { 1: 'time' } });
  const points = input('points', [scans, 2, 1]);
  // Transposed, ONNX Runtime adds in the same order whatever the number of threads and scans.
  const offsets = div(matMul(kept, deviations, { transA: true }), sqrt(points));
  const rows = flattenRows(deviations);
  const chosen = (name: string) =>
    gatherRows(rows, input(name, [scans, 1], { type: 'int32', symbolic: { 1: `count of ${name}` } }));
  const both = chosen('shared');
  const shared = matMul(both, both, { transA: true });
  const outputs: Record<string, Tensor> = {};
  for (const view of [1, 2]) {
    const offset = slice(offsets, 1, view - 1, 1);
    const own = chosen(`own ${view}`);
    // One more row, first, takes u uᵀ off within the product: behind the filling rows its place would depend on the batch.
    const about = matMul(concat([offset, own], 1), concat([scale(offset, -1), own], 1), { transA: true });
    const covariance = add(about, shared);
    const variation = diagonal(covariance);
    const inverse = div(sqrt(variation), addScalar(variation, TINY));
    const pearson = mul(covariance, outer(inverse));
    outputs[`offset ${view}`] = offset;
    outputs[`variation ${view}`] = variation;
    if (fc === 'pearson') outputs[`fc ${view}`] = pearson;
    else {
      const n = slice(points, 1, view - 1, 1);
      const scaled = sub(mul(deviations, inverse), div(mul(offset, inverse), sqrt(n)));
      const power = sum(mul(scaled, scaled), [2]);
      const spread = mul(n, matMul(slice(kept, 2, view - 1, 1), mul(power, power), { transA: true }));
      outputs[`fc ${view}`] = shrinkToIdentity(pearson, n, spread);
    }
  }
  return outputs;
}

/** The diagonals of `[scans, rois, rois]`, as rows `[scans, 1, rois]`. */
function diagonal(matrices: Tensor): Tensor {
  const [scans, rois] = matrices.shape;
  const places = BigInt64Array.from({ length: scans * rois }, (_, k) =>
    BigInt(Math.floor(k / rois) * rois * rois + (k % rois) * (rois + 1)),
  );
  return gatherRows(reshape(matrices, [scans * rois * rois]), constant(places, [scans, 1, rois]));
}

/** Each row `[scans, 1, rois]` times itself as a column. */
function outer(row: Tensor): Tensor {
  const [scans, , rois] = row.shape;
  return mul(reshape(row, [scans, rois, 1]), row);
}

/**
 * Ledoit-Wolf shrinkage of a correlation matrix towards the identity (Ledoit, Wolf 2004, equation 14, as scikit-learn
 * states it for standardised series).
 *
 * @param points how many time points there are, `[scans, 1, 1]`
 * @param spread points * sum over time of (sum over ROIs of series²)², of series of unit norm, `[scans, 1, 1]`
 */
function shrinkToIdentity(pearson: Tensor, points: Tensor, spread: Tensor): Tensor {
  const diagonal = mul(pearson, identity(pearson.shape[2]));
  const withSignal = sum(diagonal, [1, 2]);
  const squares = sum(mul(pearson, pearson), [1, 2]);
  const distance = sub(squares, withSignal);
  const noise = div(sub(spread, squares), points);
  const bounded = sub(distance, relu(sub(distance, noise)));
  const shrinkage = div(bounded, addScalar(distance, 1e-20));
  return add(mul(pearson, addScalar(scale(shrinkage, -1), 1)), mul(diagonal, shrinkage));
}
