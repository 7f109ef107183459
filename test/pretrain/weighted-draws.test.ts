/** @file How often a scan of a weighted part is drawn in an epoch, and at which addresses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanSampler, type WeightedPart } from '../../src/pretrain/schedule.ts';

/** Addresses of a whole epoch. */
function epochOf(seed: number, epoch: number, parts: readonly WeightedPart[]): number[] {
  const scans = parts.reduce((sum, part) => sum + part.scans, 0);
  return Array.from(scanSampler(seed, scans, scans, parts)(epoch, 0));
}

/** Draws of each scan, in order. */
function timesDrawn(addresses: readonly number[]): number[] {
  const times = new Array<number>(addresses.length).fill(0);
  for (const address of addresses) times[address % addresses.length]++;
  return times;
}

describe('weighted parts of a corpus', () => {
  it('with equal weights: every scan once, in the order of one data set', () => {
    for (const weight of [1, 0.3]) {
      const parts = [5, 9, 3].map((scans) => ({ scans, weight }));
      for (const epoch of [0, 1, 7])
        expect(epochOf(4, epoch, parts)).toEqual(Array.from(scanSampler(4, 17, 17)(epoch, 0)));
    }
  });

  it('exact counts where the shares are whole: weight 3 is drawn 3 times for 1', () => {
    // 12 draws: 9 over the six scans of weight 3, 3 over the six of weight 1.
    const parts = [
      { scans: 6, weight: 3 },
      { scans: 6, weight: 1 },
    ];
    for (let epoch = 0; epoch < 20; epoch++) {
      const times = timesDrawn(epochOf(1, epoch, parts));
      expect(times.slice(0, 6).sort()).toEqual([1, 1, 1, 2, 2, 2]);
      expect(times.slice(6).sort()).toEqual([0, 0, 0, 1, 1, 1]);
    }
    const doubled = timesDrawn(
      epochOf(1, 0, [
        { scans: 2, weight: 2 },
        { scans: 4, weight: 0.5 },
      ]),
    );
    expect(doubled.slice(0, 2)).toEqual([2, 2]);
    expect(doubled.slice(2).sort()).toEqual([0, 0, 1, 1]);
  });

  it('any parts: as many draws as scans, each part its share within one, each scan its round within one', () => {
    const part = fc.record({
      scans: fc.integer({ min: 1, max: 40 }),
      weight: fc.double({ min: 0.01, max: 20, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.nat(100), (parts, epoch) => {
        const addresses = epochOf(2, epoch, parts);
        const scans = parts.reduce((sum, p) => sum + p.scans, 0);
        const whole = parts.reduce((sum, p) => sum + p.scans * p.weight, 0);
        const times = timesDrawn(addresses);
        let first = 0;
        for (const { scans: count, weight } of parts) {
          const own = times.slice(first, first + count);
          first += count;
          const draws = own.reduce((a, b) => a + b);
          expect(Math.abs(draws - (scans * weight * count) / whole)).toBeLessThan(1 + 1e-9);
          expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
        }
        // The k-th draw of a scan has an address of its own, and none is left out.
        expect(new Set(addresses).size).toBe(scans);
        for (const address of addresses) expect(Math.floor(address / scans)).toBeLessThan(times[address % scans]);
      }),
    );
  });

  it('on average exactly the shares: a small part with a share below one scan has its turn', () => {
    const parts = [
      { scans: 3, weight: 0.1 },
      { scans: 20, weight: 1 },
    ];
    const epochs = 3000;
    const sum = new Array<number>(23).fill(0);
    for (let epoch = 0; epoch < epochs; epoch++)
      for (const [scan, times] of timesDrawn(epochOf(3, epoch, parts)).entries()) sum[scan] += times;
    for (const [scan, times] of sum.entries()) {
      const expected = (epochs * 23 * (scan < 3 ? 0.1 : 1)) / 20.3;
      // A draw or none (or one more than a whole number), independent over epochs.
      expect(Math.abs(times - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it('an epoch depends on its number only, and differs from the next', () => {
    const parts = [
      { scans: 7, weight: 2 },
      { scans: 30, weight: 1 },
    ];
    const sample = scanSampler(9, 37, 6, parts);
    sample(0, 0);
    sample(4, 2);
    expect(Array.from(sample(3, 5))).toEqual(epochOf(9, 3, parts).slice(30, 36));
    expect(epochOf(9, 3, parts)).not.toEqual(epochOf(9, 4, parts));
  });
});
