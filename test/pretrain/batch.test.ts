/** @file The draws of a batch: addressed by seed, epoch, scan and view, whatever other scans are in it. */
import { describe, expect, it } from 'vitest';
import { connectivity } from '../../src/connectivity/kinds.ts';
import { modelSize } from '../../src/model/size.ts';
import { assembleBatch, type BatchDraws, type BatchPlan, drawBatch, microBatch } from '../../src/pretrain/batch.ts';
import { PAPER_OBJECTIVE } from '../../src/pretrain/objective.ts';
import { pseudoFcViews } from '../../src/pretrain/pseudo-fc-views.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { madeUpDataset, ROIS } from './made-up.ts';

const dataset = madeUpDataset(12);
const plan: BatchPlan = {
  size: modelSize('small', ROIS, { layers: 2, heads: 4, ffn: 12, feature: 6 }),
  objective: PAPER_OBJECTIVE,
  drop: { kind: 'percent', percent: 20 },
  seed: 3,
};
const draw = (scans: number[], epoch = 2, changes: Partial<BatchPlan> = {}) =>
  drawBatch({ ...plan, ...changes }, epoch, scans, scans.map(dataset.readSeries));

/** Everything drawn for one scan, by name. */
function drawsOf({ kept, contrastive, reconstruction }: BatchDraws, index: number) {
  return {
    'view 1': Array.from(kept[0][index]),
    'view 2': Array.from(kept[1][index]),
    contrastive: Array.from(contrastive[index]),
    reconstruction: Array.from(reconstruction[index]),
  };
}

describe('draws', () => {
  const alone = drawsOf(draw([7]), 0);

  it('of a scan are the same in any batch', () => {
    expect(drawsOf(draw([2, 7, 5]), 1)).toEqual(alone);
    expect(drawsOf(draw([7, 11]), 0)).toEqual(alone);
  });

  it('differ between scans, epochs and seeds, every one of them', () => {
    const same = [dataset.readSeries(7), dataset.readSeries(7)];
    const others: ReturnType<typeof drawsOf>[] = [
      drawsOf(drawBatch(plan, 2, [8, 7], same), 0),
      drawsOf(draw([7], 3), 0),
      drawsOf(draw([7], 2, { seed: 4 }), 0),
    ];
    for (const other of others)
      for (const [name, values] of Object.entries(alone))
        expect(Object.entries(other).find(([same]) => same === name)?.[1], name).not.toEqual(values);
  });

  it('differ between views and branches', () => {
    expect(alone['view 1']).not.toEqual(alone['view 2']);
    expect(alone.contrastive.slice(0, 5)).not.toEqual(alone.reconstruction);
  });

  it('hide 10 and 5 different ROIs of each scan', () => {
    const { contrastive, reconstruction } = draw([0, 1, 2, 3, 4, 5]);
    for (const [drawn, count] of [
      [contrastive, 10],
      [reconstruction, 5],
    ] as const) {
      expect(drawn.map((rois) => new Set(Array.from(rois)).size)).toEqual(Array(6).fill(count));
      for (const rois of drawn) expect(rois).toHaveLength(count);
    }
  });

  it('drop a fifth of the time points in each view', () => {
    const scans = [0, 1, 2];
    for (const view of draw(scans).kept)
      for (const [i, flags] of view.entries()) {
        const { timepoints } = dataset.scans[scans[i]];
        expect(flags).toHaveLength(timepoints);
        expect(flags.filter((flag) => flag === 0)).toHaveLength(Math.floor(timepoints / 5));
      }
  });
});

it('a batch feeds the connectivity of both views, and each masked ROI as a row that is 1 there', async () => {
  const scans = [4, 9];
  const series = scans.map(dataset.readSeries);
  const draws = drawBatch(plan, 1, scans, series);
  const networks = pseudoFcViews({ fc: 'pearson', rois: ROIS, compile: nodeRuntime({ threads: 1 }) });
  const batch = await assembleBatch(networks, series, draws).finally(networks.release);
  for (const view of [0, 1])
    for (const [i, { values }] of series.entries()) {
      const points = [...draws.kept[view][i].keys()].filter((t) => draws.kept[view][i][t] === 1);
      const rows = Float32Array.from(points.flatMap((t) => [...values.subarray(t * ROIS, (t + 1) * ROIS)]));
      const wanted = connectivity('pearson', { values: rows, timepoints: points.length, rois: ROIS });
      const found = microBatch(batch.views[view], 2, i, 1).connectivity;
      expect(found.every((x, k) => Math.abs(x - wanted[k]) < 2e-6)).toBe(true);
    }
  const masked = batch.contrastive['masked rois'];
  expect(masked).toHaveLength(2 * 10 * ROIS);
  const places = Array.from(masked.entries()).flatMap(([k, x]) => (x === 1 ? [k % ROIS] : []));
  expect(places).toEqual(draws.contrastive.flatMap((rois) => Array.from(rois)));
});

it('a micro-batch is a view of its scans', () => {
  const part = microBatch({ x: Float32Array.of(1, 2, 3, 4, 5, 6), y: Int32Array.of(7, 8, 9) }, 3, 1, 2);
  expect(part).toEqual({ x: Float32Array.of(3, 4, 5, 6), y: Int32Array.of(8, 9) });
});
