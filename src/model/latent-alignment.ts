/** @file Step 5: latent representation alignment (LRA), BYOL's objective between two pseudo-networks of one person. */
import { addScalar, div, linear, mul, relu, scale, sqrt, sum, sumAll } from '../graph/ops/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import { type BatchStatistics, batchNorm, batchNormInEvaluation } from './batch-norm.ts';
import { ONLINE, TARGET } from './parameters.ts';
import type { ParameterInputs } from './weights.ts';

export interface Alignment {
  /** Sum over scans, shape []. */
  readonly loss: Tensor;
  readonly statistics: readonly BatchStatistics[];
}

/**
 * One direction: the online projection of a view, through the predictor, must point where the target network's projection
 * of the *other* view points: 2 - 2 cos. The objective sums both directions.
 *
 * @param online embeddings of the view by the online network, `[scans, 8 x ROI]`
 * @param target those of the other view by the target network; no gradient reaches it
 */
export function alignment(online: Tensor, target: Tensor, parameter: ParameterInputs): Alignment {
  const statistics: BatchStatistics[] = [];
  const head = (name: string, x: Tensor) => {
    const normalise = (hidden: Tensor) => {
      const { normalised, batch } = batchNorm(hidden, `${name}.net.1`, parameter);
      statistics.push(batch);
      return normalised;
    };
    return mlp(name, x, parameter, normalise);
  };
  const predicted = head('predictor', head(`${ONLINE}g`, online));
  return { loss: distance(predicted, head(`${TARGET}g`, target)), statistics };
}

/** The projection with running statistics (evaluation), `[scans, feature]`. Graph inputs `mean LAYER` and `variance LAYER`. */
export function projectInEvaluation(embedding: Tensor, parameter: ParameterInputs): Tensor {
  return mlp(`${ONLINE}g`, embedding, parameter, (hidden) =>
    batchNormInEvaluation(hidden, `${ONLINE}g.net.1`, parameter),
  );
}

/** Linear, BatchNorm, ReLU, Linear: the form of projector and predictor. */
function mlp(name: string, x: Tensor, parameter: ParameterInputs, normalise: (hidden: Tensor) => Tensor): Tensor {
  const hidden = linear(x, parameter(`${name}.net.0.weight`), parameter(`${name}.net.0.bias`));
  return linear(relu(normalise(hidden)), parameter(`${name}.net.3.weight`), parameter(`${name}.net.3.bias`));
}

/** Sum over scans of 2 - 2 cos(a, b). */
function distance(a: Tensor, b: Tensor): Tensor {
  const [scans] = a.shape;
  return addScalar(scale(sumAll(mul(unitRows(a), unitRows(b))), -2), 2 * scans);
}

/** Rows scaled to length 1; the tiny addend keeps an all-zero row from dividing by zero. */
function unitRows(a: Tensor): Tensor {
  return div(a, sqrt(addScalar(sum(mul(a, a), [1]), 1e-24)));
}
