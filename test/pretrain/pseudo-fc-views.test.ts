/** @file Both pseudo-FC views of a batch, against correlations of the kept points taken one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectivity, FC_KINDS, type FcKind } from '../../src/connectivity/kinds.ts';
import { type DropRule, keptTimepoints } from '../../src/connectivity/pseudo-fc.ts';
import { pseudoFcViews } from '../../src/pretrain/pseudo-fc-views.ts';
import { integerBelow, normal, randomStream } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';
import { mixedSeries, naivePearson } from '../connectivity/naive.ts';
import { readGolden } from '../parity/golden.ts';

type Kept = readonly [readonly Uint8Array[], readonly Uint8Array[]];

const GOLDEN = process.env.GOLDEN_DIR ?? 'test/fixtures/golden-20';
const PERCENT: DropRule = { kind: 'percent', percent: 20 };
/** float32 sums of a few hundred points. */
const TOLERANCE = 2e-6;

function draw(series: readonly TimeSeries[], rule: DropRule, seed = 1): Kept {
  const view = (v: number) =>
    series.map(({ timepoints }, scan) => keptTimepoints(rule, timepoints, { seed, epoch: 0, scan, view: v }));
  return [view(1), view(2)];
}

async function views(kind: FcKind, series: readonly TimeSeries[], kept: Kept, threads = 1) {
  const [{ rois }] = series;
  const into = [1, 2].map(() => new Float32Array(series.length * rois * rois).fill(9));
  const computing = pseudoFcViews({ fc: kind, rois, compile: nodeRuntime({ threads }) });
  await computing.run(series, kept, [into[0], into[1]]).finally(computing.release);
  const network = (view: 0 | 1, scan: number) => into[view].subarray(scan * rois * rois, (scan + 1) * rois * rois);
  return { into, network };
}

function keptOf({ values, rois }: TimeSeries, kept: Uint8Array): TimeSeries {
  const points = [...kept.keys()].filter((t) => kept[t] === 1);
  const rows = points.flatMap((t) => Array.from(values.subarray(t * rois, (t + 1) * rois)));
  return { values: Float32Array.from(rows), timepoints: points.length, rois };
}

function furthest(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  return Array.from(found).reduce((most, x, k) => Math.max(most, Math.abs(x - wanted[k])), 0);
}

/** Symmetric, and with 1 (or, for an ROI without signal, 0) on the diagonal: exactly. */
function expectNetwork(network: Float32Array, rois: number, silent: readonly number[] = []): void {
  for (let i = 0; i < rois; i++) {
    expect(network[i * (rois + 1)]).toBe(silent.includes(i) ? 0 : 1);
    for (let j = 0; j < i; j++) expect(network[i * rois + j]).toBe(network[j * rois + i]);
  }
}

const rules = fc.oneof(
  fc.integer({ min: 0, max: 80 }).map((percent): DropRule => ({ kind: 'percent', percent })),
  fc.integer({ min: 0, max: 12 }).map((count): DropRule => ({ kind: 'count', count })),
  fc.integer({ min: 5, max: 20 }).map((length): DropRule => ({ kind: 'window', length })),
);

