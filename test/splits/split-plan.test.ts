/** @file What plans promise: people whole, everybody tested once, classes and numbers even, sites really left out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTS } from '../../src/dataset/participant-split.ts';
import type { AnyTask } from '../../src/labels/task-kinds.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { dealSplits } from '../../src/splits/deal-splits.ts';
import type { Split } from '../../src/splits/split.ts';
import { placeOfSplit, type SplitPlan, scoringOf } from '../../src/splits/split-plan.ts';
import { classOfScans, strataOf } from '../../src/splits/strata.ts';
import { areaUnderRoc } from '../../src/statistics/metrics.ts';
import { idsOf, type Member, membersWith, numbers, peopleOn, threeClasses, twoClasses } from './split-cohort.ts';

const seeds = fc.integer({ min: 0, max: 1000 });
const FOLDS = 4;
const folds: SplitPlan = { kind: 'k-fold', folds: FOLDS, repeats: 2 };
const sitesOut: SplitPlan = { kind: 'leave-one-site-out' };
const kinds = [
  { name: 'two classes', make: twoClasses, values: [0, 1], each: 2 * FOLDS },
  { name: 'three classes', make: threeClasses, values: [0, 1, 2], each: 2 * FOLDS },
  { name: 'a number', make: numbers, values: [5.5, 12, 30.1, 71], each: FOLDS },
].map(({ values, each, ...kind }) => ({ ...kind, values, members: membersWith(values, each) }));

describe.each(kinds)('splits of $name', ({ make, members, values }) => {
  const plans: SplitPlan[] = [{ kind: 'repeated', repeats: 2 }, folds, sitesOut];

  it('put nobody on two sides, no scan twice, and train, validation and test in order', () => {
    fc.assert(
      fc.property(members, seeds, fc.constantFrom(...plans), (list, seed, plan) => {
        const task = make(list);
        for (const split of dealSplits(task, plan, seed)) {
          const sides = PARTS.map((part) => peopleOn(task, split[part]));
          expect(new Set(sides.flatMap((side) => [...side])).size).toBe(sides.reduce((sum, { size }) => sum + size, 0));
          for (const part of PARTS) {
            expect(new Set(split[part]).size).toBe(split[part].length);
            expect([...split[part]].sort((a, b) => a - b)).toEqual(split[part]);
          }
        }
      }),
    );
  });

  it('depend on the seed and not on the order of rows', () => {
    fc.assert(
      fc.property(members, seeds, fc.constantFrom(...plans), (list, seed, plan) => {
        const there = make(list);
        const reversed = make([...list].reverse());
        expect(dealSplits(reversed, plan, seed).map((split) => idsOf(reversed, split))).toEqual(
          dealSplits(there, plan, seed).map((split) => idsOf(there, split)),
        );
        const scansReversed = { ...there, scans: [...there.scans].reverse() } as AnyTask;
        expect(dealSplits(scansReversed, plan, seed).map((split) => idsOf(scansReversed, split))).toEqual(
          dealSplits(there, plan, seed).map((split) => idsOf(there, split)),
        );
      }),
      { numRuns: 50 },
    );
    const task = make(evenCohort(60, values));
    for (const plan of [folds, plans[0]]) {
      const [first, second] = [dealSplits(task, plan, 1), dealSplits(task, plan, 2)];
      expect(first).not.toEqual(second);
      expect(dealSplits(task, plan, 1)).toEqual(first);
    }
  });

  it('test everybody once a repeat of k folds, each stratum and each of its sites to within one person', () => {
    fc.assert(
      fc.property(members, seeds, (list, seed) => {
        const task = make(list);
        const splits = dealSplits(task, folds, seed);
        expect(splits).toHaveLength(2 * FOLDS);
        for (const repeat of [splits.slice(0, FOLDS), splits.slice(FOLDS)]) {
          expect(repeat.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual([...task.scans.keys()]);
          for (const split of repeat)
            expect(PARTS.reduce((sum, part) => sum + split[part].length, 0)).toBe(task.scans.length);
          const tested = repeat.map(({ test }) => peopleOn(task, test));
          within(1, tested, () => true);
          for (const { people } of strataOf(task))
            for (const site of ['A', 'B', 'C', 'D', undefined])
              within(1, tested, (id) =>
                people.some((person) => person.id === id && (site ?? person.site) === person.site),
              );
        }
      }),
    );
  });

  it('leave each site out once: tested whole, with nobody who was ever scanned there on another side', () => {
    fc.assert(
      fc.property(members, seeds, (list, seed) => {
        const task = make(list);
        const sites = [...new Set(task.scans.map(({ site }) => site))].sort();
        const splits = dealSplits(task, sitesOut, seed);
        expect(splits).toHaveLength(sites.length);
        for (const [index, split] of splits.entries()) {
          const there = [...task.scans.keys()].filter((i) => task.scans[i].site === sites[index]);
          expect(split.test).toEqual(there);
          const visitors = peopleOn(task, there);
          for (const part of ['train', 'validation'] as const)
            for (const i of split[part]) {
              expect(task.scans[i].site).not.toBe(sites[index]);
              expect(visitors.has(task.scans[i].participantId)).toBe(false);
            }
        }
      }),
    );
  });
});

describe('k folds', () => {
  it('hold each of two classes to within one person, also with people of both', () => {
    fc.assert(
      fc.property(kinds[0].members, seeds, (list, seed) => {
        const task = twoClasses(list);
        const classes = classOfScans(task);
        const tested = dealSplits(task, folds, seed)
          .slice(0, FOLDS)
          .map(({ test }) => peopleOn(task, test));
        for (const k of [0, 1]) {
          const of = peopleOn(
            task,
            [...classes.keys()].filter((i) => classes[i] === k),
          );
          within(1, tested, (id) => of.has(id));
        }
      }),
    );
  });

  it('take 15 of 85 people of each class not tested on for validation, over the sites', () => {
    const task = twoClasses(evenCohort(240));
    const classes = classOfScans(task);
    for (const { train, validation } of dealSplits(task, folds, 3))
      for (const k of [0, 1]) {
        const count = (side: readonly number[], site?: string) =>
          side.filter((i) => classes[i] === k && (site ?? task.scans[i].site) === task.scans[i].site).length;
        // 240 people, three of four folds, half of a class: 90; of each of three sites 30.
        expect([count(train), count(validation)]).toEqual([74, 16]);
        for (const site of ['A', 'B', 'C']) expect(Math.abs(count(validation, site) - 16 / 3)).toBeLessThan(1.5);
      }
  });

  it('leave somebody of every class to train on', () => {
    const member = (id: string, value: number): Member => ({ id, scans: [{ site: 'A', value }] });
    const task = twoClasses(['a', 'b', 'c', 'd'].map((id, i) => member(id, i % 2)));
    for (const split of dealSplits(task, { kind: 'k-fold', folds: 2, repeats: 1 }, 0)) {
      expect(split.validation).toEqual([]);
      expect(split.train).toHaveLength(2);
    }
  });

  it('cut a number into quantiles, so that folds have about the same mean', () => {
    const list = Array.from({ length: 100 }, (_, i) => ({
      id: `p${i}`,
      scans: [{ site: 'A', value: (i * 37) % 100 }],
    }));
    const task = numbers(list);
    expect(strataOf(task).map(({ people }) => people.length)).toEqual([20, 20, 20, 20, 20]);
    for (const { test } of dealSplits(task, { kind: 'k-fold', folds: 5, repeats: 4 }, 1))
      for (let bin = 0; bin < 5; bin++)
        expect(test.filter((i) => Math.floor(list[i].scans[0].value / 20) === bin)).toHaveLength(4);
  });

  it('cut a number into the same quantiles in any order of scans, whatever rounding does to a mean', () => {
    // 0.1 + 0.2 + 0.3 is above 0.6, 0.3 + 0.2 + 0.1 is not: "z" would change places with "m" at the edge of two bins.
    const rest = Array.from({ length: 38 }, (_, i) => ({ id: `p${i}`, values: [i < 19 ? -1 : 1] }));
    const list = [...rest, { id: 'm', values: [0.2] }, { id: 'z', values: [0.1, 0.2, 0.3] }];
    const binsOf = (order: (values: number[]) => number[]) =>
      strataOf(
        numbers(list.map(({ id, values }) => ({ id, scans: order(values).map((value) => ({ site: 'A', value })) }))),
      ).map(({ people }) => people.map(({ id }) => id));
    expect(binsOf((values) => values.toReversed())).toEqual(binsOf((values) => values));
  });

  it('are refused when there are too few people for them', () => {
    const deal = (task: AnyTask, count: number) => () =>
      dealSplits(task, { kind: 'k-fold', folds: count, repeats: 1 }, 0);
    expect(deal(twoClasses(evenCohort(14)), 10)).toThrow(
      '10-fold splits: class "0" has fewer participants than there are folds, expected at least 10, found 7; ask for at most 7 folds.',
    );
    expect(deal(numbers(evenCohort(4)), 5)).toThrow(
      '5-fold splits: the task has fewer participants than there are folds, expected at least 5, found 4; ask for at most 4 folds.',
    );
    expect(deal(threeClasses(evenCohort(30)), 3)).toThrow(
      '3-fold splits: class "hc" has fewer participants than there are folds, expected at least 3, found 0; add participants or choose another label.',
    );
    expect(deal(twoClasses(evenCohort(14)), 1)).toThrow(
      '1-fold splits: this is no number of folds, expected a whole number, at least 2.',
    );
  });
});

describe('leaving sites out', () => {
  it('is refused with one site, a scan without one, or a class that only one site has', () => {
    const at = (sites: readonly string[], value: (i: number) => number = (i) => i % 2) =>
      twoClasses(
        Array.from({ length: 20 }, (_, i) => ({
          id: `p${String(i).padStart(2, '0')}`,
          scans: [{ site: sites[(i >> 1) % sites.length], value: value(i) }],
        })),
      );
    expect(() => dealSplits(at(['A']), sitesOut, 0)).toThrow(
      'leave-one-site-out: all scans are of one site, expected at least two sites, found A; use folds.',
    );
    expect(() => dealSplits(at(['A', '']), sitesOut, 0)).toThrow(
      'scan p02_0: there is no site to leave out; fill in the column site, or use folds.',
    );
    // Patients at A only, controls at B only.
    expect(() =>
      dealSplits(
        at(['A', 'B'], (i) => ((i >> 1) % 2 === 0 ? 1 : 0)),
        sitesOut,
        0,
      ),
    ).toThrow('site "A" left out: no participant of class "1" is on the train side, expected at least one');
  });

  it('keeps a site with one class', () => {
    const list = evenCohort(30).map((member, i) =>
      member.scans[0].site === 'C' ? { ...member, scans: [{ site: 'C', value: 1 }] } : { ...member, id: `q${i}` },
    );
    const task = twoClasses(list);
    const splits = dealSplits(task, sitesOut, 0);
    expect(splits).toHaveLength(3);
    expect(new Set(splits[2].test.map((i) => classOfScans(task)[i]))).toEqual(new Set([1]));
  });

  it('shows a cohort in which site, not the brain, tells patients: repeated splits look good, sites left out do not', () => {
    const people = 240;
    // Nine in ten patients at A and C, one in ten at B and D; features know the site only.
    const list = Array.from({ length: people }, (_, i): Member => {
      const site = 'ABCD'[i % 4];
      const patient = (i >> 2) % 10 < (site === 'A' || site === 'C' ? 9 : 1);
      return { id: `p${i}`, scans: [{ site, value: patient ? 1 : 0 }] };
    });
    const task = twoClasses(list);
    const columns = 4;
    const stream = randomStream({ seed: 5, purpose: 'simulate' });
    const rows = list.map(({ scans: [{ site }] }) =>
      Array.from({ length: columns }, (_, k) => normal(stream) + ('ABCD'[k] === site ? 3 : 0)),
    );
    const classes = classOfScans(task);
    const mean = (split: Split, k: number) =>
      Array.from({ length: columns }, (_, c) => {
        const own = split.train.filter((i) => classes[i] === k);
        return own.reduce((sum, i) => sum + rows[i][c], 0) / own.length;
      });
    const area = (split: Split, test: readonly number[]) => {
      const [control, patient] = [mean(split, 0), mean(split, 1)];
      const decisions = test.map((i) => rows[i].reduce((sum, x, c) => sum + x * (patient[c] - control[c]), 0));
      return areaUnderRoc(
        decisions,
        test.map((i) => classes[i] === 1),
      ).value!;
    };
    const average = (plan: SplitPlan) => {
      const areas = dealSplits(task, plan, 1).map((split) => area(split, split.test));
      return areas.reduce((sum, value) => sum + value, 0) / areas.length;
    };
    expect(average({ kind: 'repeated', repeats: 10 })).toBeGreaterThan(0.8);
    expect(average({ kind: 'k-fold', folds: 5, repeats: 2 })).toBeGreaterThan(0.8);
    // Six of a class of the rarer kind in each site: the standard error of the mean over four sites is about 0.06.
    expect(Math.abs(average(sitesOut) - 0.5)).toBeLessThan(0.18);
  });
});

describe('plans', () => {
  it('say where a split stands and how it is scored', () => {
    expect([0, 3, 4, 7].map((index) => placeOfSplit(folds, index))).toEqual([
      { repeat: 1, fold: 1 },
      { repeat: 1, fold: 4 },
      { repeat: 2, fold: 1 },
      { repeat: 2, fold: 4 },
    ]);
    expect(placeOfSplit({ kind: 'repeated', repeats: 3 }, 2)).toEqual({ repeat: 3, fold: 1 });
    expect(placeOfSplit(sitesOut, 2)).toEqual({ repeat: 1, fold: 3 });
    expect(placeOfSplit({ kind: 'column', column: 'is_train' }, 0)).toEqual({ repeat: 1, fold: 1 });
    expect([folds, sitesOut].map(scoringOf)).toEqual(['each', 'pooled']);
  });
});

/** As many people of each value, evenly over three sites. */
function evenCohort(count: number, values: readonly number[] = [0, 1]): Member[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `p${String(i).padStart(3, '0')}`,
    scans: [{ site: 'ABC'[Math.floor(i / values.length) % 3], value: values[i % values.length] }],
  }));
}

/** Folds hold equally many of some people, but for `most`. */
function within(most: number, folds: readonly ReadonlySet<string>[], counted: (id: string) => boolean): void {
  const counts = folds.map((ids) => [...ids].filter(counted).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(most);
}
