/** @file Ridge regression against scikit-learn (fixtures/make-linear-fixtures.py) and against refits without a participant. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expansionValues, subKernel } from '../../src/classifiers/kernel-expansion.ts';
import { fitRidge, fitRidgeChoosing, RIDGE_ALPHAS, signedTarget } from '../../src/classifiers/ridge.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { kernelMatrix, type Matrix } from '../../src/linear-algebra/kernel.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { largestDifference, rowsOf, weyl, withClasses } from './weyl.ts';

interface Case {
  n: number;
  p: number;
  nTrain: number;
  alpha: number;
  intercept: number;
  prediction: number[];
}
const fixture = JSON.parse(readFileSync(new URL('fixtures/linear.json', import.meta.url), 'utf8')) as {
  ridge: Case[];
  ridgeChoosing: (Case & { errors: number[] })[];
  ridgeClassifier: { n: number; p: number; shift: number; nTrain: number; alpha: number; decision: number[] };
};
const LINEAR = { kind: 'linear' } as const;

/** The target of the fixture script. */
function targetOf({ values, rows, columns }: Matrix): Float64Array {
  return Float64Array.from(
    { length: rows },
    (_, i) => 40 + 3 * values[i * columns] - 2 * values[i * columns + 1] + Math.sin(i),
  );
}

function split({ n, p, nTrain }: Case) {
  const x = weyl(n, p);
  const train = rowsOf(x, 0, nTrain);
  const target = targetOf(x).slice(0, nTrain);
  return {
    inside: kernelMatrix(LINEAR, train, train),
    across: kernelMatrix(LINEAR, rowsOf(x, nTrain, n), train),
    target,
  };
}

function noise(seed: number, n: number, p: number): { kernel: Float64Array; target: Float64Array } {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const x = { values: Float64Array.from({ length: n * p }, () => 3 + normal(stream)), rows: n, columns: p };
  return { kernel: kernelMatrix(LINEAR, x, x), target: Float64Array.from({ length: n }, () => 50 + normal(stream)) };
}

describe('ridge regression', () => {
  it.each(fixture.ridge)('equals scikit-learn: alpha = $alpha, $n x $p', (expected) => {
    const { inside, across, target } = split(expected);
    const model = fitRidge(inside, target, expected.alpha);
    expect(largestDifference(expansionValues(model, across), expected.prediction)).toBeLessThan(1e-9);
    expect(model.intercept).toBeCloseTo(expected.intercept, 9);
  });

  it.each(fixture.ridgeChoosing)('chooses the alpha of RidgeCV by the same errors: $n x $p', (expected) => {
    const { inside, across, target } = split(expected);
    const ids = Array.from(target, (_, i) => `p${i}`);
    const model = fitRidgeChoosing(inside, target, ids);
    expect(model.alpha).toBe(expected.alpha);
    expect(largestDifference(model.errors, expected.errors)).toBeLessThan(1e-9);
    expect(largestDifference(expansionValues(model, across), expected.prediction)).toBeLessThan(1e-9);
  });

  it('is the ridge classifier with +1 and -1 as the target', () => {
    const { n, p, shift, nTrain, alpha, decision } = fixture.ridgeClassifier;
    const { x, classes } = withClasses(n, p, shift, 2);
    const train = rowsOf(x, 0, nTrain);
    const target = signedTarget(classes.slice(0, nTrain).map((own) => own === 1));
    const model = fitRidge(kernelMatrix(LINEAR, train, train), target, alpha);
    const values = expansionValues(model, kernelMatrix(LINEAR, rowsOf(x, nTrain, n), train));
    expect(largestDifference(values, decision)).toBeLessThan(1e-9);
  });

  it('leaves participants out as refits without their rows do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 2, max: 7 }), (seed, people) => {
        const n = 14;
        const { kernel, target } = noise(seed, n, seed % 2 === 0 ? 3 : 30);
        const ids = Array.from({ length: n }, (_, i) => `p${i % people}`);
        const { errors } = fitRidgeChoosing(kernel, target, ids);
        for (const [at, alpha] of RIDGE_ALPHAS.entries()) {
          let squares = 0;
          for (const out of new Set(ids)) {
            const held = ids.flatMap((id, i) => (id === out ? [i] : []));
            const kept = ids.flatMap((id, i) => (id === out ? [] : [i]));
            const model = fitRidge(
              subKernel(kernel, n, kept, kept),
              Float64Array.from(kept, (i) => target[i]),
              alpha,
            );
            const values = expansionValues(model, subKernel(kernel, n, held, kept));
            for (const [k, i] of held.entries()) squares += (target[i] - values[k]) ** 2;
          }
          expect(Math.abs(errors[at] - squares / n)).toBeLessThan(1e-7 * (1 + squares));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('does not depend on the order of rows, and scales with features and target', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), (seed) => {
        const { kernel, target } = noise(seed, 12, 5);
        const order = Array.from({ length: 12 }, (_, i) => (i * 5 + seed) % 12);
        const values = expansionValues(fitRidge(kernel, target, 2), kernel);
        const moved = fitRidge(
          subKernel(kernel, 12, order, order),
          Float64Array.from(order, (i) => target[i]),
          2,
        );
        const all = Array.from({ length: 12 }, (_, i) => i);
        expect(largestDifference(expansionValues(moved, subKernel(kernel, 12, all, order)), values)).toBeLessThan(1e-9);
        const scaled = kernel.map((value) => 9 * value);
        const tripled = fitRidge(
          scaled,
          target.map((value) => 2 * value),
          18,
        );
        expect(
          largestDifference(
            expansionValues(tripled, scaled),
            values.map((value) => 2 * value),
          ),
        ).toBeLessThan(1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('predicts the mean where no feature varies, with the strongest penalty', () => {
    const model = fitRidgeChoosing(new Float64Array(16).fill(4), Float64Array.of(1, 2, 3, 6), ['a', 'b', 'c', 'd']);
    expect(model.alpha).toBe(RIDGE_ALPHAS[0]);
    expect(expansionValues(model, Float64Array.of(4, 4, 4, 4))[0]).toBeCloseTo(3, 12);
  });

  it('refuses too little, and targets that are no numbers', () => {
    expect(() => fitRidge(Float64Array.of(1), Float64Array.of(1), 1)).toThrow(InputError);
    expect(() => fitRidge(new Float64Array(4), Float64Array.of(1, Number.NaN), 1)).toThrow(
      'ridge regression: the target of training row 2 is not a finite number, found NaN; leave scans without a value out.',
    );
    expect(() => fitRidgeChoosing(new Float64Array(4), Float64Array.of(1, 2), ['a', 'a'])).toThrow(InputError);
    expect(() => signedTarget([true, true])).toThrow(InputError);
    expect(() => fitRidge(new Float64Array(4), Float64Array.of(1, 2), 0)).toThrow(RangeError);
  });
});
