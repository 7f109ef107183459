/** @file Matrices of others: what is accepted, brought to form, and refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanConnectivity } from '../../src/connectivity/clean-matrix.ts';
import { meanAbsoluteFc, missingRoisOfMatrix } from '../../src/connectivity/matrix-summary.ts';
import { pearsonConnectivity } from '../../src/connectivity/pearson.ts';
import { isInputError } from '../../src/errors/input-error.ts';

const ROIS = 5;
const clean = (values: ArrayLike<number>, fisherZ = false) =>
  cleanConnectivity(values, { rois: ROIS, fisherZ, where: 'a.csv' });

/** r of ROIs i < j is 0.1 i + 0.01 j + 0.2. */
const r = (i: number, j: number) => 0.1 * Math.min(i, j) + 0.01 * Math.max(i, j) + 0.2;
const matrix = (change: (value: number, i: number, j: number) => number = (value) => value): number[] =>
  Array.from({ length: ROIS * ROIS }, (_, at) => {
    const [i, j] = [Math.floor(at / ROIS), at % ROIS];
    return change(i === j ? 1 : r(i, j), i, j);
  });
const wanted = (missing: readonly number[] = []) =>
  matrix((value, i, j) => (missing.includes(i) || missing.includes(j) ? 0 : Math.fround(value)));

