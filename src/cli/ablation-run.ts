/** @file An ablation from a data set to files: ask, plan, pretrain, evaluate, write. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareCells } from '../ablate/compare-cells.ts';
import type { AblationDocument } from '../ablate/document.ts';
import { type AblationRun, planAblation } from '../ablate/plan.ts';
import { type Protocol, protocolNamed, protocolOf, protocolsFor } from '../classifiers/protocols.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { readText, writeFileAtomically } from '../files/atomic.ts';
import { type AnyTask, labelTask } from '../labels/task-kinds.ts';
import { dealSplits } from '../splits/deal-splits.ts';
import { splitColumnValues } from '../splits/split-column.ts';
import { parseSplits, type SavedSplits, splitDocument } from '../splits/split-file.ts';
import { pretrainingWarnings, siteWarnings } from '../splits/split-guards.ts';
import { scoringOf } from '../splits/split-plan.ts';
import type { Sampling } from '../statistics/replicates.ts';
import { documentOf } from './ablation-document.ts';
import { ablationContenders } from './ablation-evaluation.ts';
import { writeAblation } from './ablation-files.ts';
import { checkOut, pretrainRuns } from './ablation-pretraining.ts';
import type { AblationRequest, PreparedAblation } from './ablation-request.ts';
import { runtimeFor } from './device.ts';
import { progressLine } from './terminal.ts';

/** What it came to: the document, or the run at which it was stopped. */
export type AblationEnd = { readonly document: AblationDocument } | { readonly stoppedAt: AblationRun };

/** Draws of test participants where every scan is tested once. */
const BOOTSTRAP_DRAWS = 1000;

/** Does work with a prepared ablation: the data set is open as long. @throws InputError when the request is wrong */
export async function withAblation<T>(
  request: AblationRequest,
  work: (ablation: PreparedAblation) => Promise<T>,
): Promise<T> {
  const dataset = openDataset(request.dataset);
  try {
    const plan = planAblation(request.plan, dataset);
    const task = labelTask(dataset, request);
    const seed = plan.runs[0].settings.training.seed;
    const { splits, plan: splitPlan } = await splitsOf(request, dataset, task, seed);
    const protocol = frozenProtocol(request, task);
    return await work({ request, dataset, plan, task, splits, splitPlan, protocol, seed });
  } finally {
    dataset.close();
  }
}

/** Those of the file, else dealt by the plan. */
async function splitsOf(
  { splits: file, splitPlan: plan }: AblationRequest,
  dataset: Dataset,
  task: AnyTask,
  seed: number,
): Promise<Pick<SavedSplits, 'splits' | 'plan'>> {
  if (file !== undefined) return parseSplits(readText(file), file, task, dataset.hash);
  const columnValues = plan.kind === 'column' ? splitColumnValues(dataset, task, plan.column) : [];
  return { splits: dealSplits(task, plan, seed, columnValues), plan };
}

function frozenProtocol({ protocol }: AblationRequest, { kind }: AnyTask): Protocol {
  const name = protocolNamed(protocol ?? protocolsFor(kind)[0], kind);
  if (name !== 'finetune' && name !== 'finetune-head') return protocolOf(name, kind);
  throw new InputError({
    where: `--protocol ${name}`,
    problem: 'an ablation compares frozen features',
    expected: protocolsFor(kind).join(', '),
    fix: 'fine-tune single runs with brainmass evaluate',
  });
}

/**
 * Takes the steps that are left, evaluates, and writes the results into `out`, beside the runs.
 *
 * @param signal ends it after a step, saved; once all runs are done it has no effect
 */
export async function runAblation(ablation: PreparedAblation, signal: AbortSignal): Promise<AblationEnd> {
  const { request, dataset, plan, task, splits, splitPlan, protocol, seed } = ablation;
  const { out } = request;
  checkOut(out);
  mkdirSync(join(out, 'runs'), { recursive: true });
  const machine = await runtimeFor(request);
  const { runs } = plan;
  const stoppedAt = await pretrainRuns({
    runs,
    dataset,
    out,
    machine,
    progress: progressLine('pretraining: step'),
    signal,
  });
  if (stoppedAt !== undefined) return { stoppedAt };
  const { full, others, card } = await ablationContenders({
    plan,
    dataset,
    out,
    protocol,
    seed,
    compile: machine.compile,
  });
  const pooled = (splitPlan !== undefined && scoringOf(splitPlan) === 'pooled') || splits.length === 1;
  const sampling: Sampling = pooled ? { kind: 'bootstrap', draws: BOOTSTRAP_DRAWS, seed } : { kind: 'repeats' };
  const comparison = await compareCells({ task, splits, sampling, full, others, progress: progressLine('evaluating') });
  const warnings = [
    ...comparison.warnings,
    ...pretrainingWarnings(task, splits, card.participants ?? [], false),
    ...siteWarnings(task, splits, splitPlan),
  ];
  const document = documentOf(ablation, { ...comparison, warnings }, machine.device);
  const origin = { seed, plan: splitPlan, datasetHash: dataset.hash };
  const file = await splitDocument(task, splits, origin);
  writeFileAtomically(join(out, 'splits.json'), `${JSON.stringify(file, null, 2)}\n`);
  writeAblation(out, document);
  return { document };
}
