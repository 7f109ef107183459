/** @file What splits promise: people stay whole, sites and classes stay balanced, nothing depends on the order of rows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTS } from '../../src/dataset/participant-split.ts';
import type { Task } from '../../src/labels/labels.ts';
import { repeatedSplits } from '../../src/splits/repeated-splits.ts';
import type { Split } from '../../src/splits/split.ts';
import { parseSplits, splitDocument } from '../../src/splits/split-file.ts';
import { transferTask } from '../../src/splits/transfer.ts';
import { cohort, type Person, taskOf } from './cohort.ts';

const people = fc
  .array(
    fc.record({
      site: fc.constantFrom('', 'A', 'B', 'C'),
      positive: fc.oneof(
        fc.array(fc.constant<boolean>(true), { minLength: 1, maxLength: 3 }),
        fc.array(fc.constant<boolean>(false), { minLength: 1, maxLength: 3 }),
        fc.constant<boolean[]>([true, false]),
      ),
    }),
    { maxLength: 60 },
  )
  .map((rest): Person[] => {
    const both = [{ positive: [true] }, { positive: [false] }].flatMap((p) => [p, p].map((q) => ({ site: 'A', ...q })));
    return [...both, ...rest].map((person, i) => ({ id: `p${(i * 37) % 101}`, ...person }));
  });
const seeds = fc.integer({ min: 0, max: 1000 });
const idsOf = (task: Task, split: Split) => PARTS.map((part) => split[part].map((i) => task.scans[i].scanId).sort());

describe('repeated splits', () => {
  it('use every scan once and keep people whole', () => {
    fc.assert(
      fc.property(people, seeds, (cohort, seed) => {
        const task = taskOf(cohort);
        for (const split of repeatedSplits(task, 3, seed)) {
          const all = PARTS.flatMap((part) => split[part]);
          expect([...all].sort((a, b) => a - b)).toEqual([...task.scans.keys()]);
          const sides = PARTS.map((part) => new Set(split[part].map((i) => task.scans[i].participantId)));
          expect(sides[0].size + sides[1].size + sides[2].size).toBe(cohort.length);
        }
      }),
    );
  });

  it('have both classes to train on and to test on', () => {
    fc.assert(
      fc.property(people, seeds, (cohort, seed) => {
        const task = taskOf(cohort);
        for (const split of repeatedSplits(task, 3, seed))
          for (const part of ['train', 'test'] as const)
            expect(new Set(split[part].map((i) => task.scans[i].positive)).size).toBe(2);
      }),
    );
  });

  it('give each class its share to the person and each site within two', () => {
    fc.assert(
      fc.property(people, seeds, (cohort, seed) => {
        const task = taskOf(cohort);
        const [split] = repeatedSplits(task, 1, seed);
        const tested = new Set(split.test.map((i) => task.scans[i].participantId));
        for (const pattern of ['true', 'false', 'true,false']) {
          const members = cohort.filter((p) => [...new Set(p.positive)].join() === pattern);
          const share = members.length < 2 ? 0 : Math.max(1, Math.round(0.15 * members.length));
          expect(members.filter((p) => tested.has(p.id))).toHaveLength(share);
          for (const site of ['', 'A', 'B', 'C']) {
            const here = members.filter((p) => p.site === site);
            const expected = (share / (members.length || 1)) * here.length;
            expect(Math.abs(here.filter((p) => tested.has(p.id)).length - expected)).toBeLessThan(2);
          }
        }
      }),
    );
  });

  it('depend on the seed and not on the order of rows', () => {
    fc.assert(
      fc.property(people, seeds, (cohort, seed) => {
        const task = taskOf(cohort);
        const reversed = { ...task, scans: [...task.scans].reverse() };
        const there = repeatedSplits(task, 2, seed).map((split) => idsOf(task, split));
        expect(repeatedSplits(reversed, 2, seed).map((split) => idsOf(reversed, split))).toEqual(there);
      }),
    );
    const task = cohort(60);
    expect(repeatedSplits(task, 2, 1)).not.toEqual(repeatedSplits(task, 2, 2));
    expect(repeatedSplits(task, 2, 1)[0]).not.toEqual(repeatedSplits(task, 2, 1)[1]);
    expect(repeatedSplits(task, 5, 1).slice(0, 2)).toEqual(repeatedSplits(task, 2, 1));
  });

  it('test everybody sooner or later, about equally often', () => {
    const task = cohort(40);
    const times = new Array<number>(40).fill(0);
    for (const split of repeatedSplits(task, 400, 3)) for (const i of split.test) times[i]++;
    expect(times.reduce((a, b) => a + b)).toBe(400 * 6);
    expect(Math.min(...times)).toBeGreaterThan(30);
    expect(Math.max(...times)).toBeLessThan(90);
  });

  it('say which class is short', () => {
    const both = { site: 'A', positive: [true, false] };
    const task = taskOf([
      { id: 'a', ...both },
      { id: 'b', site: 'A', positive: [true] },
      { id: 'c', site: 'A', positive: [false] },
    ]);
    expect(() => repeatedSplits(task, 1, 0)).toThrow(
      'split 1: no participant of class "1" is on the test side, expected at least one, found 2 in all; add participants of this class or choose another label.',
    );
  });
});

describe('a file of splits', () => {
  const task = cohort(20, { sessions: 2 });
  const splits = repeatedSplits(task, 2, 4);
  const written = async () => splitDocument(task, splits, { seed: 4, datasetHash: 'abc' });
  const read = (document: unknown, hash = 'abc', of = task) =>
    parseSplits(JSON.stringify(document), 'splits.json', of, hash);

  it('is read back as it was', async () => {
    expect(await read(await written())).toEqual({ seed: 4, splits });
    const reversed = { ...task, scans: [...task.scans].reverse() };
    const back = await read(await written(), 'abc', reversed);
    expect(back.splits.map((split) => idsOf(reversed, split))).toEqual(splits.map((split) => idsOf(task, split)));
  });

  it('is refused for another data set, label or scans, and when edited', async () => {
    const document = await written();
    await expect(read(document, 'xyz')).rejects.toThrow(
      'splits.json: these splits are of another data set, expected xyz, found abc.',
    );
    await expect(read(document, 'abc', { ...task, positive: '2' })).rejects.toThrow(
      'splits.json: these splits are of another label, expected dx (2 against 0), found dx (1 against 0).',
    );
    const fewer = { ...task, scans: task.scans.slice(1) };
    await expect(read(document, 'abc', fewer)).rejects.toThrow(
      'split 1: scan "p000_0" is not among the labelled scans of the data set.',
    );
    const [first, ...others] = document.splits;
    const edited = { ...document, splits: [{ ...first, test: first.test.slice(1) }, ...others] };
    await expect(read(edited)).rejects.toThrow(
      'splits.json split 1: the scan ids do not match their SHA-256; the file was edited or damaged; take the original.',
    );
  });

  it('is refused when a person is on two sides', async () => {
    const [first] = splits;
    const leaking = { ...first, train: first.train.slice(1), test: [...first.test, first.train[0]] };
    const document = await splitDocument(task, [leaking], { seed: 4, datasetHash: 'abc' });
    const { participantId } = task.scans[first.train[0]];
    await expect(read(document)).rejects.toThrow(
      `splits.json split 1: participant "${participantId}" is on the train and the test side; keep all scans of a person on one side.`,
    );
  });

  it('is refused when it is something else', async () => {
    await expect(parseSplits('{', 's.json', task, 'abc')).rejects.toThrow(
      's.json: this is not JSON; pass a splits.json',
    );
    await expect(read({ version: 3 })).rejects.toThrow('splits.json: this is not a file of splits (version: ');
    const transferred = await splitDocument(task, splits, { seed: 4, datasetHash: 'abc', testDatasetHash: 'def' });
    await expect(read(transferred)).rejects.toThrow(
      'these splits train on one data set and test on another; pass --test.',
    );
  });

  it('does not break on any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        await expect(parseSplits(text, 's.json', task, 'abc')).rejects.toThrow('s.json: this is not');
      }),
    );
  });
});

describe('training on one data set and testing on another', () => {
  const renamed = (task: Task) => ({
    ...task,
    scans: task.scans.map((scan) => ({ ...scan, participantId: `other-${scan.participantId}` })),
  });

  it('stacks the rows of the second behind the first', () => {
    const { task, split } = transferTask(cohort(6), 10, renamed(cohort(4)));
    expect(split.train).toEqual([0, 1, 2, 3, 4, 5]);
    expect(split.test.map((i) => task.scans[i].row)).toEqual([10, 11, 12, 13]);
  });

  it('refuses people who are in both and classes that differ', () => {
    expect(() => transferTask(cohort(6), 6, cohort(4))).toThrow(
      '--test: 4 participants are in both data sets (p000, p001, p002, …), expected nobody tested on who was trained on; leave them out of one, or give other people other ids.',
    );
    expect(() => transferTask(cohort(6), 6, { ...renamed(cohort(4)), control: '3' })).toThrow(
      '--label dx: the two data sets have different classes, expected "1" against "0", found "1" against "3"; name both with --positive VALUE and --control VALUE.',
    );
  });
});
