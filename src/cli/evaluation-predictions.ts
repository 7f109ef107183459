/** @file `predictions.tsv`: what model and baselines say of every test scan of every split. */
import { largestScores } from '../classifiers/class-scores.ts';
import type { EvaluationOutcome } from '../evaluate/run-evaluation.ts';
import { formatTsv } from '../files/table.ts';
import type { AnyTask } from '../labels/task-kinds.ts';
import { placeOfSplit } from '../splits/split-plan.ts';
import { classNames } from '../splits/strata.ts';

type Row = Record<string, string>;

/**
 * One row a contender, split and test scan: `features` (`model` or a baseline), `repeat` and `fold` from 1, `scan_id`,
 * `participant_id`, `truth` (the class or number of the column), then
 *
 * - two classes: `positive` (1 or 0), `score` (above 0 calls it positive), `probability` (of the model, where calibrated);
 * - several: `called`, and `score_CLASS` for each class;
 * - a number: `score`, the number predicted.
 */
export function predictionTable(outcome: EvaluationOutcome): string {
  const { task, splits, plan, scored, calibrated } = outcome;
  const rows: Row[] = [];
  for (const [features, decisions] of Object.entries(scored.decisions)) {
    let tested = 0;
    for (const [index, { test }] of splits.entries()) {
      const { repeat, fold } = plan === undefined ? { repeat: index + 1, fold: 1 } : placeOfSplit(plan, index);
      const answers = answersOf(task, test, decisions[index]);
      for (const [at, i] of test.entries()) {
        const probability = features === 'model' ? calibrated?.probabilities[tested] : undefined;
        tested++;
        const { scanId, participantId } = task.scans[i];
        const place = { features, repeat: String(repeat), fold: String(fold) };
        const probable = task.kind === 'two-class' ? { probability: probability?.toString() ?? '' } : {};
        rows.push({ ...place, scan_id: scanId, participant_id: participantId, ...answers[at], ...probable });
      }
    }
  }
  return formatTsv(Object.keys(rows[0]), rows);
}

function answersOf(task: AnyTask, test: readonly number[], values: Float64Array): Row[] {
  const names = classNames(task);
  switch (task.kind) {
    case 'two-class':
      return test.map((i, at) => {
        const positive = Number(task.scans[i].positive);
        return { truth: names[positive], positive: String(positive), score: String(values[at]) };
      });
    case 'multi-class': {
      const columns = names.length;
      const called = largestScores({ values, rows: test.length, columns });
      return test.map((i, at) => ({
        truth: names[task.scans[i].class],
        called: names[called[at]],
        ...Object.fromEntries(names.map((name, k) => [`score_${name}`, String(values[at * columns + k])])),
      }));
    }
    case 'regression':
      return test.map((i, at) => ({ truth: String(task.scans[i].target), score: String(values[at]) }));
  }
}
