/** @file One evaluation from data sets and a model to a document: label, split, line up, run, judge. No files, no command line. */
import { FINETUNE_PROTOCOLS } from '../classifiers/protocols.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { connectivityWarnings } from '../dataset/scan-connectivity.ts';
import { InputError } from '../errors/input-error.ts';
import type { FeatureBank } from '../features/feature-bank.ts';
import { type AnyTask, labelTask } from '../labels/task-kinds.ts';
import { dealSplits } from '../splits/deal-splits.ts';
import { finetuningWarnings } from '../splits/finetuned-guard.ts';
import { sha256 } from '../splits/sha256.ts';
import type { Split } from '../splits/split.ts';
import { splitColumnValues } from '../splits/split-column.ts';
import { pretrainingWarnings, siteWarnings } from '../splits/split-guards.ts';
import { type SplitPlan, scoringOf as scoringOfPlan } from '../splits/split-plan.ts';
import { transferTask } from '../splits/transfer.ts';
import type { Sampling } from '../statistics/replicates.ts';
import { duplicateWarning } from './duplicates.ts';
import { evaluate, type Scored } from './evaluate.ts';
import type { Dealt, EvaluationRequest } from './evaluation-request.ts';
import type { ConfoundControl } from './feature-sources.ts';
import { statisticsOf } from './kind-statistics.ts';
import { lineUp } from './line-up.ts';
import type { EvaluationResult } from './report-document.ts';
import type { CalibratedDecisions } from './two-class-statistics.ts';

/** The document's content, and what tables and figures are made of. */
export interface EvaluationOutcome {
  readonly result: EvaluationResult;
  readonly task: AnyTask;
  readonly splits: readonly Split[];
  readonly seed: number;
  readonly plan: SplitPlan | undefined;
  readonly scored: Scored;
  /** Two classes only. */
  readonly calibrated: CalibratedDecisions | undefined;
}

/** Draws of test participants where every scan is tested once. */
const BOOTSTRAP_DRAWS = 1000;

/**
 * Runs an evaluation.
 *
 * @throws InputError when the request or the data do not allow it
 */
export async function runEvaluation(request: EvaluationRequest): Promise<EvaluationOutcome> {
  const { bank, progress } = request;
  const { datasets, fc, model } = bank.origin;
  const dealt = await taskAndSplits(request, datasets);
  const { task, splits, seed, plan, corpusSplit, transfer } = dealt;
  refusePermutations(request, task);
  const seen = pretrainingWarnings(task, splits, request.pretrainedOn ?? [], request.strict);
  const taught = finetuningWarnings(task, splits, model.card, request.strict);
  const contenders = await lineUp(bank, { ...request, kind: task.kind });
  const duplicates = duplicateWarning(task, await bank.table('fc'), splits);
  const pooled = transfer || corpusSplit !== undefined || splits.length === 1 || isPooled(plan);
  const sampling: Sampling = pooled
    ? { kind: 'bootstrap', draws: BOOTSTRAP_DRAWS, seed: request.seed }
    : { kind: 'repeats' };
  const { model: first, baselines } = contenders;
  const scored = await evaluate({
    task,
    splits,
    sampling,
    model: first,
    baselines,
    progress: progress?.('evaluating'),
  });
  const statistics = statisticsOf(request, dealt, contenders, scored);
  const mixed =
    fc === model.card.fc ? [] : [`features use ${fc} connectivity, the model was pretrained on ${model.card.fc}`];
  const taken = datasets.flatMap(connectivityWarnings);
  const { metrics, tests, verdict, against_linear } = scored;
  const result: EvaluationResult = {
    format: 'brainmass-report/1',
    task: task.label,
    protocol: contenders.protocol,
    fc,
    seed,
    repeats: splits.length,
    ...(plan === undefined ? {} : { plan }),
    ...(corpusSplit === undefined ? {} : { corpus_split: corpusSplit }),
    n: task.scans.length,
    participants: new Set(task.scans.map((scan) => scan.participantId)).size,
    dropped: task.dropped,
    metrics,
    baselines: scored.baselines,
    tests,
    verdict,
    against_linear,
    ...(contenders.control === undefined ? {} : { control: namesOf(contenders.control) }),
    ...(contenders.confounds === undefined ? {} : { confounds: [...contenders.confounds] }),
    warnings: [
      ...scored.warnings,
      ...taught,
      ...seen,
      ...siteWarnings(task, splits, plan),
      ...duplicates,
      ...mixed,
      ...taken,
    ],
    datasets: datasets.map(({ directory, hash }) => ({ path: directory, hash })),
    features: await fingerprints(bank),
    ...statistics.content,
  };
  return { result, task, splits, seed, plan, scored, calibrated: statistics.calibrated };
}

async function taskAndSplits(request: EvaluationRequest, [first, second]: readonly Dataset[]): Promise<Dealt> {
  const { plan, seed } = request;
  const task = labelTask(first, request);
  if (second !== undefined) {
    const both = transferTask(task, first.scans.length, labelTask(second, request));
    return { task: both.task, splits: [both.split], seed, columnValues: [], transfer: true };
  }
  const given = await request.givenSplits?.(task);
  const chosen = given === undefined ? plan : given.plan;
  const columnValues = chosen?.kind === 'column' ? splitColumnValues(first, task, chosen.column) : [];
  if (given !== undefined) return { task, ...given, columnValues, transfer: false };
  return { task, splits: dealSplits(task, plan, seed, columnValues), seed, plan, columnValues, transfer: false };
}

function isPooled(plan: SplitPlan | undefined): boolean {
  return plan !== undefined && scoringOfPlan(plan) === 'pooled';
}

/** The test is of AUC, and of what can be fitted a thousand times. */
function refusePermutations({ permutations, protocol }: EvaluationRequest, task: AnyTask): void {
  if (permutations === 0) return;
  if (task.kind !== 'two-class')
    throw new InputError({
      where: '--permutations',
      problem: 'the permutation test is for two classes',
      fix: 'name two with --positive VALUE and --control VALUE, or leave out --permutations',
    });
  if (FINETUNE_PROTOCOLS.some((name) => name === protocol))
    throw new InputError({
      where: '--permutations',
      problem: `the network would be fine-tuned again ${permutations} times on every split`,
      fix: 'test frozen features with --protocol svm, or leave out --permutations',
    });
}

function namesOf({ method, covariates }: ConfoundControl) {
  return { method, covariates: covariates.columns.map(({ name }) => name) };
}

/** Hash and width of every table that was used. */
async function fingerprints(bank: FeatureBank) {
  const tables = Object.entries(await bank.computed());
  const prints = tables.map(async ([name, { values, columns }]) => {
    const hash = await sha256(new Uint8Array(values.slice().buffer));
    return [name, { columns, sha256: hash }] as const;
  });
  return Object.fromEntries(await Promise.all(prints));
}
