/** @file Logistic regression against scikit-learn (fixtures/make-linear-fixtures.py) and against its own definition. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expansionValues, subKernel } from '../../src/classifiers/kernel-expansion.ts';
import { fitLogistic, type LogisticOptions, logisticLoss } from '../../src/classifiers/logistic-regression.ts';
import { chosenStrength, STRENGTHS } from '../../src/classifiers/logistic-strength.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { kernelMatrix, type Matrix } from '../../src/linear-algebra/kernel.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { largestDifference, rowsOf, withClasses } from './weyl.ts';

interface Case {
  n: number;
  p: number;
  shift: number;
  nTrain: number;
  c: number;
  classWeight: 'none' | 'balanced';
  intercept: number;
  decision: number[];
}
const { logistic } = JSON.parse(readFileSync(new URL('fixtures/linear.json', import.meta.url), 'utf8')) as {
  logistic: Case[];
};
const LINEAR = { kind: 'linear' } as const;

function decide(train: Matrix, test: Matrix, positive: boolean[], options: LogisticOptions): Float64Array {
  const model = fitLogistic(kernelMatrix(LINEAR, train, train), positive, options);
  return expansionValues(model, kernelMatrix(LINEAR, test, train));
}

/** Noise in which the positive rows are moved by `shift` along the first column; the last column is constant. */
function noisy(seed: number, n: number, p: number, shift: number): { x: Matrix; positive: boolean[] } {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const positive = Array.from({ length: n }, (_, i) => i % 3 === 0);
  const values = Float64Array.from({ length: n * p }, (_, at) => {
    const column = at % p;
    if (column === p - 1) return 2;
    return normal(stream) + (column === 0 && positive[Math.floor(at / p)] ? shift : 0);
  });
  return { x: { values, rows: n, columns: p }, positive };
}

describe('logistic regression', () => {
  it.each(logistic)('equals scikit-learn: C = $c, $n x $p, weights $classWeight', (expected) => {
    const { n, p, nTrain, c, classWeight } = expected;
    const { x, classes } = withClasses(n, p, expected.shift, 2);
    const positive = classes.slice(0, nTrain).map((own) => own === 1);
    const train = rowsOf(x, 0, nTrain);
    expect(
      largestDifference(decide(train, rowsOf(x, nTrain, n), positive, { c, classWeight }), expected.decision),
    ).toBeLessThan(1e-6);
    const model = fitLogistic(kernelMatrix(LINEAR, train, train), positive, { c, classWeight });
    expect(model.intercept).toBeCloseTo(expected.intercept, 6);
  });

  it('ends where the gradient of the objective, taken feature by feature, is shorter than 1e-8', () => {
    for (const c of STRENGTHS) {
      const { x, positive } = noisy(3, 40, 70, 1);
      const model = fitLogistic(kernelMatrix(LINEAR, x, x), positive, { c });
      const decisions = decide(x, x, positive, { c });
      const pull = positive.map((is, i) => (is ? c : -c) / (1 + Math.exp(is ? decisions[i] : -decisions[i])));
      let squares = pull.reduce((sum, value) => sum + value, 0) ** 2;
      for (let j = 0; j < x.columns; j++) {
        let gradient = 0;
        for (let i = 0; i < x.rows; i++) gradient += (model.coefficients[i] - pull[i]) * x.values[i * x.columns + j];
        squares += gradient ** 2;
      }
      expect(Math.sqrt(squares)).toBeLessThan(1e-7);
    }
  });

  it('does not depend on the order of rows, nor on where it starts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.constantFrom(0.01, 1, 100), (seed, c) => {
        const { x, positive } = noisy(seed, 24, 8, 0.5);
        const kernel = kernelMatrix(LINEAR, x, x);
        const order = Array.from({ length: 24 }, (_, i) => (i * 7 + seed) % 24);
        const straight = fitLogistic(kernel, positive, { c });
        const moved = fitLogistic(
          subKernel(kernel, 24, order, order),
          order.map((i) => positive[i]),
          { c },
        );
        expect(moved.intercept).toBeCloseTo(straight.intercept, 6);
        const values = expansionValues(straight, kernel);
        const movedValues = expansionValues(moved, subKernel(kernel, 24, [...positive.keys()], order));
        expect(largestDifference(values, movedValues)).toBeLessThan(1e-6);
        const start = fitLogistic(kernel, positive, { c: c / 30 });
        expect(
          largestDifference(values, expansionValues(fitLogistic(kernel, positive, { c, start }), kernel)),
        ).toBeLessThan(1e-6);
      }),
      { numRuns: 30 },
    );
  });

  it('gives features of twice the size half the weight at a quarter of C', () => {
    const { x, positive } = noisy(5, 30, 6, 1);
    const doubled = { ...x, values: x.values.map((value) => 2 * value) };
    expect(
      largestDifference(decide(x, x, positive, { c: 1 }), decide(doubled, doubled, positive, { c: 0.25 })),
    ).toBeLessThan(1e-7);
  });

  it('answers with the log odds of the classes where no feature varies', () => {
    const x = { values: new Float64Array(12).fill(3), rows: 12, columns: 1 };
    const positive = Array.from({ length: 12 }, (_, i) => i < 3);
    expect(decide(x, x, positive, { c: 1 })[0]).toBeCloseTo(Math.log(3 / 9), 7);
    expect(decide(x, x, positive, { c: 1, classWeight: 'balanced' })[0]).toBeCloseTo(0, 7);
  });

  it('refuses rows of one class', () => {
    expect(() => fitLogistic(Float64Array.of(1, 0, 0, 1), [true, true])).toThrow(InputError);
    expect(() => fitLogistic(Float64Array.of(1, 0, 0, 1), [true, true])).toThrow(
      'logistic regression: class 1 of 2 has no training row, expected at least one of each class, found 0, 2;',
    );
  });
});

