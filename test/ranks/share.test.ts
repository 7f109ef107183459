/** @file Shares of a batch: everything once, in rank order, evenly. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOf } from '../../src/ranks/share.ts';

test('shares are neighbours that cover everything once and differ by at most one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(300), (size, count) => {
      const shares = Array.from({ length: size }, (_, rank) => shareOf(rank, size, count));
      const covered = shares.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
      expect(covered).toEqual([...Array(count).keys()]);
      const counts = shares.map(({ count }) => count);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('256 scans on 20 ranks: 13 each for the first 16, then 12', () => {
  expect(shareOf(0, 20, 256)).toEqual({ first: 0, count: 13 });
  expect(shareOf(15, 20, 256)).toEqual({ first: 195, count: 13 });
  expect(shareOf(16, 20, 256)).toEqual({ first: 208, count: 12 });
  expect(shareOf(19, 20, 256)).toEqual({ first: 244, count: 12 });
  expect(shareOf(4, 5, 3)).toEqual({ first: 3, count: 0 });
});
