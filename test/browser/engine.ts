/** @file What the engine computes for one small model: the same code runs in Node and in a page. */
import type { FcKind } from '../../src/connectivity/kinds.ts';
import { connectivity } from '../../src/connectivity/kinds.ts';
import { input } from '../../src/graph/tensor.ts';
import { drawDropoutRows } from '../../src/model/dropout.ts';
import { embed } from '../../src/model/encoder.ts';
import { maskedTokens } from '../../src/model/masked-roi-modelling.ts';
import { ONLINE, trainedLayout } from '../../src/model/parameters.ts';
import { checkSize } from '../../src/model/size.ts';
import { initialWeights, parameterFeeds, parameterInputs, within } from '../../src/model/weights.ts';
import { assembleBatch, drawBatch } from '../../src/pretrain/batch.ts';
import { PAPER_OBJECTIVE } from '../../src/pretrain/objective.ts';
import { pseudoFcViews } from '../../src/pretrain/pseudo-fc-views.ts';
import { soloTeam, stepRunner } from '../../src/pretrain/step.ts';
import { buildGraph } from '../../src/pretrain/step-graphs.ts';
import { stateFrom } from '../../src/pretrain/training-state.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import type { Compile } from '../../src/runtime/session.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

const ROIS = 20;
const SCANS = 4;
const SIZE = checkSize({ rois: ROIS, layers: 2, heads: 4, ffn: 32, feature: 16 });
const FC: FcKind = 'pearson';

/** Numbers by name: plain arrays, so that a page can hand them over. */
export type Numbers = Readonly<Record<string, readonly number[]>>;

/** The embedding, the masked-ROI losses with their gradients, and a whole step in two micro-batches, with dropout. */
export async function runEngine(compile: Compile): Promise<Numbers> {
  const weights = initialWeights(SIZE, 3);
  const scans = Array.from({ length: SCANS }, (_, scan) => series(scan));
  const plan = { size: SIZE, objective: PAPER_OBJECTIVE, seed: 3, batch: SCANS } as const;
  const draws = drawBatch({ ...plan, drop: { kind: 'percent', percent: 20 } }, 0, [...scans.keys()], scans);
  const views = pseudoFcViews({ fc: FC, rois: ROIS, compile });
  const drawn = await assembleBatch(views, scans, draws);
  await views.release();
  const numbers: Record<string, readonly number[]> = {};

  const fc = input('fc', [SCANS, ROIS, ROIS]);
  const { parameter } = parameterInputs([trainedLayout(SIZE)]);
  const encoder = await compile({ embedding: embed(fc, within(ONLINE, parameter), SIZE) });
  const networks = Float32Array.from(scans.flatMap((scan) => [...connectivity(FC, scan)]));
  numbers.embedding = [...(await encoder.run({ ...parameterFeeds(weights), fc: networks })).embedding];
  await encoder.release();

  for (const branch of ['contrastive', 'reconstruction'] as const) {
    const session = await compile(buildGraph(plan, { kind: 'masked', branch, scans: SCANS }));
    const address = { seed: plan.seed, epoch: 0, pass: branch };
    const rows = drawDropoutRows(address, SIZE, [...scans.keys()], maskedTokens(SIZE));
    const feeds = { ...parameterFeeds(weights), ...drawn.views[0], ...drawn[branch], 'dropout rows': rows };
    const { loss, ...gradients } = await session.run(feeds);
    numbers[`${branch} loss`] = [...loss];
    numbers[`${branch} gradients`] = Object.values(gradients).flatMap((values) => [...values]);
    await session.release();
  }

  const state = stateFrom(weights);
  const runner = await stepRunner(plan, 2, state, soloTeam(compile));
  const { lra, nce, mse } = (await runner.run(drawn)).losses;
  Object.assign(numbers, { lra: [lra], nce: [nce], mse: [mse], 'step gradient': [...runner.gradient] });
  await runner.release();
  return numbers;
}

function series(scan: number): TimeSeries {
  const stream = randomStream({ seed: 3, purpose: 'simulate', b: scan });
  const timepoints = 60;
  return { values: Float32Array.from({ length: timepoints * ROIS }, () => normal(stream)), timepoints, rois: ROIS };
}
