/** @file Files of splits of every kind of task and plan: read back as written, also those of the first version. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyTask } from '../../src/labels/task-kinds.ts';
import { dealSplits } from '../../src/splits/deal-splits.ts';
import { sha256 } from '../../src/splits/sha256.ts';
import { parseSplits, splitDocument } from '../../src/splits/split-file.ts';
import type { SplitPlan } from '../../src/splits/split-plan.ts';
import { idsOf, membersWith, numbers, threeClasses, twoClasses } from './split-cohort.ts';

const values = [0, 1, 2];
const members = membersWith(values, 4);
const kinds = fc.constantFrom(
  (list: Parameters<typeof twoClasses>[0]) =>
    twoClasses(list.map((m) => ({ ...m, scans: m.scans.map((s) => ({ ...s, value: Math.min(s.value, 1) })) }))),
  threeClasses,
  numbers,
);
const plans = fc.constantFrom<SplitPlan>(
  { kind: 'repeated', repeats: 2 },
  { kind: 'k-fold', folds: 3, repeats: 2 },
  { kind: 'leave-one-site-out' },
);
const [list] = fc.sample(members, { seed: 1, numRuns: 1 });
const written = (task: AnyTask, plan: SplitPlan, seed = 4) =>
  splitDocument(task, dealSplits(task, plan, seed), { seed, datasetHash: 'abc', plan });
const read = (document: unknown, task: AnyTask) => parseSplits(JSON.stringify(document), 's.json', task, 'abc');

describe('a file of splits', () => {
  it('comes back as it was, in whatever order the rows are now', async () => {
    await fc.assert(
      fc.asyncProperty(members, kinds, plans, async (people, make, plan) => {
        const task = make(people);
        const splits = dealSplits(task, plan, 9);
        const document = await splitDocument(task, splits, { seed: 9, datasetHash: 'abc', plan });
        const reversed = { ...task, scans: [...task.scans].reverse() } as AnyTask;
        const back = await read(document, reversed);
        expect([back.seed, back.plan]).toEqual([9, plan]);
        expect(back.splits.map((split) => idsOf(reversed, split))).toEqual(splits.map((split) => idsOf(task, split)));
        expect(await splitDocument(reversed, back.splits, { seed: 9, datasetHash: 'abc', plan })).toEqual(document);
      }),
      { numRuns: 30 },
    );
  });

  it('says what it is of: kind, classes, plan, and where each split stands', async () => {
    const folds = { kind: 'k-fold', folds: 3, repeats: 1 } as const;
    expect(await written(threeClasses(list), folds)).toMatchObject({
      version: 2,
      kind: 'multi-class',
      plan: folds,
      label: 'dx',
      classes: ['asd', 'adhd', 'hc'],
      splits: [
        { repeat: 1, fold: 1 },
        { repeat: 1, fold: 2 },
        { repeat: 1, fold: 3 },
      ],
    });
    const sitesOut = await written(numbers(list), { kind: 'leave-one-site-out' });
    expect(sitesOut).toMatchObject({ kind: 'regression', classes: [] });
    expect(sitesOut.splits.map(({ site }) => site).slice(0, 2)).toEqual(['A', 'B']);
  });

  it('is refused when edited, in every list, and for a task of another kind or other classes', async () => {
    const task = threeClasses(list);
    const document = await written(task, { kind: 'repeated', repeats: 1 });
    const [first] = document.splits;
    for (const side of ['train', 'validation', 'test'] as const)
      await expect(read({ ...document, splits: [{ ...first, [side]: first[side].slice(1) }] }, task)).rejects.toThrow(
        's.json split 1: the scan ids do not match their SHA-256; the file was edited or damaged; take the original.',
      );
    await expect(read(document, { ...numbers(list), label: 'dx' })).rejects.toThrow(
      's.json: these splits are of another label, expected dx (a number), found dx (classes asd, adhd, hc).',
    );
    await expect(read(document, { ...task, classes: ['asd', 'mdd', 'hc'] } as AnyTask)).rejects.toThrow(
      'expected dx (classes asd, mdd, hc), found dx (classes asd, adhd, hc).',
    );
    await expect(read({ ...document, plan: { kind: 'bootstrap' } }, task)).rejects.toThrow(
      's.json: this is not a file of splits (plan.kind: ',
    );
  });

  it('is refused when a leak was planted, with its hash mended', async () => {
    const task = threeClasses([...list, { id: 'twice', scans: [1, 1].map((value) => ({ site: 'A', value })) }]);
    const document = await written(task, { kind: 'repeated', repeats: 1 });
    const [{ train, validation, test }] = document.splits;
    const without = (ids: readonly string[]) => ids.filter((id) => !id.startsWith('twice'));
    const leaking = {
      train: [...without(train), 'twice_0'],
      validation: without(validation),
      test: [...without(test), 'twice_1'],
    };
    const hash = await sha256(new TextEncoder().encode(JSON.stringify(leaking)));
    await expect(read({ ...document, splits: [{ ...leaking, sha256: hash }] }, task)).rejects.toThrow(
      's.json split 1: participant "twice" is on the train and the test side; keep all scans of a person on one side.',
    );
  });

  it('of the first version is read', async () => {
    const task = twoClasses(list.map((m) => ({ ...m, scans: m.scans.map((s) => ({ ...s, value: s.value % 2 })) })));
    const splits = dealSplits(task, { kind: 'repeated', repeats: 2 }, 4);
    const { kind: _, classes: __, ...rest } = await splitDocument(task, splits, { seed: 4, datasetHash: 'abc' });
    const first = { ...rest, version: 1 };
    expect(await read(first, task)).toEqual({ seed: 4, plan: undefined, splits });
    await expect(read({ ...first, positive: '2' }, task)).rejects.toThrow(
      's.json: these splits are of another label, expected dx (1 against 0), found dx (2 against 0).',
    );
  });

  it('with a site left out that lacks a class is read', async () => {
    const task = twoClasses(
      ['A', 'A', 'A', 'A', 'B', 'B', 'B', 'B', 'C'].map((site, i) => ({
        id: `p${i}`,
        scans: [{ site, value: i % 2 }],
      })),
    );
    const document = await written(task, { kind: 'leave-one-site-out' });
    expect((await read(document, task)).splits[2].test).toEqual([8]);
    // The same split under no such plan is refused.
    const { plan: _, ...unplanned } = document;
    await expect(read(unplanned, task)).rejects.toThrow(
      's.json split 3: no participant of class "1" is on the test side',
    );
  });
});
