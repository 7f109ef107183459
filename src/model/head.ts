/**
 * @file The head of end-to-end fine-tuning (step 8 of docs/method.md): from the embedding to class scores or a number.
 *
 * 8 x ROI -> 256 -> 32 -> outputs. Each hidden layer is Linear, BatchNorm, LeakyReLU, dropout, in this order; the last is
 * Linear alone. Names count these layers as PyTorch's Sequential would: `head.0` Linear, `head.1` BatchNorm, …, `head.8`.
 */
import { leakyRelu, linear, mul } from '../graph/ops/index.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { type BatchStatistics, batchNorm, batchNormInEvaluation } from './batch-norm.ts';
import { dense, layOut, normalisation, type ParameterLayout } from './parameters.ts';
import { READOUT } from './size.ts';
import type { ParameterInputs } from './weights.ts';

/** Hidden layers: their Linear, their BatchNorm, and how wide they are. */
export const HIDDEN = [
  { linear: 'head.0', norm: 'head.1', width: 256 },
  { linear: 'head.4', norm: 'head.5', width: 32 },
] as const;
const LAST = 'head.8';

/** Parameters of the head of a model of `rois` ROIs. */
export function headLayout(rois: number, outputs: number): ParameterLayout {
  const [first, second] = HIDDEN;
  return layOut([
    ...dense(first.linear, READOUT * rois, first.width),
    ...normalisation(first.norm, first.width),
    ...dense(second.linear, first.width, second.width),
    ...normalisation(second.norm, second.width),
    ...dense(LAST, second.width, outputs),
  ]);
}

export interface HeadInTraining {
  /** `[scans, outputs]`. */
  readonly outputs: Tensor;
  readonly statistics: readonly BatchStatistics[];
}

/**
 * The head in training: BatchNorm over the batch. Graph inputs `keep head.0` and `keep head.4`, `[scans, width]`: the
 * dropout of each hidden layer, 0 or 1 / (1 - rate).
 *
 * @param embedding `[scans, 8 x ROI]`, two scans or more
 */
export function headInTraining(embedding: Tensor, parameter: ParameterInputs): HeadInTraining {
  const statistics: BatchStatistics[] = [];
  let x = embedding;
  for (const { linear: name, norm, width } of HIDDEN) {
    const { normalised, batch } = batchNorm(project(x, name, parameter), norm, parameter);
    statistics.push(batch);
    x = mul(leakyRelu(normalised), input(`keep ${name}`, [embedding.shape[0], width]));
  }
  return { outputs: project(x, LAST, parameter), statistics };
}

/** The head in evaluation, `[scans, outputs]`. Graph inputs as {@link batchNormInEvaluation} says. */
export function headInEvaluation(embedding: Tensor, parameter: ParameterInputs): Tensor {
  let x = embedding;
  for (const { linear: name, norm } of HIDDEN)
    x = leakyRelu(batchNormInEvaluation(project(x, name, parameter), norm, parameter));
  return project(x, LAST, parameter);
}

function project(x: Tensor, name: string, parameter: ParameterInputs): Tensor {
  return linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
}