describe('accepted', () => {
  it('a correlation matrix, as it is', () => {
    const { values, missing, diagonals } = clean(matrix());
    expect([...values]).toEqual(wanted());
    expect({ missing, diagonals }).toEqual({ missing: [], diagonals: new Set(['one']) });
  });

  it('our own connectivity, to the last bit', () => {
    const series = Float32Array.from({ length: 40 * ROIS }, (_, i) => Math.sin(i * i));
    for (let t = 0; t < 40; t++) series[t * ROIS + 2] = 7;
    const own = pearsonConnectivity({ values: series, timepoints: 40, rois: ROIS });
    const { values, missing } = clean(own);
    expect(values).toEqual(own);
    expect(missing).toEqual([2]);
  });

  it.each([
    ['zero', 0],
    ['undefined', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
  ] as const)('a diagonal that is %s: it becomes 1', (name, value) => {
    const { values, diagonals } = clean(matrix((own, i, j) => (i === j ? value : own)));
    expect([...values]).toEqual(wanted());
    expect(diagonals).toEqual(new Set([name]));
  });

  it.each([
    ['inf', Number.POSITIVE_INFINITY],
    ['artanh of the largest number below 1', Math.atanh(1 - 2 ** -53)],
    ['zero', 0],
  ])("Fisher's z with a diagonal of %s", (_, diagonal) => {
    const { values } = clean(
      matrix((own, i, j) => (i === j ? diagonal : Math.atanh(own))),
      true,
    );
    for (const [at, value] of wanted().entries()) expect(values[at]).toBeCloseTo(value, 6);
  });

  it('z of two ROIs with the same series, which is infinite', () => {
    const pair = (i: number, j: number) => i + j === 1 && i !== j;
    const { values } = clean(
      matrix((own, i, j) => (i === j || pair(i, j) ? Number.POSITIVE_INFINITY : Math.atanh(own))),
      true,
    );
    expect([values[1], values[ROIS]]).toEqual([1, 1]);
  });

  it.each([
    ['NaN throughout', Number.NaN, Number.NaN],
    ['NaN, with 1 on the diagonal', Number.NaN, 1],
    ['zeros', 0, 0],
    ['zeros, with 1 on the diagonal', 0, 1],
  ])('ROIs without signal as %s: row, column and diagonal are 0', (_, off, diagonal) => {
    const gone = [1, 4];
    const { values, missing } = clean(
      matrix((own, i, j) => (gone.includes(i) || gone.includes(j) ? (i === j ? diagonal : off) : own)),
    );
    expect([...values]).toEqual(wanted(gone));
    expect(missing).toEqual(gone);
    expect(missingRoisOfMatrix(values, ROIS)).toEqual(gone);
  });

  it('rounding: halves that differ by less than 1e-4 are averaged, values up to 1e-4 beyond 1 are cut', () => {
    const { values } = clean(
      matrix((own, i, j) => (i === 3 && j === 1 ? own + 8e-5 : i + j === 1 && i !== j ? -1.00009 : own)),
    );
    expect(values[1 * ROIS + 3]).toBe(Math.fround(r(1, 3) + 4e-5));
    expect(values[3 * ROIS + 1]).toBe(values[1 * ROIS + 3]);
    expect([values[1], values[ROIS]]).toEqual([-1, -1]);
  });
});

describe('refused', () => {
  it.each<[string, number[], string]>([
    [
      'an asymmetric matrix',
      matrix((own, i, j) => (i === 3 && j === 1 ? own + 2e-4 : own)),
      'a.csv, row 2, column 4: the matrix is not symmetric, expected 0.3302, as in row 4, column 2, found 0.33; save undirected connectivity.',
    ],
    [
      'half a matrix',
      matrix((own, i, j) => (i > j ? 0 : own)),
      'a.csv, row 1, column 2: the matrix is not symmetric, expected 0, as in row 2, column 1, found 0.21000000000000002; save both halves of the matrix.',
    ],
    [
      'a value beyond 1',
      matrix((own, i, j) => (i + j === 7 && i !== j ? 1.0002 : own)),
      "a.csv, row 4, column 5: the value is no correlation, expected -1 to 1, found 1.0002; pass --fisher-z if these are Fisher's z, or save correlations.",
    ],
    [
      'an infinite value',
      matrix((own, i, j) => (i + j === 7 && i !== j ? Number.NEGATIVE_INFINITY : own)),
      "a.csv, row 4, column 5: the value is no correlation, expected -1 to 1, found -Infinity; pass --fisher-z if these are Fisher's z, or save correlations.",
    ],
    [
      'a single NaN',
      matrix((own, i, j) => (i === 4 && j === 2 ? Number.NaN : own)),
      'a.csv, row 5, column 3: a single value is missing (NaN), expected numbers, or an ROI that is NaN throughout; compute the matrix again, or leave the scan out.',
    ],
    [
      'a covariance',
      matrix((own, i, j) => (i === j ? 1 + i : own)),
      'a.csv, ROI 2: the diagonal is not that of correlations, expected 1 (or 0, NaN or inf), found 2; save correlations, not covariances.',
    ],
    [
      'the identity',
      matrix((_, i, j) => Number(i === j)),
      'a.csv: the matrix holds no connectivity: off its diagonal every value is 0 or missing; leave the scan out.',
    ],
    [
      'zeros',
      matrix(() => 0),
      'a.csv: the matrix holds no connectivity: off its diagonal every value is 0 or missing; leave the scan out.',
    ],
    [
      'NaN',
      matrix(() => Number.NaN),
      'a.csv: the matrix holds no connectivity: off its diagonal every value is 0 or missing; leave the scan out.',
    ],
  ])('%s', (_, values, message) => {
    expect(() => clean(values)).toThrow(message);
  });

  it('nothing but what is said: any numbers give a matrix of our form, or a sentence', () => {
    const numbers = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -1, max: 1 }) },
      fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY, -1.5, 3),
    );
    const halves = fc.array(numbers, { minLength: 10, maxLength: 10 });
    const diagonals = fc.array(fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY, 1e300), {
      minLength: ROIS,
      maxLength: ROIS,
    });
    let accepted = 0;
    fc.assert(
      fc.property(halves, diagonals, fc.boolean(), (half, diagonal, fisherZ) => {
        let next = 0;
        const values = new Float64Array(ROIS * ROIS);
        for (let i = 0; i < ROIS; i++) {
          values[i * (ROIS + 1)] = diagonal[i];
          for (let j = i + 1; j < ROIS; j++) values[j * ROIS + i] = values[i * ROIS + j] = half[next++];
        }
        let form: ReturnType<typeof clean>;
        try {
          form = clean(values, fisherZ);
        } catch (error) {
          expect(isInputError(error)).toBe(true);
          return;
        }
        accepted++;
        for (let i = 0; i < ROIS; i++) {
          expect(form.values[i * (ROIS + 1)]).toBe(form.missing.includes(i) ? 0 : 1);
          for (let j = 0; j < ROIS; j++) {
            const value = form.values[i * ROIS + j];
            expect(Math.abs(value)).toBeLessThanOrEqual(1);
            expect(value).toBe(form.values[j * ROIS + i]);
          }
        }
      }),
      { numRuns: 3000, seed: 5 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

it('mean |FC| is over pairs of ROIs with signal', () => {
  const values = Float32Array.from([1, -0.5, 0, 0.25, -0.5, 1, 0, 0.75, 0, 0, 0, 0, 0.25, 0.75, 0, 1]);
  expect(meanAbsoluteFc(values, 4)).toBe(0.5);
  expect(meanAbsoluteFc(new Float32Array(9), 3)).toBe(0);
});
