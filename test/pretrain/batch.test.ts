/** @file The draws of a batch: addressed by seed, epoch, scan and view, whatever other scans are in it. */
import { describe, expect, it } from 'vitest';
import { FC_KINDS } from '../../src/connectivity/kinds.ts';
import { PASSES } from '../../src/model/dropout.ts';
import { modelSize } from '../../src/model/size.ts';
import { type BatchPlan, drawBatch, microBatch, type StepBatch } from '../../src/pretrain/batch.ts';
import { PAPER_OBJECTIVE } from '../../src/pretrain/objective.ts';
import type { Feeds } from '../../src/runtime/session.ts';
import { madeUpDataset, ROIS } from './made-up.ts';

const dataset = madeUpDataset(12);
const plan: BatchPlan = {
  size: modelSize('small', ROIS, { layers: 2, heads: 4, ffn: 12, feature: 6 }),
  objective: PAPER_OBJECTIVE,
  fc: 'ledoit-wolf',
  drop: { kind: 'percent', percent: 20 },
  seed: 3,
};
const draw = (scans: number[], epoch = 2, changes: Partial<BatchPlan> = {}) =>
  drawBatch({ ...plan, ...changes }, epoch, scans, scans.map(dataset.readSeries));

/** Everything a batch feeds, by name; series without the rows that pad them. */
function feedsOf({ views, contrastive, reconstruction, dropout }: StepBatch, scans: number, index: number) {
  const parts: [string, Feeds][] = [
    ['view 1', views[0]],
    ['view 2', views[1]],
    ['contrastive', contrastive],
    ['reconstruction', reconstruction],
    ...Object.entries(dropout).map(([pass, feeds]): [string, Feeds] => [`dropout of ${pass}`, feeds]),
  ];
  return Object.fromEntries(
    parts.flatMap(([part, feeds]) =>
      Object.entries(microBatch(feeds, scans, index, 1)).map(([name, values]) => {
        const end = name === 'series' ? values.findLastIndex((x) => x !== 0) + 1 : values.length;
        return [`${part} ${name}`, Array.from(values.subarray(0, end))] as const;
      }),
    ),
  );
}

/** ROIs that a scan hides, in order. */
const hidden = (feeds: Feeds) => Array.from(feeds['masked rois']).flatMap((x, i) => (x === 1 ? [i % ROIS] : []));

describe('draws', () => {
  const alone = feedsOf(draw([7]), 1, 0);

  it('of a scan are the same in any batch', () => {
    expect(Object.keys(alone)).toHaveLength(2 * 3 + 2 + PASSES.length);
    expect(feedsOf(draw([2, 7, 5]), 3, 1)).toEqual(alone);
    expect(feedsOf(draw([7, 11]), 2, 0)).toEqual(alone);
  });

  it('differ between scans, epochs and seeds, every one of them', () => {
    const same = [dataset.readSeries(7), dataset.readSeries(7)];
    const others = [
      feedsOf(drawBatch(plan, 2, [8, 7], same), 2, 0),
      feedsOf(draw([7], 3), 1, 0),
      feedsOf(draw([7], 2, { seed: 4 }), 1, 0),
    ];
    for (const other of others)
      for (const [name, values] of Object.entries(alone))
        if (!name.endsWith('points')) expect(other[name], name).not.toEqual(values);
  });

  it('differ between views, branches and passes', () => {
    expect(alone['view 1 series']).not.toEqual(alone['view 2 series']);
    const batch = draw([7]);
    expect(hidden(batch.contrastive).slice(0, 5)).not.toEqual(hidden(batch.reconstruction));
    const rows = PASSES.map((pass) => String(batch.dropout[pass]!['dropout rows']));
    expect(new Set(rows).size).toBe(PASSES.length);
  });

  it('hide 10 and 5 different ROIs of each scan', () => {
    const batch = draw([0, 1, 2, 3, 4, 5]);
    for (const [feeds, count] of [
      [batch.contrastive, 10],
      [batch.reconstruction, 5],
    ] as const)
      for (let scan = 0; scan < 6; scan++) {
        const chosen = hidden(microBatch(feeds, 6, scan, 1));
        expect(chosen).toHaveLength(count);
        expect(new Set(chosen).size).toBe(count);
      }
  });
});

it('each view drops a fifth of the time points and pads short scans with zeros', () => {
  const scans = [0, 1, 2];
  const { views } = draw(scans);
  const longest = Math.max(...scans.map((scan) => dataset.scans[scan].timepoints));
  for (const view of views)
    for (const [i, scan] of scans.entries()) {
      const { series } = microBatch(view, scans.length, i, 1);
      const empty = Array.from({ length: longest }, (_, t) =>
        series.subarray(t * ROIS, (t + 1) * ROIS).every((x: number) => x === 0),
      );
      const { timepoints } = dataset.scans[scan];
      expect(empty.slice(timepoints).every((padded) => padded)).toBe(true);
      expect(empty.slice(0, timepoints).filter((dropped) => dropped)).toHaveLength(Math.floor(timepoints / 5));
      expect(view.points[i]).toBe(timepoints - Math.floor(timepoints / 5));
    }
});

it.each(FC_KINDS)('%s gets what it needs, and no dropout draws nothing', (fc) => {
  const batch = draw([1, 2], 0, { fc, objective: { ...PAPER_OBJECTIVE, dropout: 0 } });
  expect(Object.keys(batch.views[0])).toEqual(fc === 'pearson' ? ['series'] : ['series', 'points', 'spread']);
  expect(batch.dropout).toEqual({});
});

it('a micro-batch is a view of its scans', () => {
  const part = microBatch({ x: Float32Array.of(1, 2, 3, 4, 5, 6), y: Int32Array.of(7, 8, 9) }, 3, 1, 2);
  expect(part).toEqual({ x: Float32Array.of(3, 4, 5, 6), y: Int32Array.of(8, 9) });
});
