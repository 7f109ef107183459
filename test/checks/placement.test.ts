/** @file Whether ROIs behave like those of the same place: relabellings found again, and none where there is none. */
import { describe, expect, test } from 'vitest';
import { agreementOf, placementOf } from '../../src/checks/placement.ts';
import { normal, permutation, type RandomStream, randomStream } from '../../src/random/draws.ts';

const stream = (b: number) => randomStream({ seed: 12, purpose: 'simulate', b });

/** A symmetric matrix with structure: ROIs on a ring, alike when near, and noise. */
function ringNetwork(size: number, draws: RandomStream, noise: number): Float64Array {
  const out = new Float64Array(size * size);
  const own = Array.from({ length: size }, (_, i) => Math.sin(i * i));
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const apart = Math.min(i - j, size - i + j);
      const r = i === j ? 1 : 0.8 * Math.exp(-apart / 4) + 0.1 * own[i] * own[j] + noise * normal(draws);
      out[i * size + j] = r;
      out[j * size + i] = r;
    }
  return out;
}

/** ROI i of the result is ROI `order[i]`. */
function relabelled(matrix: Float64Array, size: number, order: ArrayLike<number>): Float64Array {
  return matrix.map((_, at) => matrix[order[Math.floor(at / size)] * size + order[at % size]]);
}

const SIZE = 40;
const reference = ringNetwork(SIZE, stream(1), 0);

describe('placement', () => {
  test('ROIs in their places do not move, and noise gains nothing', () => {
    const placement = placementOf(ringNetwork(SIZE, stream(2), 0.02), reference, SIZE);
    expect(placement).toMatchObject({ gain: 0, moved: [], lost: [] });
    expect(placement.agreement).toBeGreaterThan(0.95);
  });

  test('of shuffled ROIs many do better elsewhere', () => {
    // Where, cannot be told row by row: the columns are shuffled too.
    const { moved, gain } = placementOf(relabelled(reference, SIZE, permutation(stream(3), SIZE)), reference, SIZE);
    expect(moved.length).toBeGreaterThan(0.3 * SIZE);
    expect(gain).toBeGreaterThan(0.2);
  });

  test('two ROIs of far places that trade them', () => {
    const order = Array.from({ length: SIZE }, (_, i) => (i === 3 ? 25 : i === 25 ? 3 : i));
    const { moved, lost } = placementOf(relabelled(reference, SIZE, order), reference, SIZE);
    expect(moved).toEqual([
      { roi: 3, as: 25 },
      { roi: 25, as: 3 },
    ]);
    expect(lost).toEqual(moved);
  });

  test('ROIs without signal are left out, and keep their numbers', () => {
    const order = Array.from({ length: SIZE }, (_, i) => (i === 10 ? 30 : i === 30 ? 10 : i));
    const matrix = relabelled(reference, SIZE, order).map((r, at) =>
      Math.floor(at / SIZE) === 4 || at % SIZE === 4 ? 0 : r,
    );
    expect(placementOf(matrix, reference, SIZE).moved).toEqual([
      { roi: 10, as: 30 },
      { roi: 30, as: 10 },
    ]);
  });

  test('nothing is said of matrices without signal', () => {
    const nothing = new Float64Array(SIZE * SIZE);
    expect(placementOf(nothing, reference, SIZE)).toEqual({ agreement: 0, gain: 0, lost: [], moved: [] });
    expect(placementOf(new Float64Array(0), new Float64Array(0), 0).agreement).toBe(0);
  });
});

test('agreement is the correlation over pairs of ROIs, in the order asked for, zeros left out', () => {
  const size = 6;
  const [a, b] = [ringNetwork(size, stream(4), 0.3), ringNetwork(size, stream(5), 0.3)];
  a[1] = 0;
  a[size] = 0;
  const order = Int32Array.of(2, 0, 1, 5, 4, 3);
  const [x, y]: [number[], number[]] = [[], []];
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++)
      if (i !== 1 || j !== 0) {
        x.push(a[i * size + j]);
        y.push(b[order[i] * size + order[j]]);
      }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [dx, dy] = [x.map((value) => value - mean(x)), y.map((value) => value - mean(y))];
  const expected = dx.reduce((sum, value, i) => sum + value * dy[i], 0) / Math.hypot(...dx) / Math.hypot(...dy);
  expect(agreementOf(a, b, size, order)).toBeCloseTo(expected, 12);
  expect(agreementOf(a, a, size)).toBeCloseTo(1, 12);
  expect(agreementOf(new Float64Array(36).fill(0.5), b, size)).toBe(0);
});
