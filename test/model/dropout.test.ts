/** @file Dropout masks: the stated rate in pools and in drawn masks, and their address. */
import { expect, it } from 'vitest';
import { drawDropoutRows, dropoutPools, PASSES, type Pass, passDropout } from '../../src/model/dropout.ts';
import { modelSize } from '../../src/model/size.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';

const size = modelSize('small', 20, { layers: 3, heads: 4, ffn: 24, feature: 6 });
const { rois, ffn, heads } = size;
const rowsOfPass = (scans: number[], change: { seed?: number; epoch?: number; pass?: Pass } = {}) =>
  drawDropoutRows({ seed: 3, epoch: 2, pass: 'online-1', ...change }, size, scans, rois);

/** Every mask of one pass over `scans`. */
async function masksOf(rate: number, scans: number[], seed = 3) {
  const dropout = passDropout(dropoutPools(rate, seed), rate, size, scans.length, rois);
  const outputs = Object.fromEntries(
    Array.from({ length: size.layers }, (_, layer) => {
      const { map, attended, hidden, output } = dropout(layer);
      return Object.entries({ map, attended, hidden, output }).map(
        ([name, mask]) => [`${name} ${layer}`, mask] as const,
      );
    }).flat(),
  );
  const session = await nodeRuntime({ threads: 1 })(outputs);
  const masks = await session.run({ 'dropout rows': rowsOfPass(scans) });
  await session.release();
  return { masks, gain: dropout(0).gain };
}

it.each([0.1, 0.5])('a pool drops %d of its elements, within five standard errors', async (rate) => {
  for (const width of [20, 100]) {
    const session = await nodeRuntime({ threads: 1 })({ pool: dropoutPools(rate, 11)(width) });
    const { pool } = await session.run({});
    await session.release();
    expect(pool.every((x) => x === 0 || x === 1)).toBe(true);
    const dropped = pool.filter((x) => x === 0).length / pool.length;
    expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / pool.length));
  }
});

it('a dropped activation keeps its expectation: gain times the kept share is 1', async () => {
  const rate = 0.1;
  const { masks, gain } = await masksOf(
    rate,
    Array.from({ length: 40 }, (_, scan) => scan),
  );
  expect(gain).toBeCloseTo(1 / 0.9, 12);
  for (const kind of ['map', 'attended', 'hidden', 'output'] as const) {
    const of = Object.entries(masks).filter(([name]) => name.startsWith(kind));
    const values = of.flatMap(([, mask]) => Array.from(mask));
    const width = { map: rois, attended: rois, hidden: ffn, output: rois }[kind];
    const share = values.reduce((sum, keep) => sum + keep) / values.length;
    // Five standard errors: of the pool's 1024 rows, and of drawing rows from it.
    const rows = 1 / (1 / 1024 + width / values.length);
    expect(Math.abs(gain * share - 1), kind).toBeLessThan(5 * gain * Math.sqrt((rate * (1 - rate)) / width / rows));
  }
});

it('the rows of a scan depend on seed, epoch, scan and pass, not on the batch around it', () => {
  const perScan = size.layers * (heads + 3) * rois;
  const alone = rowsOfPass([17]);
  expect(alone.length).toBe(perScan);
  expect(alone.every((row) => row >= 0 && row < 1024)).toBe(true);
  expect(new Set(alone).size).toBeGreaterThan(200);
  const batch = rowsOfPass([4, 17, 9]);
  expect(batch.slice(perScan, 2 * perScan)).toEqual(alone);
  expect(batch.slice(0, perScan)).not.toEqual(alone);
  for (const change of [{ seed: 4 }, { epoch: 3 }, ...PASSES.slice(1).map((pass) => ({ pass }))])
    expect(rowsOfPass([17], change), JSON.stringify(change)).not.toEqual(alone);
});

it('masks of a scan are the same in any batch, and differ between layers and kinds', async () => {
  const { masks: alone } = await masksOf(0.3, [17]);
  const { masks: batch } = await masksOf(0.3, [4, 17, 9]);
  for (const [name, values] of Object.entries(alone))
    expect(batch[name].slice(values.length, 2 * values.length), name).toEqual(values);
  expect(alone['attended 0']).not.toEqual(alone['attended 1']);
  expect(alone['attended 0']).not.toEqual(alone['output 0']);
});
