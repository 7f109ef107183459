/** @file Batch normalisation (Ioffe, Szegedy 2015): by the batch's own statistics in training, by kept ones in evaluation. */
import { add, addScalar, div, mean, mul, scale, sqrt, sub } from '../graph/ops/index.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import type { ParameterInputs } from './weights.ts';

const EPSILON = 1e-5;

/** Statistics of one batch at one BatchNorm layer, each `[1, width]`. */
export interface BatchStatistics {
  readonly layer: string;
  readonly mean: Tensor;
  /** Unbiased, as the running variance wants it. */
  readonly variance: Tensor;
}

/** Rows `x` `[rows, width]`, two or more, normalised over the whole batch; also the statistics of the batch. */
export function batchNorm(
  x: Tensor,
  layer: string,
  parameter: ParameterInputs,
): { readonly normalised: Tensor; readonly batch: BatchStatistics } {
  const [rows] = x.shape;
  const average = mean(x, [0]);
  const centred = sub(x, average);
  const variance = mean(mul(centred, centred), [0]);
  const normalised = standardise(x, average, variance, layer, parameter);
  return { normalised, batch: { layer, mean: average, variance: scale(variance, rows / (rows - 1)) } };
}

/** Rows `x` normalised by running statistics: graph inputs `mean LAYER` and `variance LAYER`, each `[1, width]`. */
export function batchNormInEvaluation(x: Tensor, layer: string, parameter: ParameterInputs): Tensor {
  const width = x.shape[1];
  const running = (name: string) => input(`${name} ${layer}`, [1, width]);
  return standardise(x, running('mean'), running('variance'), layer, parameter);
}

function standardise(x: Tensor, average: Tensor, variance: Tensor, layer: string, parameter: ParameterInputs): Tensor {
  const unit = div(sub(x, average), sqrt(addScalar(variance, EPSILON)));
  return add(mul(unit, parameter(`${layer}.weight`)), parameter(`${layer}.bias`));
}
