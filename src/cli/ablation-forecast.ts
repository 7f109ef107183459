/** @file What an ablation would do: its cells, what they share, and the time it takes on this machine. */
import type { AblationPlan, AblationRun } from '../ablate/plan.ts';
import { planPretraining } from '../bench/plan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { MEMORY_BUDGET, microBatchThatFits } from '../pretrain/micro-batch.ts';
import type { Machine } from '../pretrain/worker-lanes.ts';
import { stepsTaken } from './ablation-pretraining.ts';
import { formatDuration, formatTable, progressLine } from './terminal.ts';

export interface ForetoldRun {
  readonly name: string;
  /** The first is that of the run. */
  readonly cells: readonly string[];
  readonly steps: number;
  readonly steps_done: number;
  /** For the steps that are left. */
  readonly seconds: number;
}

export interface Forecast {
  /** Without pretraining. */
  readonly augmentations: readonly string[];
  readonly runs: readonly ForetoldRun[];
  /** Of pretraining; the evaluation comes on top. */
  readonly seconds: number;
}

/** Steps to time of each size of model. */
const STEPS = 2;

/** Times a few steps of each size of model that has steps left. Nothing is written. */
export async function foretell(
  { cells, runs }: AblationPlan,
  { dataset, out, machine }: { readonly dataset: Dataset; readonly out: string; readonly machine: Machine },
): Promise<Forecast> {
  const measured = new Map<string, number>();
  const secondsPerStep = async ({ name, size, settings }: AblationRun): Promise<number> => {
    const { batch, micro_batch: given, epochs } = settings.training;
    const microBatch = given ?? microBatchThatFits(size, batch, MEMORY_BUDGET);
    const key = JSON.stringify([size, batch, microBatch]);
    const plan = { dataset, size, epochs, batch, microBatch, steps: STEPS, machine, peakBytes: () => 0 };
    const progress = progressLine(`${name}: timed step`);
    const known = measured.get(key) ?? (await planPretraining({ ...plan, progress })).seconds_per_step;
    measured.set(key, known);
    return known;
  };
  const foretold: ForetoldRun[] = [];
  for (const run of runs) {
    const done = Math.min(run.steps, stepsTaken(out, run));
    const seconds = done < run.steps ? (run.steps - done) * (await secondsPerStep(run)) : 0;
    foretold.push({ name: run.name, cells: run.cells, steps: run.steps, steps_done: done, seconds });
  }
  return {
    augmentations: cells.filter(({ kind }) => kind === 'augmented').map(({ name }) => name),
    runs: foretold,
    seconds: foretold.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** What a person reads. */
export function describeForecast({ augmentations, runs, seconds }: Forecast): string {
  const rows = runs.map((run) => [
    run.name,
    String(run.steps),
    String(run.steps_done),
    run.steps_done < run.steps ? formatDuration(1000 * run.seconds) : 'done',
    run.cells.slice(1).join(', '),
  ]);
  const without = augmentations.length === 0 ? [] : [`without pretraining: ${augmentations.join(', ')}`];
  return [
    formatTable(['run', 'steps', 'taken', 'time', 'also serves'], rows),
    '',
    ...without,
    `${runs.length} runs, about ${formatDuration(1000 * seconds)} of pretraining left, then the evaluation; nothing was written`,
  ].join('\n');
}
