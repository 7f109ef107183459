/** @file The rule of collapse, on spreads measured in real runs at 100 ROIs (docs/watching.md). */
import { expect, it } from 'vitest';
import { hasCollapsed } from '../../src/pretrain/collapse.ts';

const found = (series: readonly (readonly [deviation: number, rank: number])[], scans = 256) =>
  series.map(([deviation, effectiveRank]) => hasCollapsed({ deviation, effectiveRank }, scans));

it('training that goes well, untrained to step 400: never', () => {
  const healthy = [
    [0.32, 40.9],
    [0.336, 86.5],
    [0.339, 87.2],
    [0.372, 70.7],
    [0.4, 53.4],
    [0.423, 49],
  ] as const;
  expect(found(healthy)).toEqual(healthy.map(() => false));
});

it('learning rate 0.03: from when the deviation falls, although noise keeps the rank high', () => {
  const collapsing = [
    [0.19, 19.6],
    [0.148, 30.4],
    [0.12, 57.5],
    [0.068, 178.3],
    [0.078, 172.7],
  ] as const;
  expect(found(collapsing)).toEqual([false, false, true, true, true]);
});

it('one direction alone, however long, is a collapse', () => {
  expect(
    found([
      [0.8, 1.2],
      [0.8, 2.5],
    ]),
  ).toEqual([true, false]);
  expect(found([[0, 0]])).toEqual([true]);
});

it('a few scans say nothing', () => {
  expect([found([[0.01, 1]], 63), found([[0.01, 1]], 64)]).toEqual([[false], [true]]);
});
