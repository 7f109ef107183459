/** @file Step 2 in the graph: series with dropped time points in, connectivity out. A matrix product, so nearly free. */

import type { FcKind } from '../connectivity/kinds.ts';
import { add, addScalar, div, matMul, mul, relu, scale, sub, sum } from '../graph/ops/index.ts';
import { identity, input, type Tensor } from '../graph/tensor.ts';

/**
 * The connectivity of a view, `[scans, rois, rois]`.
 *
 * Graph inputs: `series`, `[scans, time, rois]`, each ROI centred and of unit norm over the kept time points, zero at
 * dropped and padded ones; for Ledoit-Wolf also `points` (how many are kept) and `spread`
 * (points * sum over time of (sum over ROIs of series^2)^2), both `[scans, 1, 1]`.
 *
 * @param suffix behind the names of the inputs, where a graph has two views
 */
export function pseudoNetwork(fc: FcKind, scans: number, rois: number, suffix = ''): Tensor {
  const series = input(`series${suffix}`, [scans, 1, rois], { symbolic: { 1: `time${suffix}` } });
  const pearson = matMul(series, series, { transA: true });
  switch (fc) {
    case 'pearson':
      return pearson;
    case 'ledoit-wolf':
      return shrinkToIdentity(
        pearson,
        input(`points${suffix}`, [scans, 1, 1]),
        input(`spread${suffix}`, [scans, 1, 1]),
      );
  }
}

/**
 * Ledoit-Wolf shrinkage of a correlation matrix towards the identity (Ledoit, Wolf 2004, equation 14, as scikit-learn
 * states it for standardised series). `points` and `spread` as {@link pseudoNetwork} has them.
 */
export function shrinkToIdentity(pearson: Tensor, points: Tensor, spread: Tensor): Tensor {
  const diagonal = mul(pearson, identity(pearson.shape[2]));
  const withSignal = sum(diagonal, [1, 2]);
  const squares = sum(mul(pearson, pearson), [1, 2]);
  const distance = sub(squares, withSignal);
  const noise = div(sub(spread, squares), points);
  const bounded = sub(distance, relu(sub(distance, noise)));
  const shrinkage = div(bounded, addScalar(distance, 1e-20));
  return add(mul(pearson, addScalar(scale(shrinkage, -1), 1)), mul(diagonal, shrinkage));
}
