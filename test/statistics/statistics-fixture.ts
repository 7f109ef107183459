/** @file Numbers of SciPy, scikit-learn and NumPy, written by fixtures/make-statistics-fixtures.py. */
import { readFileSync } from 'node:fs';

interface Fixture {
  tails: { normal: [z: number, p: number][]; t: [t: number, degrees: number, p: number][] };
  correctedT: { differences: number[]; ratio: number; p: number; plainP: number };
  delong: {
    a: number[];
    b: number[];
    positive: boolean[];
    difference: number;
    standardError: number;
    p: number;
  }[];
  multiple: { p: number[]; holm: number[]; bh: number[] }[];
  calibration: {
    decisions: number[];
    positive: boolean[];
    platt: [slope: number, intercept: number];
    sklearnPlatt: [slope: number, intercept: number];
    probabilities: number[];
    brier: number;
    expectedError: number;
    slope: number;
    intercept: number;
    observed: number[];
    predicted: number[];
  }[];
}

export const fixture = JSON.parse(
  readFileSync(new URL('fixtures/statistics.json', import.meta.url), 'utf8'),
) as Fixture;
