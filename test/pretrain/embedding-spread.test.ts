/** @file Embedding spread: NumPy's numbers, closed forms, and what steps of their own weights do to it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addEmbeddings, embeddingSpread, noEmbeddings, SPREAD_SCANS } from '../../src/pretrain/embedding-spread.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

interface Case {
  readonly width: number;
  readonly embedding: readonly number[];
  readonly deviation: number;
  readonly effective_rank: number;
}

const fixture = JSON.parse(readFileSync(new URL('fixtures/spread.json', import.meta.url), 'utf8')) as Record<
  string,
  Case
>;

/** The spread after steps of these embeddings. */
function spreadOf(width: number, ...steps: readonly (readonly number[])[]) {
  const recent = noEmbeddings(width);
  for (const embedding of steps) addEmbeddings(recent, Float32Array.from(embedding));
  return embeddingSpread(recent);
}

/** `[scans, width]` of independent normal numbers around a mean. */
function noise(seed: number, scans: number, width: number, mean = 0): number[] {
  const stream = randomStream({ seed, purpose: 'simulate' });
  return Array.from({ length: scans * width }, () => mean + normal(stream));
}

it.each(Object.entries(fixture))('one step, %s: as NumPy has it', (_, { width, embedding, ...expected }) => {
  const { deviation, effectiveRank } = spreadOf(width, embedding);
  expect(deviation).toBeCloseTo(expected.deviation, 6);
  expect(effectiveRank).toBeCloseTo(expected.effective_rank, 5);
});

describe('closed forms', () => {
  it('identical scans: no spread, and no direction', () => {
    const one = [0.3, -2.7, 1.1, 0.9, 5e4];
    expect(spreadOf(5, Array(8).fill(one).flat())).toEqual({ deviation: expect.closeTo(0, 6), effectiveRank: 0 });
    expect(spreadOf(5, Array(40).fill(0))).toEqual({ deviation: 0, effectiveRank: 0 });
  });

  it('scans that differ by their length alone are identical', () => {
    expect(spreadOf(3, [1, 2, 2, 10, 20, 20, 0.1, 0.2, 0.2])).toEqual({
      deviation: expect.closeTo(0, 6),
      effectiveRank: 0,
    });
  });

  it('n orthonormal scans: centred, n - 1 equal directions; each feature is √n once', () => {
    const n = 6;
    const identity = Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
    // One √n among n - 1 zeros: variance (n - 1) / (n - 1).
    expect(spreadOf(n, identity)).toEqual({ deviation: expect.closeTo(1, 6), effectiveRank: expect.closeTo(n - 1, 5) });
  });

  it('two opposite scans: one direction', () => {
    expect(spreadOf(4, [1, 1, 1, 1, -1, -1, -1, -1])).toEqual({
      deviation: expect.closeTo(Math.SQRT2, 6),
      effectiveRank: expect.closeTo(1, 6),
    });
  });

  it('even directions: deviation 1', () => {
    expect(spreadOf(200, noise(1, 256, 200)).deviation).toBeCloseTo(1, 2);
  });
});

describe('steps', () => {
  it('weights that drift between steps are not spread: each step collapsed is collapsed', () => {
    const collapsed = (step: number) =>
      Array(4)
        .fill(noise(step, 1, 30))
        .flat();
    const { deviation, effectiveRank } = spreadOf(30, ...Array.from({ length: 9 }, (_, step) => collapsed(step)));
    expect(deviation).toBeLessThan(1e-6);
    expect(effectiveRank).toBe(0);
  });

  it('small batches spread as much as large ones', () => {
    const [small, large] = [2, 128].map((scans) =>
      spreadOf(50, ...Array.from({ length: 256 / scans }, (_, step) => noise(step, scans, 50))),
    );
    expect(Math.abs(small.deviation - large.deviation)).toBeLessThan(0.02);
  });

  it.each([
    ['steps that fill it exactly', 64],
    ['steps that do not divide it', 100],
    ['one step that is larger', 300],
  ])('only the last 256 scans count: %s', (_, scans) => {
    const recent = noEmbeddings(10);
    for (let step = 0; step < 6; step++) addEmbeddings(recent, Float32Array.from(noise(step, scans, 10, 1)));
    expect(recent.count).toBe(SPREAD_SCANS);
    const late = noEmbeddings(10);
    const from = 6 - Math.ceil(SPREAD_SCANS / scans);
    for (let step = from; step < 6; step++) addEmbeddings(late, Float32Array.from(noise(step, scans, 10, 1)));
    expect(recent).toEqual(late);
  });
});
