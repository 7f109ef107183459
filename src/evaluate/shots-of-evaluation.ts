/** @file Few-shot curves and zero-shot transfer of an evaluation that was run, from the features it computed. */
import { type FeatureSource, frozenContender, sharedRows } from '../classifiers/contender.ts';
import { type ProtocolName, protocolNamed, protocolOf } from '../classifiers/protocols.ts';
import { InputError } from '../errors/input-error.ts';
import type { FeatureBank } from '../features/feature-bank.ts';
import type { TaskKind } from '../labels/task-kinds.ts';
import type { Progress } from '../progress.ts';
import type { Shots } from '../splits/shots.ts';
import { type ConfoundRequest, controlOf } from './confound-control.ts';
import { controlledSource, tableSource } from './feature-sources.ts';
import { fewShotCurves, type ShotLearner } from './few-shot.ts';
import type { EvaluationOutcome } from './run-evaluation.ts';
import type { FewShot, ZeroShot } from './shots-schema.ts';
import { zeroShot } from './zero-shot.ts';

/** Whose features learn. */
const FEATURES = ['model', 'untrained', 'fc'] as const;
const BOOTSTRAP_DRAWS = 1000;

export interface FewShotOptions {
  readonly shots: readonly Shots[];
  /** Subsets of each split. */
  readonly draws: number;
  readonly protocols: readonly string[];
}

/**
 * Learning curves of model, untrained encoder and raw FC on the splits of an evaluation.
 *
 * @throws InputError when the label is a number, features are harmonised, or a protocol does not learn from frozen features
 */
export async function fewShotOfEvaluation(
  bank: FeatureBank,
  { task, splits, scored }: EvaluationOutcome,
  { shots, draws, protocols }: FewShotOptions,
  { harmonise }: ConfoundRequest,
  seed: number,
  progress?: Progress,
): Promise<FewShot> {
  if (task.kind === 'regression')
    throw new InputError({
      where: '--few-shot',
      problem: 'a number has no classes to take participants of',
      fix: 'leave out --few-shot or --regress',
    });
  if (harmonise !== undefined)
    throw new InputError({
      where: '--few-shot',
      problem: 'confounds cannot be estimated from a handful of participants',
      fix: 'leave out --few-shot or --harmonise',
    });
  const learners: ShotLearner[] = [];
  const names = [...new Set(protocols)].map((name) => frozenProtocol(name, task.kind));
  for (const features of FEATURES) {
    const rows = sharedRows(await tableSource(bank, features));
    for (const protocol of names)
      learners.push({
        features,
        protocol,
        contender: frozenContender(features, rows, protocolOf(protocol, task.kind), seed),
      });
  }
  const pooled = scored.replicates.model.point !== undefined;
  return fewShotCurves({ task, splits, pooled, shots, draws, seed, learners, progress });
}

function frozenProtocol(name: string, kind: TaskKind): ProtocolName {
  const protocol = protocolNamed(name, kind);
  if (protocol === 'finetune' || protocol === 'finetune-head')
    throw new InputError({
      where: '--few-shot-protocols',
      problem: `${protocol} stops by validation participants, and a handful leaves none`,
      expected: 'protocols on frozen features',
    });
  return protocol;
}

/** Prototype transfer, when the evaluation trained on one data set and tested on another; not of a number. */
export async function zeroShotOfEvaluation(
  bank: FeatureBank,
  { task, splits }: EvaluationOutcome,
  confounds: ConfoundRequest,
  seed: number,
): Promise<ZeroShot | undefined> {
  const { datasets } = bank.origin;
  if (datasets.length < 2 || task.kind === 'regression') return undefined;
  const control = controlOf(datasets, confounds, undefined);
  const sources: Record<string, FeatureSource> = {};
  for (const features of FEATURES) sources[features] = controlledSource(await tableSource(bank, features), control);
  return zeroShot({
    task,
    split: splits[0],
    datasets: [datasets[0].directory, datasets[1].directory],
    sources,
    bootstrap: { draws: BOOTSTRAP_DRAWS, seed },
  });
}
