/** @file The graphs of fine-tuning: a training step, and the outputs of the head in evaluation. */
import { gradients } from '../graph/gradients.ts';
import { logSoftmax, mul, scale, sub, sumAll } from '../graph/ops/index.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { dropoutPools, passDropout } from '../model/dropout.ts';
import { embed } from '../model/encoder.ts';
import { headInEvaluation, headInTraining, headLayout } from '../model/head.ts';
import { ONLINE, trainedLayout } from '../model/parameters.ts';
import { type ModelSize, READOUT } from '../model/size.ts';
import { type ParameterInputs, parameterInputs, within } from '../model/weights.ts';
import type { Target } from './target.ts';

export interface FinetunePlan {
  readonly size: ModelSize;
  readonly kind: Target['kind'];
  readonly outputs: number;
  /** The graphs begin with embeddings (input `embedding`, `[scans, 8 x ROI]`); else with `connectivity`, `[scans, rois, rois]`. */
  readonly frozen: boolean;
  /** In the encoder. */
  readonly dropout: number;
  /** Seeds the encoder's dropout pools. */
  readonly seed: number;
}

type Outputs = Record<string, Tensor>;

/**
 * One step: `loss`, `gradient NAME` of every parameter that learns, and the batch statistics `mean LAYER` and
 * `variance LAYER` of the head. Inputs beside the parameters by name: `truth` as truthOf makes it, the head's `keep …`,
 * and `dropout rows` of the encoder.
 */
export function trainingGraph(plan: FinetunePlan, scans: number): Outputs {
  const { size, dropout: rate } = plan;
  const { parameter, used } = parametersOf(plan);
  const dropout = rate > 0 ? passDropout(dropoutPools(rate, plan.seed), rate, size, scans, size.rois) : undefined;
  const embedding = plan.frozen
    ? embeddings(plan, scans)
    : embed(networks(plan, scans), parameter.encoder, size, dropout);
  const { outputs, statistics } = headInTraining(embedding, parameter.head);
  const loss = lossOf(plan.kind, outputs, input('truth', outputs.shape));
  const found = gradients(loss, [...used.values()]);
  return {
    loss,
    ...Object.fromEntries([...used.keys()].map((name, i) => [`gradient ${name}`, found[i]])),
    ...Object.fromEntries(
      statistics.flatMap(({ layer, mean, variance }) => [
        [`mean ${layer}`, mean],
        [`variance ${layer}`, variance],
      ]),
    ),
  };
}

/** `outputs` of the head in evaluation, `[scans, outputs]`. */
export function evaluationGraph(plan: FinetunePlan, scans: number): Outputs {
  const { parameter } = parametersOf(plan);
  const embedding = plan.frozen ? embeddings(plan, scans) : embed(networks(plan, scans), parameter.encoder, plan.size);
  return { outputs: headInEvaluation(embedding, parameter.head) };
}

function parametersOf({ size, outputs }: FinetunePlan) {
  const { parameter, used } = parameterInputs([trainedLayout(size), headLayout(size.rois, outputs)]);
  const parts: { encoder: ParameterInputs; head: ParameterInputs } = {
    encoder: within(ONLINE, parameter),
    head: parameter,
  };
  return { parameter: parts, used };
}

/** Cross-entropy weighted by `truth`, or the mean squared error, shape []. */
function lossOf(kind: Target['kind'], outputs: Tensor, truth: Tensor): Tensor {
  switch (kind) {
    case 'classes':
      return scale(sumAll(mul(truth, logSoftmax(outputs))), -1);
    case 'number': {
      const error = sub(outputs, truth);
      return scale(sumAll(mul(error, error)), 1 / outputs.shape[0]);
    }
  }
}

function networks({ size: { rois } }: FinetunePlan, scans: number): Tensor {
  return input('connectivity', [scans, rois, rois]);
}

function embeddings({ size: { rois } }: FinetunePlan, scans: number): Tensor {
  return input('embedding', [scans, READOUT * rois]);
}
