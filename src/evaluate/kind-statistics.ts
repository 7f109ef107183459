/** @file What a report says beyond scores, by the kind of question. */
import { largestScores } from '../classifiers/class-scores.ts';
import type { AnyTask, MultiClassTask } from '../labels/task-kinds.ts';
import type { Split } from '../splits/split.ts';
import { classNames, classOfScans } from '../splits/strata.ts';
import { pooledPredictions } from '../statistics/bootstrap.ts';
import type { Decisions } from '../statistics/scoring.ts';
import type { Scored } from './evaluate.ts';
import type { Dealt, EvaluationRequest } from './evaluation-request.ts';
import type { LineUp } from './line-up.ts';
import { permutedAuc } from './permuted-auc.ts';
import { calibrated, calibratedByValidation, pooledEstimates, subgroupTables } from './two-class-statistics.ts';

/** The part of the document that belongs to the kind of question, and probabilities where there are any. */
export function statisticsOf(request: EvaluationRequest, dealt: Dealt, contenders: LineUp, scored: Scored) {
  const { task, splits } = dealt;
  const { difference, decisions } = scored;
  switch (task.kind) {
    case 'two-class': {
      const { seed, permutations } = request;
      const { frozen } = contenders;
      const predictions = pooledPredictions(task, splits, decisions.model);
      const { validated } = contenders.model;
      const probable =
        frozen === undefined
          ? validated && calibratedByValidation(task, splits, validated, decisions.model)
          : calibrated(task, splits, frozen, decisions.model, seed);
      const permutation = permutations === 0 ? undefined : permutedAuc(request, { ...dealt, task }, contenders);
      const content = {
        kind: task.kind,
        classes: { positive: sizeOf(task, 1), control: sizeOf(task, 0) },
        auc_difference: difference,
        pooled: pooledEstimates(predictions, seed),
        ...(permutation === undefined ? {} : { permutation }),
        calibration:
          probable === undefined ? null : { ...probable.calibration, points: [...probable.calibration.points] },
        ...subgroupTables(task, predictions, request.bank.origin.datasets, seed),
      };
      return { calibrated: probable, content };
    }
    case 'multi-class': {
      const classes = task.classes.map((_, k) => sizeOf(task, k));
      const confusion = confusionOf(task, splits, decisions.model);
      return { content: { kind: task.kind, classes, macro_auc_difference: difference, confusion } };
    }
    case 'regression': {
      const target = momentsOf(task.scans.map((scan) => scan.target));
      return { content: { kind: task.kind, target, r2_difference: difference } };
    }
  }
}

function sizeOf(task: AnyTask, k: number) {
  const classes = classOfScans(task);
  const own = task.scans.filter((_, i) => classes[i] === k);
  const participants = new Set(own.map((scan) => scan.participantId)).size;
  return { value: classNames(task)[k], scans: own.length, participants };
}

/** How often scans of each class (row) were called each class (column), over all splits. */
function confusionOf(task: MultiClassTask, splits: readonly Split[], decisions: Decisions): number[][] {
  const columns = task.classes.length;
  const counts = task.classes.map(() => new Array<number>(columns).fill(0));
  for (const [s, { test }] of splits.entries()) {
    const called = largestScores({ values: decisions[s], rows: test.length, columns });
    for (const [at, i] of test.entries()) counts[task.scans[i].class][called[at]]++;
  }
  return counts;
}

function momentsOf(numbers: readonly number[]) {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    min: numbers.reduce((a, b) => Math.min(a, b)),
    max: numbers.reduce((a, b) => Math.max(a, b)),
  };
}
