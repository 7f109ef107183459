/** @file What a fine-tuned model says of embeddings: its head in evaluation. */
import { input } from '../graph/tensor.ts';
import type { Answer } from '../model/card.ts';
import { headInEvaluation, headLayout } from '../model/head.ts';
import { type HeadWeights, headFeeds, statisticsFeeds } from '../model/head-weights.ts';
import { READOUT } from '../model/size.ts';
import { parameterInputs } from '../model/weights.ts';
import type { Compile } from '../runtime/session.ts';
import { type Scores, scoresOf } from './scores.ts';

/**
 * Scores of classes, or numbers in the unit of the label.
 *
 * @param embeddings of the same model, `[scans, 8 x ROI]`
 */
export async function headScores(
  head: HeadWeights,
  answer: Answer,
  embeddings: Float32Array,
  compile: Compile,
): Promise<Scores> {
  const width = READOUT * head.rois;
  const embedding = input('embedding', [embeddings.length / width, width]);
  const { parameter } = parameterInputs([headLayout(head.rois, head.outputs)]);
  const session = await compile({ outputs: headInEvaluation(embedding, parameter) });
  try {
    const { outputs } = await session.run({ embedding: embeddings, ...headFeeds(head), ...statisticsFeeds(head) });
    return scoresOf(outputs, answer, head.outputs);
  } finally {
    await session.release();
  }
}
