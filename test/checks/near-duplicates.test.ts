/** @file Scans that are nearly the same: against every pair's correlation, whatever the sketches. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearDuplicateFindings } from '../../src/checks/near-duplicates.ts';
import type { ScanMeasures } from '../../src/checks/survey.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { simulated } from './simulated.ts';

const one = simulated({ subjects: 1, timepoints: 20 });

function found(sketches: readonly Float32Array[], equal: readonly (readonly string[])[] = []) {
  const scans = sketches.map((_, i) => ({ ...one.scans[0], scanId: `s${i}` }));
  const dataset: Dataset = { ...one, scans };
  const measures = sketches.map(
    (sketch, index): ScanMeasures => ({
      index,
      sketch,
      meanFc: 0,
      deviationFc: 0,
      negativeShare: 0,
      filter: undefined,
      twins: [],
    }),
  );
  return nearDuplicateFindings(dataset, measures, equal);
}

const unit = (values: readonly number[]) => {
  const norm = Math.hypot(...values) || 1;
  return Float32Array.from(values, (value) => value / norm);
};
const correlation = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * b[k], 0);

test('no pair above 0.999 is missed and none below named, wherever in the sketch they differ', () => {
  const stream = randomStream({ seed: 1, purpose: 'simulate', b: 3 });
  const base = Array.from({ length: 200 }, () => normal(stream));
  const change = fc.record({ from: fc.nat(195), amount: fc.double({ min: 0.2, max: 1.2, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 2, maxLength: 6 }), (changes) => {
      const sketches = changes.map(({ from, amount }) =>
        unit(base.map((value, k) => (k >= from && k < from + 5 ? value + amount * 0.3 : value))),
      );
      let expected = 0;
      for (let i = 0; i < sketches.length; i++)
        for (let j = 0; j < i; j++) if (correlation(sketches[i], sketches[j]) > 0.999) expected++;
      expect(found(sketches)[0]?.evidence.pairs ?? 0).toBe(expected);
    }),
    { numRuns: 200 },
  );
});

test('the closest three pairs are named, the scans of all', () => {
  const base = Array.from({ length: 100 }, (_, k) => Math.cos(k * k));
  const near = (amount: number) => unit(base.map((value, k) => value + (k === 50 ? amount : 0)));
  const [finding] = found([near(0), unit(base.map((value) => -value)), near(0.01), near(0.1), near(0.12)]);
  expect(finding.scans).toEqual(['s0', 's2', 's3', 's4']);
  expect(finding.evidence.pairs).toBe(6);
  expect(finding.message).toMatch(
    /^6 pairs of scans have nearly the same connectivity \(s0 and s2 at 1\.0000; s3 and s4 at .*; …\)/,
  );
});

test('copies that are known already are not named again, others of them are', () => {
  const a = unit([1, 2, 3, 4]);
  expect(found([a, a, a], [['s0', 's1', 's2']])).toEqual([]);
  expect(found([a, a, a], [['s0', 's1']])[0].evidence.pairs).toBe(2);
  expect(
    found(
      [a, a, a],
      [
        ['s0', 's1'],
        ['s2', 's9'],
      ],
    )[0].evidence.pairs,
  ).toBe(2);
});

test('thousands of copies are counted, not listed; scans without signal are like nothing', () => {
  const a = unit([3, 1, 2, 5]);
  const [finding] = found(Array.from({ length: 2000 }, () => a));
  expect(finding.evidence.pairs).toBe((2000 * 1999) / 2);
  expect(finding.scans).toHaveLength(2000);
  const none = new Float32Array(4);
  expect(found([none, none, a])).toEqual([]);
  expect(found([a])).toEqual([]);
  expect(found([])).toEqual([]);
});
