/** @file Support vector regression against scikit-learn (fixtures/make-classifier-fixtures.py) and its optimality conditions. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expansionValues } from '../../src/classifiers/kernel-expansion.ts';
import { fitSvr } from '../../src/classifiers/svr.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { type Kernel, kernelMatrix, scaleGamma } from '../../src/linear-algebra/kernel.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { largestDifference, rowsOf, weyl } from './weyl.ts';

interface Case {
  n: number;
  p: number;
  nTrain: number;
  kernel: 'rbf' | 'linear';
  c: number;
  epsilon: number;
  nSupport: number;
  intercept: number;
  prediction: number[];
}
const { svr } = JSON.parse(readFileSync(new URL('fixtures/classifiers.json', import.meta.url), 'utf8')) as {
  svr: Case[];
};

describe('support vector regression', () => {
  it.each(svr)('equals scikit-learn: $kernel kernel, C = $c, epsilon = $epsilon, $n x $p', (expected) => {
    const { n, p, nTrain, c, epsilon } = expected;
    const x = weyl(n, p);
    const target = Float64Array.from(
      { length: nTrain },
      (_, i) => 3 * x.values[i * p] - 2 * x.values[i * p + 1] + Math.sin(i),
    );
    const train = rowsOf(x, 0, nTrain);
    const kernel: Kernel =
      expected.kernel === 'linear' ? { kind: 'linear' } : { kind: 'rbf', gamma: scaleGamma(train) };
    const model = fitSvr(kernelMatrix(kernel, train, train), target, { c, epsilon });
    const values = expansionValues(model, kernelMatrix(kernel, rowsOf(x, nTrain, n), train));
    expect(largestDifference(values, expected.prediction)).toBeLessThan(1e-8);
    expect(model.coefficients.filter((value) => value !== 0).length).toBe(expected.nSupport);
    expect(model.intercept).toBeCloseTo(expected.intercept, 8);
  });

  it('leaves rows inside the tube alone and pays C outside it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.constantFrom(0.1, 1, 5), (seed, c) => {
        const stream = randomStream({ seed, purpose: 'simulate' });
        const n = 25;
        const x = { values: Float64Array.from({ length: n * 4 }, () => normal(stream)), rows: n, columns: 4 };
        const target = Float64Array.from({ length: n }, () => normal(stream));
        const kernel = kernelMatrix({ kind: 'rbf', gamma: 0.2 }, x, x);
        const model = fitSvr(kernel, target, { c, epsilon: 0.3 });
        expect(model.coefficients.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
        for (const [i, value] of expansionValues(model, kernel).entries()) {
          const above = target[i] - value;
          const coefficient = model.coefficients[i];
          expect(Math.abs(coefficient)).toBeLessThanOrEqual(c);
          if (Math.abs(coefficient) < c) expect(Math.abs(above)).toBeLessThan(0.3 + 2e-3);
          if (coefficient !== 0) expect(above * Math.sign(coefficient)).toBeGreaterThan(0.3 - 2e-3);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('predicts a constant where no feature varies or the target is constant', () => {
    const flat = fitSvr(new Float64Array(9).fill(1), Float64Array.of(1, 2, 3), { c: 10 });
    const [value] = expansionValues(flat, Float64Array.of(1, 1, 1));
    expect(value).toBeGreaterThan(1.8);
    expect(value).toBeLessThan(2.2);
    const same = fitSvr(Float64Array.of(1, 0, 0, 1), Float64Array.of(7, 7));
    expect(expansionValues(same, Float64Array.of(0.5, 0.5))[0]).toBeCloseTo(7, 9);
  });

  it('refuses too little, and targets that are no numbers', () => {
    expect(() => fitSvr(Float64Array.of(1), Float64Array.of(1))).toThrow(InputError);
    expect(() => fitSvr(new Float64Array(4), Float64Array.of(Number.POSITIVE_INFINITY, 1))).toThrow(
      'the target of training row 1 is not a finite number',
    );
  });
});
