/** @file The connectivity that the graph computes equals `connectivity()` of the kept time points. */
import { describe, expect, it } from 'vitest';
import { connectivity, FC_KINDS } from '../../src/connectivity/kinds.ts';
import { pseudoNetwork } from '../../src/model/pseudo-network.ts';
import { assembleBatch } from '../../src/pretrain/batch.ts';
import { integerBelow, normal, randomStream, uniform } from '../../src/random/draws.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

const ROIS = 11;
const stream = randomStream({ seed: 12, purpose: 'simulate' });

/** Correlated series far from zero, of different scale; ROIs listed in `silent` are constant. */
function madeUp(timepoints: number, silent: readonly number[] = []): TimeSeries {
  const values = new Float32Array(timepoints * ROIS);
  for (let t = 0; t < timepoints; t++) {
    const common = normal(stream);
    for (let i = 0; i < ROIS; i++)
      values[t * ROIS + i] = silent.includes(i) ? 30 : 100 * i + (i + 1) * (normal(stream) + (i % 3) * common);
  }
  return { values, timepoints, rois: ROIS };
}

/** The kept time points alone, as a scan of its own. */
function keptOf({ values, rois }: TimeSeries, kept: Uint8Array): TimeSeries {
  const points = [...kept.keys()].filter((t) => kept[t] === 1);
  const rows = points.flatMap((t) => Array.from(values.subarray(t * rois, (t + 1) * rois)));
  return { values: Float32Array.from(rows), timepoints: points.length, rois };
}

const series = [madeUp(40), madeUp(25), madeUp(33, [2, 7])];
const kept = series.map(({ timepoints }) =>
  Uint8Array.from({ length: timepoints }, () => Number(uniform(stream) > 0.2)),
);
// An ROI whose signal lies in dropped points only is constant over the kept ones.
for (const [t, keep] of kept[1].entries()) if (keep === 1) series[1].values[t * ROIS + 4] = -5;
kept[1][integerBelow(stream, 25)] = 0;

describe.each(FC_KINDS)('%s', (kind) => {
  it('scans of several lengths, dropped points, ROIs without signal', async () => {
    const batch = assembleBatch(ROIS, kind, series, {
      kept: [kept, kept],
      contrastive: [[0], [0], [0]],
      reconstruction: [[0], [0], [0]],
      dropout: {},
    });
    const session = await nodeRuntime({ threads: 1 })({ fc: pseudoNetwork(kind, series.length, ROIS) });
    const { fc } = await session.run(batch.views[0]);
    await session.release();
    const wanted = series.flatMap((scan, i) => Array.from(connectivity(kind, keptOf(scan, kept[i]))));
    const worst = wanted.reduce((most, x, i) => Math.max(most, Math.abs(x - fc[i])), 0);
    expect(worst).toBeLessThan(2e-6);
    const row = (scan: number, roi: number) =>
      Array.from(fc.subarray((scan * ROIS + roi) * ROIS, (scan * ROIS + roi + 1) * ROIS));
    for (const [scan, roi] of [
      [1, 4],
      [2, 2],
      [2, 7],
    ])
      expect(row(scan, roi).every((x) => x === 0)).toBe(true);
    expect(row(0, 3)[3]).toBeCloseTo(1, 5);
  });

  it('a scan of one ROI with signal has one correlation, 1', async () => {
    const lonely = madeUp(30, [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]);
    const all = [new Uint8Array(30).fill(1)];
    const draws = { kept: [all, all], contrastive: [[0]], reconstruction: [[0]], dropout: {} } as const;
    const session = await nodeRuntime({ threads: 1 })({ fc: pseudoNetwork(kind, 1, ROIS) });
    const { fc } = await session.run(assembleBatch(ROIS, kind, [lonely], draws).views[0]);
    await session.release();
    expect(fc[7 * ROIS + 7]).toBeCloseTo(1, 6);
    expect(fc.filter((x) => x !== 0)).toHaveLength(1);
  });
});
