/** @file Nearest neighbours and prototypes against scikit-learn (fixtures/make-classifier-fixtures.py), ties, refusals. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionsOfTwo, largestScores } from '../../src/classifiers/class-scores.ts';
import { type NeighbourOptions, neighbourShares, prototypeSimilarities } from '../../src/classifiers/nearest.ts';
import { InputError } from '../../src/errors/input-error.ts';
import type { Matrix } from '../../src/linear-algebra/kernel.ts';
import { integerBelow, normal, randomStream } from '../../src/random/draws.ts';
import { largestDifference, rowsOf, withClasses } from './weyl.ts';

interface Case extends NeighbourOptions {
  n: number;
  p: number;
  shift: number;
  nTrain: number;
  shares: number[];
}
const fixture = JSON.parse(readFileSync(new URL('fixtures/classifiers.json', import.meta.url), 'utf8')) as {
  neighbours: Case[];
  prototypes: { n: number; p: number; shift: number; nTrain: number; similarity: number[] };
};
const UNIFORM = { k: 3, distance: 'euclidean', weights: 'uniform' } as const;
const column = (...values: number[]): Matrix => ({
  values: Float64Array.from(values),
  rows: values.length,
  columns: 1,
});

describe('nearest neighbours', () => {
  it.each(fixture.neighbours)('equal scikit-learn: k = $k, $distance, $weights', ({ k, distance, weights, ...of }) => {
    const { x, classes } = withClasses(of.n, of.p, of.shift, 3);
    const [train, test] = [rowsOf(x, 0, of.nTrain), rowsOf(x, of.nTrain, of.n)];
    const { values } = neighbourShares(train, classes.slice(0, of.nTrain), 3, test, { k, distance, weights });
    expect(largestDifference(values, of.shares)).toBeLessThan(1e-9);
  });

  it('do not depend on the order of rows nor on a common scale, whatever is tied', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom<NeighbourOptions['distance']>('euclidean', 'cosine'),
        fc.constantFrom<NeighbourOptions['weights']>('uniform', 'distance'),
        (seed, k, distance, weights) => {
          const stream = randomStream({ seed, purpose: 'simulate' });
          // Small whole numbers: many rows are equally far, and some are the same.
          const draw = (rows: number, least: number): Matrix => {
            const values = Float64Array.from({ length: rows * 2 }, () => least + integerBelow(stream, 3));
            return { values, rows, columns: 2 };
          };
          const train = draw(20, 1);
          const test = draw(5, 1);
          const classes = Array.from({ length: 20 }, (_, i) => i % 3);
          const options = { k, distance, weights };
          const shares = neighbourShares(train, classes, 3, test, options);
          const order = classes.map((_, i) => (i * 7 + seed) % 20);
          const moved = {
            ...train,
            values: Float64Array.from(order.flatMap((i) => [2 * train.values[2 * i], 2 * train.values[2 * i + 1]])),
          };
          const doubled = { ...test, values: test.values.map((value) => 2 * value) };
          const own = order.map((i) => classes[i]);
          expect(
            largestDifference(neighbourShares(moved, own, 3, doubled, options).values, shares.values),
          ).toBeLessThan(1e-9);
          for (let i = 0; i < 5; i++)
            expect(shares.values.slice(3 * i, 3 * i + 3).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        },
      ),
    );
  });

  it('share the last place among rows equally far', () => {
    // From 0: one row at 1 (class 0); at 2 rows of class 0, 1, 1 and two places left.
    const shares = neighbourShares(column(1, 2, -2, 2), [0, 0, 1, 1], 2, column(0), UNIFORM);
    expect(largestDifference(shares.values, [5 / 9, 4 / 9])).toBeLessThan(1e-15);
  });

  it('count only rows at distance 0 where there are some and weights are distances', () => {
    const options = { ...UNIFORM, weights: 'distance' } as const;
    expect([...neighbourShares(column(5, 5, 6), [1, 0, 0], 2, column(5), options).values]).toEqual([0.5, 0.5]);
    expect([...neighbourShares(column(1, 2, 4), [1, 0, 0], 2, column(0), options).values]).toEqual([
      0.75 / 1.75,
      1 / 1.75,
    ]);
  });

  it('refuse numbers of neighbours that cannot be taken, and a missing class', () => {
    for (const k of [0, 4, 1.5, Number.NaN])
      expect(() => neighbourShares(column(1, 2, 3), [0, 1, 1], 2, column(0), { ...UNIFORM, k })).toThrow(InputError);
    expect(() => neighbourShares(column(1, 2, 3), [1, 1, 1], 2, column(0), UNIFORM)).toThrow(
      'nearest neighbours: class 1 of 2 has no training row',
    );
  });
});

describe('nearest prototype', () => {
  it('has the cosines of scikit-learn', () => {
    const { n, p, shift, nTrain, similarity } = fixture.prototypes;
    const { x, classes } = withClasses(n, p, shift, 3);
    const scores = prototypeSimilarities(rowsOf(x, 0, nTrain), classes.slice(0, nTrain), 3, rowsOf(x, nTrain, n));
    expect(largestDifference(scores.values, similarity)).toBeLessThan(1e-12);
  });

  it('decides by the difference of similarities, whatever the length of the row', () => {
    const train = { values: Float64Array.of(1, 0, 3, 0, 0, 2), rows: 3, columns: 2 };
    const test = { values: Float64Array.of(5, 0, 0, 0.1, 1, 1, 0, 0), rows: 4, columns: 2 };
    const scores = prototypeSimilarities(train, [0, 0, 1], 2, test);
    expect(largestDifference(decisionsOfTwo(scores), [-1, 1, 0, 0])).toBeLessThan(1e-15);
    expect(largestScores(scores).slice(0, 2)).toEqual([0, 1]);
    expect(() => decisionsOfTwo({ ...scores, rows: 1, columns: 8 })).toThrow(RangeError);
  });

  it('does not depend on the order of rows, and refuses a missing class', () => {
    const stream = randomStream({ seed: 4, purpose: 'simulate' });
    const values = Float64Array.from({ length: 24 }, () => normal(stream));
    const train = { values, rows: 8, columns: 3 };
    const reversed = {
      ...train,
      values: Float64Array.from({ length: 24 }, (_, at) => values[3 * (7 - Math.floor(at / 3)) + (at % 3)]),
    };
    const classes = [0, 1, 1, 0, 1, 0, 0, 1];
    const straight = prototypeSimilarities(train, classes, 2, train);
    const moved = prototypeSimilarities(reversed, classes.toReversed(), 2, train);
    expect(largestDifference(moved.values, straight.values)).toBeLessThan(1e-12);
    expect(() =>
      prototypeSimilarities(
        train,
        classes.map(() => 0),
        2,
        train,
      ),
    ).toThrow(InputError);
  });
});
