/** @file Simulated FC looks like real FC: the ranges are those of 651 scans of ABIDE I on 100 ROIs. */
import { expect, test } from 'vitest';
import { distance, homotopicPairs, parcellation } from '../../src/simulate/parcellation.ts';
import { simulateCohort } from '../../src/simulate/simulate.ts';
import { COHORT, correlation, edges, mean, meanOver, simulateFc, standardDeviation } from './fc-summary.ts';

const { parcels, scans } = simulateFc({ ...COHORT, subjects: 60, sessions: 2 });
const all = edges(parcels, () => true);
const homotopic = homotopicPairs(parcels).map(([left, right]) => left * parcels.length + right);
const group = Float32Array.from(scans[0].fc, (_, k) => mean(scans.map(({ fc }) => fc[k])));

test('mean and spread of FC', () => {
  const levels = scans.map(({ fc }) => meanOver(fc, all));
  expect(mean(levels)).toBeGreaterThan(0.33); // ABIDE 0.39
  expect(mean(levels)).toBeLessThan(0.44);
  expect(standardDeviation(levels)).toBeGreaterThan(0.08); // ABIDE 0.11
  expect(standardDeviation(levels)).toBeLessThan(0.14);
});

test('homotopic pairs exceed pairs within networks, these exceed pairs between networks', () => {
  const pairs = new Set(homotopic);
  const within = edges(parcels, (a, b) => a.network === b.network).filter((edge) => !pairs.has(edge));
  const between = edges(parcels, (a, b) => a.network !== b.network);
  expect(homotopic.length).toBe(39);
  expect(meanOver(group, homotopic)).toBeGreaterThan(meanOver(group, within) + 0.1); // ABIDE 0.75, 0.52, 0.37
  expect(meanOver(group, within)).toBeGreaterThan(meanOver(group, between) + 0.1);
});

test('FC falls with distance', () => {
  const distances = all.map((edge) => distance(parcels[Math.floor(edge / 100)], parcels[edge % 100]));
  const r = correlation(
    distances,
    all.map((edge) => group[edge]),
  );
  expect(r).toBeLessThan(-0.2); // -0.34 on true parcels
  expect(r).toBeGreaterThan(-0.55);
});

test('two visits of a person are more alike than two people, and tell people apart well above chance', () => {
  const vectors = scans.map(({ fc }) => all.map((edge) => fc[edge]));
  const alike: number[] = [];
  const unlike: number[] = [];
  let found = 0;
  for (let first = 0; first < vectors.length; first += 2) {
    const similarity = vectors.flatMap((other, k) => (k % 2 === 1 ? [correlation(vectors[first], other)] : []));
    similarity.forEach((r, person) => {
      (person === first / 2 ? alike : unlike).push(r);
    });
    if (similarity.indexOf(Math.max(...similarity)) === first / 2) found++;
  }
  expect(found / 60).toBeGreaterThan(0.5); // chance 1/60; real data sets of 27 to 47 people: about 0.5 to 0.7
  expect(mean(alike) - mean(unlike)).toBeGreaterThan(0.1); // real: 0.13 to 0.15
  expect(mean(unlike)).toBeGreaterThan(0.3);
});

test('series are autocorrelated as the repetition time says, and motion raises FC', () => {
  const lagOne = new Map<number, number[]>();
  for (const { visit, series } of simulateCohort({ ...COHORT, subjects: 30 }).scans()) {
    const { values, timepoints, rois } = series;
    const roi = Array.from({ length: timepoints }, (_, t) => values[t * rois + 20]);
    const { tr } = visit.participant.site;
    lagOne.set(tr, [...(lagOne.get(tr) ?? []), correlation(roi.slice(1), roi.slice(0, -1))]);
  }
  const at = (tr: number) => mean(lagOne.get(tr)!);
  expect(Math.abs(at(2) - 0.4)).toBeLessThan(0.1); // ABIDE 0.41 at 2 s, 0.33 at 2.5 s, 0.44 at 1.5 s
  expect(Math.abs(at(2.5) - 0.33)).toBeLessThan(0.1);
  expect(Math.abs(at(1.5) - 0.44)).toBeLessThan(0.1);
  const motion = scans.map(({ visit }) => Math.log(visit.meanFd));
  const levels = scans.map(({ fc }) => meanOver(fc, all));
  expect(correlation(motion, levels)).toBeGreaterThan(0.1); // ABIDE 0.43
});

test.each([14, 31, 400])('%i ROIs: seven networks, neighbours and counterparts', (rois) => {
  const { parcels: blocks, atlas } = parcellation(rois);
  expect(atlas).toBe(`simulated-${rois}`);
  expect(new Set(blocks.map(({ network }) => network)).size).toBe(7);
  expect(new Set(blocks.map(({ name }) => name)).size).toBe(rois);
  expect(homotopicPairs(blocks).length).toBe(Math.floor(rois / 2));
  const [scan] = simulateCohort({ ...COHORT, rois, subjects: 1, timepoints: 40 }).scans();
  expect(scan.series.values.length).toBe(40 * rois);
  expect(scan.series.values.every(Number.isFinite)).toBe(true);
});
