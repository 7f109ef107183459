/** @file Fine-tuning as a protocol of an evaluation, and the guard of labels that were learnt. */
import { describe, expect, it } from 'vitest';
import { fitPlatt, plattProbabilities } from '../../src/classifiers/platt.ts';
import { finetunedContender, finetuneTarget } from '../../src/evaluate/finetuned-contender.ts';
import { calibratedByValidation } from '../../src/evaluate/two-class-statistics.ts';
import { FINETUNE_DEFAULTS } from '../../src/finetune/settings.ts';
import type { MultiClassTask, RegressionTask } from '../../src/labels/task-kinds.ts';
import type { ModelCard } from '../../src/model/card.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights } from '../../src/model/weights.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { finetuningWarnings } from '../../src/splits/finetuned-guard.ts';
import { repeatedSplits } from '../../src/splits/repeated-splits.ts';
import { areaUnderRoc } from '../../src/statistics/metrics.ts';
import { cohort, gaussianFeatures } from '../splits/cohort.ts';

const dealt = cohort(120);
const { values } = gaussianFeatures(dealt, 16, 1.5, 4);
// Rows of the data set in another order than the scans of the task, and rows that are in no task.
const ROWS = dealt.scans.length + 5;
const rowOf = (i: number) => ROWS - 1 - i;
const task = { ...dealt, scans: dealt.scans.map((scan, i) => ({ ...scan, row: rowOf(i) })) };
const embeddings = new Float32Array(ROWS * 16).fill(Number.NaN);
for (const i of task.scans.keys()) embeddings.set(values.subarray(i * 16, (i + 1) * 16), rowOf(i) * 16);

const weights = initialWeights(modelSize('small', 2, { layers: 1, heads: 1, ffn: 4, feature: 4 }), 1);
const contender = finetunedContender(
  'model',
  weights,
  { kind: 'embeddings', values: embeddings },
  { settings: FINETUNE_DEFAULTS, seed: 3, compile: nodeRuntime({ threads: 1 }) },
);

describe('the contender', () => {
  it('finds classes by the rows of the data set, and draws anew for every split', async () => {
    const [split] = repeatedSplits(task, 1, 0);
    const decisions = await contender.decide(task, split, 0);
    const positive = split.test.map((i) => task.scans[i].positive);
    expect(areaUnderRoc(decisions, positive).value).toBeGreaterThan(0.9);
    expect(await contender.decide(task, split, 0)).toEqual(decisions);
    expect(await contender.decide(task, split, 1)).not.toEqual(decisions);
  });

  it('gives a score a class, or a number in its unit', async () => {
    const { label, dropped } = task;
    const third = (i: number) => ({ ...task.scans[i], class: i % 3 });
    const scans = [...task.scans.keys()];
    const classes: MultiClassTask = {
      kind: 'multi-class',
      label,
      classes: ['a', 'b', 'c'],
      scans: scans.map(third),
      dropped,
    };
    const [split] = repeatedSplits(classes, 1, 0);
    expect(await contender.decide(classes, split, 0)).toHaveLength(3 * split.test.length);

    // Ages near 1000: an answer in deviations would be near 0.
    const aged = (i: number) => ({ ...task.scans[i], target: 1000 + values[i * 16] });
    const ages: RegressionTask = { kind: 'regression', label, scans: scans.map(aged), dropped };
    const [halves] = repeatedSplits(ages, 1, 0);
    for (const age of await contender.decide(ages, halves, 0)) expect(Math.abs(age - 1000)).toBeLessThan(10);
    expect(finetuneTarget(ages).truth[rowOf(7)]).toBe(1000 + values[7 * 16]);
  });

  it('keeps what it says of the validation rows, from which probabilities are made', async () => {
    const splits = repeatedSplits(task, 2, 0);
    expect(contender.validated(7)).toBeUndefined();
    const decisions: Float64Array[] = [];
    for (const [index, split] of splits.entries()) decisions.push(await contender.decide(task, split, index));
    const rows = splits.map(({ validation }, index) => {
      const positive = validation.map((i) => task.scans[i].positive);
      const held = contender.validated(index)!;
      expect(areaUnderRoc(held, positive).value).toBeGreaterThan(0.9);
      return { held, positive };
    });
    const { calibration, probabilities } = calibratedByValidation(task, splits, contender.validated, decisions)!;
    expect(calibration.n).toBe(splits[0].test.length + splits[1].test.length);
    const expected = rows.flatMap(({ held, positive }, index) => [
      ...plattProbabilities(fitPlatt(held, positive), decisions[index]),
    ]);
    expect([...probabilities]).toEqual(expected);
    const missing = splits.map((split) => ({
      ...split,
      validation: split.validation.filter((i) => task.scans[i].positive),
    }));
    expect(calibratedByValidation(task, missing, contender.validated, decisions)).toBeUndefined();
  });

  it('refuses a split without validation rows', async () => {
    const [{ train, validation, test }] = repeatedSplits(task, 1, 0);
    const split = { train: [...train, ...validation], validation: [], test };
    await expect(contender.decide(task, split, 0)).rejects.toThrow('the split has none');
  });
});

describe('labels that were learnt', () => {
  const splits = repeatedSplits(task, 2, 0);
  const tested = [...new Set(splits.flatMap(({ test }) => test.map((i) => task.scans[i].participantId)))];
  const card = (participants: string[]): Pick<ModelCard, 'finetuned'> => ({
    finetuned: {
      label: 'dx',
      answer: { kind: 'classes', classes: ['0', '1'] },
      frozen: false,
      dataset: { hash: 'x', scans: 2, participants: 2 },
      participants,
      seed: 0,
      epochs: 1,
      best_epoch: 1,
    },
  });

  it('are said, by how many of the test participants', () => {
    expect(finetuningWarnings(task, splits, {}, true)).toEqual([]);
    expect(finetuningWarnings(task, splits, card(['stranger']), true)).toEqual([]);
    expect(finetuningWarnings(task, splits, card([...tested.slice(0, 2), 'stranger']), false)).toEqual([
      `the model was fine-tuned on dx of 2 of ${tested.length} test participants: a score on them says little of new people (pass --splits with the splits.json of its run)`,
    ]);
  });

  it('are refused when asked to be strict', () => {
    expect(() => finetuningWarnings(task, splits, card(tested.slice(0, 1)), true)).toThrow(
      `--strict: the model was fine-tuned on dx of 1 of ${tested.length} test participants: a score on them says little of new people; pass --splits with the splits.json of its run, or take the model that it was made from.`,
    );
  });
});