describe('chosen strength', () => {
  const stream = (seed = 1) => randomStream({ seed, purpose: 'split' });
  const people = (n: number) => Array.from({ length: n }, (_, i) => `p${String(i).padStart(3, '0')}`);

  it('is the C of least log loss over participants held out, refitted naively', () => {
    const { x, positive } = noisy(11, 30, 5, 1.5);
    const kernel = kernelMatrix(LINEAR, x, x);
    // Six participants with five scans each: all of class 'both', so that the folds are easily stated.
    const ids = Array.from({ length: 30 }, (_, i) => `p${i % 5}`);
    const { c, losses } = chosenStrength(kernel, positive, ids, stream());
    const naive = STRENGTHS.map((strength) => {
      let sum = 0;
      for (let fold = 0; fold < 5; fold++) {
        const held = ids.flatMap((id, i) => (id === `p${fold}` ? [i] : []));
        const kept = ids.flatMap((id, i) => (id === `p${fold}` ? [] : [i]));
        const model = fitLogistic(
          subKernel(kernel, 30, kept, kept),
          kept.map((i) => positive[i]),
          { c: strength },
        );
        const values = expansionValues(model, subKernel(kernel, 30, held, kept));
        for (const [at, i] of held.entries()) sum += Math.log(1 + Math.exp(positive[i] ? -values[at] : values[at]));
      }
      return sum / 30;
    });
    expect(largestDifference(losses ?? [], naive)).toBeLessThan(1e-7);
    expect(c).toBe(STRENGTHS[naive.indexOf(Math.min(...naive))]);
  });

  it('is strong where there is nothing to learn and weak where there is much', () => {
    const nothing = noisy(2, 60, 40, 0);
    const much = noisy(2, 60, 2, 6);
    const chosen = ({ x, positive }: typeof much) =>
      chosenStrength(kernelMatrix(LINEAR, x, x), positive, people(60), stream()).c;
    expect(chosen(nothing)).toBeLessThanOrEqual(1e-2);
    expect(chosen(much)).toBeGreaterThanOrEqual(1);
  });

  it('goes to the strongest penalty where all are equal', () => {
    const { positive } = noisy(2, 20, 2, 0);
    expect(chosenStrength(new Float64Array(400), positive, people(20), stream()).c).toBe(STRENGTHS[0]);
  });

  it('depends on participants, not on the order of their rows', () => {
    const { x, positive } = noisy(8, 24, 6, 0.8);
    const kernel = kernelMatrix(LINEAR, x, x);
    const order = Array.from({ length: 24 }, (_, i) => (i * 5 + 3) % 24);
    const straight = chosenStrength(kernel, positive, people(24), stream(4));
    const moved = chosenStrength(
      subKernel(kernel, 24, order, order),
      order.map((i) => positive[i]),
      order.map((i) => people(24)[i]),
      stream(4),
    );
    expect(largestDifference(moved.losses ?? [], straight.losses ?? [1])).toBeLessThan(1e-7);
  });

  it('is 1 where a class has one participant, and refuses one class', () => {
    const few = chosenStrength(new Float64Array(9), [true, false, false], people(3), stream());
    expect(few).toEqual({ c: 1, losses: undefined });
    expect(() => chosenStrength(new Float64Array(9), [false, false, false], people(3), stream())).toThrow(InputError);
  });

  it('takes a log loss without overflow', () => {
    expect(logisticLoss(-800)).toBe(800);
    expect(logisticLoss(800)).toBe(0);
    expect(logisticLoss(0)).toBeCloseTo(Math.LN2, 15);
  });
});
