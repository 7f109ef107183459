/** @file Pseudo-FC: which time points a view keeps, and the standardised series that gives its network. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DropRule, keptTimepoints, type ViewAddress } from '../../src/connectivity/pseudo-fc.ts';

const PERCENT: DropRule = { kind: 'percent', percent: 20 };
const ADDRESS: ViewAddress = { seed: 3, epoch: 2, scan: 7, view: 1 };
const count = (kept: Uint8Array) => kept.reduce((sum, each) => sum + each, 0);

test.each([
  [78, 15],
  [100, 20],
  [99, 19],
  [4, 0],
])('20 percent of %i points drops exactly %i', (timepoints, dropped) => {
  expect(count(keptTimepoints(PERCENT, timepoints, ADDRESS))).toBe(timepoints - dropped);
});

test('count drops a fixed number, window keeps one stretch', () => {
  expect(count(keptTimepoints({ kind: 'count', count: 30 }, 78, ADDRESS))).toBe(48);
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 90 }), fc.nat(1000), (timepoints, scan) => {
      const kept = keptTimepoints({ kind: 'window', length: 20 }, timepoints, { ...ADDRESS, scan });
      expect(count(kept)).toBe(20);
      expect(kept.lastIndexOf(1) - kept.indexOf(1)).toBe(19);
    }),
  );
});

test('the same address gives the same points, any other address other points', () => {
  const here = keptTimepoints(PERCENT, 120, ADDRESS);
  expect(keptTimepoints(PERCENT, 120, { ...ADDRESS })).toEqual(here);
  for (const change of [{ seed: 4 }, { epoch: 3 }, { scan: 8 }, { view: 0 }])
    expect(keptTimepoints(PERCENT, 120, { ...ADDRESS, ...change })).not.toEqual(here);
});

test.each<[string, DropRule, number, number]>([
  ['percent', PERCENT, 40, 8 / 40],
  ['count', { kind: 'count', count: 10 }, 40, 10 / 40],
])('%s drops every point equally often (chi-square)', (_name, rule, timepoints, share) => {
  const draws = 4000;
  const dropped = new Float64Array(timepoints);
  for (let epoch = 0; epoch < draws; epoch++)
    keptTimepoints(rule, timepoints, { ...ADDRESS, epoch }).forEach((keep, t) => {
      dropped[t] += 1 - keep;
    });
  // Cells of one draw exclude each other, so that the statistic over (1 - share) follows chi-square with T - 1 degrees
  // of freedom times T / (T - 1); 39 degrees of freedom exceed 72.1 with probability 0.001.
  const expected = draws * share;
  const statistic = dropped.reduce((sum, each) => sum + (each - expected) ** 2 / (expected * (1 - share)), 0);
  expect((statistic * (timepoints - 1)) / timepoints).toBeLessThan(72.1);
});

test('a window starts everywhere equally often (chi-square)', () => {
  const starts = new Float64Array(31);
  for (let epoch = 0; epoch < 3100; epoch++)
    starts[keptTimepoints({ kind: 'window', length: 10 }, 40, { ...ADDRESS, epoch }).indexOf(1)]++;
  const statistic = starts.reduce((sum, each) => sum + (each - 100) ** 2 / 100, 0);
  expect(statistic).toBeLessThan(59.7); // 30 degrees of freedom, 0.001
});

test('impossible rules and scans that would be too short are refused', () => {
  const attempt = (rule: DropRule, timepoints: number) => () => keptTimepoints(rule, timepoints, ADDRESS);
  expect(attempt({ kind: 'percent', percent: 100 }, 50)).toThrow(
    'the percentage of time points to drop is impossible, expected at least 0 and below 100, found 100.',
  );
  expect(attempt({ kind: 'percent', percent: Number.NaN }, 50)).toThrow('found NaN.');
  expect(attempt({ kind: 'count', count: 28 }, 30)).toThrow(
    'scan 8: the drop leaves too few time points for a correlation, expected at least 3, found 2 of 30; drop less or leave the scan out.',
  );
  expect(attempt({ kind: 'count', count: 2.5 }, 30)).toThrow(
    'the number of time points to drop is impossible, expected a whole number, 0 or more, found 2.5.',
  );
  expect(attempt({ kind: 'window', length: 2 }, 30)).toThrow(
    'the window length is impossible, expected a whole number, 3 or more, found 2.',
  );
  expect(attempt({ kind: 'window', length: 31 }, 30)).toThrow(
    'scan 8: the window is longer than the scan, expected at most 30 time points, found 31; shorten the window or leave the scan out.',
  );
  expect(count(keptTimepoints({ kind: 'count', count: 27 }, 30, ADDRESS))).toBe(3);
  expect(count(keptTimepoints({ kind: 'window', length: 30 }, 30, ADDRESS))).toBe(30);
});
