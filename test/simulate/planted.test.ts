/** @file What is planted can be found again, in its size and its place, and nothing is found where nothing is planted. */
import { expect, test } from 'vitest';
import { COUPLING_SD, plantedCouplings } from '../../src/simulate/planted.ts';
import { simulateCohort } from '../../src/simulate/simulate.ts';
import {
  COHORT,
  cohensD,
  correlation,
  edges,
  joins,
  mean,
  meanOver,
  simulateFc,
  standardDeviation,
} from './fc-summary.ts';

const none = simulateFc(COHORT);
const half = simulateFc({ ...COHORT, effect: 0.5 });
const one = simulateFc({ ...COHORT, effect: 1 });
const planted = edges(none.parcels, joins('SalVentAttn', 'Default'));

/** Mean FC over the chosen edges of patients and controls, or of men and women. */
function groups({ scans }: typeof none, chosen: readonly number[], by: 'dx' | 'sex'): [number[], number[]] {
  const coupling = (yes: boolean) =>
    scans
      .filter(({ visit: { participant } }) => (by === 'dx' ? participant.dx === 1 : participant.sex === 'M') === yes)
      .map(({ fc }) => meanOver(fc, chosen));
  return [coupling(true), coupling(false)];
}

function difference(cohort: typeof none, chosen: readonly number[], by: 'dx' | 'sex'): number {
  return cohensD(...groups(cohort, chosen, by));
}

test('the diagnosis has the effect asked for, in the edges named', () => {
  // The standard error of d with 150 against 150 is 0.116.
  expect(Math.abs(difference(none, planted, 'dx'))).toBeLessThan(0.25);
  expect(Math.abs(difference(half, planted, 'dx') - 0.5)).toBeLessThan(0.25);
  expect(Math.abs(difference(one, planted, 'dx') - 1)).toBeLessThan(0.25);
});

test('the difference grows in proportion to the effect, people being the same', () => {
  const gap = (cohort: typeof none) => {
    const [patients, controls] = groups(cohort, planted, 'dx');
    return (mean(patients) - mean(controls)) / COUPLING_SD;
  };
  expect(Math.abs((gap(half) - gap(none)) / 0.5 - 1)).toBeLessThan(0.1);
  expect(Math.abs(gap(one) - gap(none) - 1)).toBeLessThan(0.1);
});

test('the diagnosis has no effect on other networks, and does not move the effect of sex', () => {
  const elsewhere = edges(one.parcels, joins('Vis', 'SomMot'));
  expect(Math.abs(difference(one, elsewhere, 'dx') - difference(none, elsewhere, 'dx'))).toBeLessThan(0.02);
  expect(Math.abs(difference(none, elsewhere, 'sex') - 0.4)).toBeLessThan(0.25);
  expect(Math.abs(difference(one, elsewhere, 'sex') - difference(none, elsewhere, 'sex'))).toBeLessThan(0.02);
});

test('age has its effect', () => {
  const chosen = edges(none.parcels, joins('DorsAttn', 'Cont'));
  const ages = none.scans.map(({ visit }) => visit.participant.age);
  const r = correlation(
    ages,
    none.scans.map(({ fc }) => meanOver(fc, chosen)),
  );
  expect(r).toBeLessThan(-0.15);
  expect(r).toBeGreaterThan(-0.45);
});

test('the standard deviation that effects are measured in is that of the cohort', () => {
  const coupling = none.scans.map(({ fc }) => meanOver(fc, planted));
  expect(Math.abs(standardDeviation(coupling) / COUPLING_SD - 1)).toBeLessThan(0.1);
});

test('the planted edges tell patients from controls that were not used to set the threshold', () => {
  const score = ({ fc }: (typeof one.scans)[number]) => {
    const all = edges(one.parcels, () => true);
    return meanOver(fc, planted) - meanOver(fc, all);
  };
  const values = one.scans.map(score);
  const isPatient = one.scans.map(({ visit }) => visit.participant.dx === 1);
  const centre = (patient: boolean) => {
    const training = values.slice(0, 150).filter((_, k) => isPatient[k] === patient);
    return training.reduce((sum, each) => sum + each, 0) / training.length;
  };
  const [patients, controls] = [centre(true), centre(false)];
  const right = values.slice(150).filter((value, k) => {
    const saysPatient = Math.abs(value - patients) < Math.abs(value - controls);
    return saysPatient === isPatient[150 + k];
  });
  expect(right.length / 150).toBeGreaterThan(0.7);
});

test('effects that cannot be planted are refused', () => {
  for (const effect of [1.6, -2, Number.NaN])
    expect(() => plantedCouplings(effect)).toThrow(
      `an effect of this size cannot be planted, expected Cohen's d from -1.5 to 1.5, found ${effect}.`,
    );
  expect(plantedCouplings(-1.5)[0].effect).toBe(-1.5);
});

test('an effect that only a small brain cannot hold is refused there, and held by the others', () => {
  expect(() => simulateCohort({ ...COHORT, rois: 16, effect: 1.5 })).toThrow(
    "an effect of this size cannot be planted in 16 ROIs, expected Cohen's d within ±1.42, found 1.5; plant a smaller one or simulate more ROIs.",
  );
  for (const options of [
    { rois: 16, effect: -1.42 },
    { rois: 100, effect: 1.5 },
    { rois: 84, effect: -1.5 },
  ])
    for (const { series } of simulateCohort({ ...COHORT, ...options, subjects: 4, timepoints: 20 }).scans())
      expect(series.values.every(Number.isFinite)).toBe(true);
});