test('any lengths, ROI counts and drop rules: the correlation of the kept points', async () => {
  const lengths = fc.array(fc.integer({ min: 20, max: 170 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(
      lengths,
      fc.integer({ min: 2, max: 40 }),
      rules,
      fc.nat(),
      async (timepoints, rois, rule, seed) => {
        const series = timepoints.map((length, i) => mixedSeries(length, rois, seed + i));
        const kept = draw(series, rule, seed);
        const { network } = await views('pearson', series, kept);
        for (const view of [0, 1] as const)
          for (const [s, scan] of series.entries()) {
            const wanted = naivePearson(keptOf(scan, kept[view][s]));
            expect(furthest(network(view, s), wanted)).toBeLessThan(TOLERANCE);
            expectNetwork(network(view, s), rois);
          }
      },
    ),
    { numRuns: 15 },
  );
});

const stream = randomStream({ seed: 3, purpose: 'simulate' });
const NASTY: readonly (readonly [string, (x: number, t: number, roi: number) => number])[] = [
  ['a mean of a million', (x) => 1e6 + 100 * x],
  ['a spike at one point of every fifth ROI', (x, t, roi) => (t === 12 + roi && roi % 5 === 0 ? 1e4 : x)],
  ['a jump half way', (x, t) => (t < 100 ? x : 500 + x)],
  ['a steep trend', (x, t) => x + 3 * t],
  ['numbers near the least of float32', (x) => 1e-30 * x],
  ['numbers near the most of float32', (x) => 1e25 * x],
  ['ROIs of very different scale', (x, _t, roi) => 10 ** ((roi % 9) - 4) * x],
];

test.each(NASTY)('nasty series: %s', async (_name, change) => {
  const rois = 30;
  const series = Array.from({ length: 4 }, () => {
    const values = Float32Array.from({ length: 200 * rois }, (_, k) =>
      change(normal(stream), Math.floor(k / rois), k % rois),
    );
    return { values, timepoints: 200, rois };
  });
  for (const rule of [PERCENT, { kind: 'percent', percent: 80 }] as const) {
    const kept = draw(series, rule);
    const { network } = await views('pearson', series, kept);
    for (const view of [0, 1] as const)
      for (const [s, scan] of series.entries()) {
        expect(furthest(network(view, s), naivePearson(keptOf(scan, kept[view][s])))).toBeLessThan(TOLERANCE);
        expectNetwork(network(view, s), rois);
      }
  }
});

test('far values at dropped points cost the kept ones no precision', async () => {
  const series = [mixedSeries(200, 20, 1), mixedSeries(200, 20, 2)];
  // Whatever points stand for the scan's level, a third of them is far from the rest.
  const far = (t: number) => t % 3 === 0;
  for (const { values } of series)
    for (let k = 0; k < values.length; k++) if (far(Math.floor(k / 20))) values[k] += 300;
  const flags = Uint8Array.from({ length: 200 }, (_, t) => Number(!far(t) && t % 7 !== 1));
  const later = Uint8Array.from({ length: 200 }, (_, t) => Number(!far(t) && t % 7 !== 5));
  const kept = [
    [flags, later],
    [later, flags],
  ] as const;
  const { network } = await views('pearson', series, kept);
  for (const view of [0, 1] as const)
    for (const [s, scan] of series.entries())
      expect(furthest(network(view, s), naivePearson(keptOf(scan, kept[view][s])))).toBeLessThan(TOLERANCE);
});

test('Ledoit-Wolf: the shrunk correlation of the kept points, beside ROIs without signal', async () => {
  const series = [mixedSeries(60, 17, 1), mixedSeries(25, 17, 2), mixedSeries(140, 17, 3)];
  for (let t = 0; t < 25; t++) for (const roi of [2, 16]) series[1].values[t * 17 + roi] = 100.3;
  for (const rule of [PERCENT, { kind: 'window', length: 9 }] as const) {
    const kept = draw(series, rule);
    const { network } = await views('ledoit-wolf', series, kept);
    for (const view of [0, 1] as const)
      for (const [s, scan] of series.entries()) {
        const wanted = connectivity('ledoit-wolf', keptOf(scan, kept[view][s]));
        expect(furthest(network(view, s), wanted)).toBeLessThan(TOLERANCE);
        expectNetwork(network(view, s), 17, s === 1 ? [2, 16] : []);
      }
  }
});

test.each(FC_KINDS)('%s: an ROI that is constant over the kept points only has no signal', async (kind) => {
  const series = [mixedSeries(50, 6, 1), mixedSeries(50, 6, 2)];
  const kept = draw(series, PERCENT);
  for (const [t, flag] of kept[1][0].entries()) if (flag === 1) series[0].values[t * 6 + 4] = -7.7;
  const { network } = await views(kind, series, kept);
  expectNetwork(network(1, 0), 6, [4]);
  for (let i = 0; i < 6; i++) expect(network(1, 0)[4 * 6 + i]).toBe(0);
  for (const [view, s] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const wanted = connectivity(kind, keptOf(series[s], kept[view][s]));
    expect(furthest(network(view, s), wanted)).toBeLessThan(TOLERANCE);
  }
});

test.each(FC_KINDS)('%s: a kept value that is not finite is refused, a dropped one is not looked at', async (kind) => {
  const series = [mixedSeries(40, 5, 1), mixedSeries(40, 5, 2), mixedSeries(40, 5, 3)];
  const kept = draw(series, PERCENT);
  const point = kept[0][1].indexOf(0);
  series[1].values[point * 5 + 3] = Number.NaN;
  series[1].values[point * 5] = Number.POSITIVE_INFINITY;
  kept[1][1][point] = 0;
  const { network } = await views(kind, series, kept);
  for (const view of [0, 1] as const)
    expect(furthest(network(view, 1), connectivity(kind, keptOf(series[1], kept[view][1])))).toBeLessThan(TOLERANCE);
  kept[1][1][point] = 1;
  await expect(views(kind, series, kept)).rejects.toThrow('the series of ROI 1 holds a value that is not a finite');
});

test('a scan gets the same bits whatever the rest of the batch, its place in it and the threads', async () => {
  const rois = 33;
  // ONNX Runtime's blocks are 128 points long; a view alone keeps fewer of 700 points, more of 1,100.
  const series = [150, 700, 1100, 200, 150, 150, 90, 150, 150, 700].map((length, i) => mixedSeries(length, rois, i));
  const kept = draw(series, PERCENT);
  const all = await views('pearson', series, kept);
  const twoThreads = await views('pearson', series, kept, 2);
  expect(twoThreads.into).toEqual(all.into);
  for (const s of [1, 3 + integerBelow(stream, 5), 8, 9]) {
    const alone = await views('pearson', [series[s]], [[kept[0][s]], [kept[1][s]]]);
    for (const view of [0, 1] as const) expect(alone.network(view, 0)).toEqual(all.network(view, s));
  }
});

test(`the views of ${GOLDEN}`, async () => {
  const { series, kept, expected, size } = readGolden(GOLDEN);
  const { into } = await views('pearson', series, kept);
  for (const view of [0, 1]) {
    const wanted = expected.get(`view${view + 1}`);
    expect(wanted?.shape).toEqual([series.length, size.rois, size.rois]);
    expect(furthest(into[view], Array.from(wanted?.data ?? [], Number))).toBeLessThan(TOLERANCE);
  }
});
