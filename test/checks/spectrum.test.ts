import { describe, expect, test } from 'vitest';
import { filteringFindings, processingOf, repetitionTimeFindings } from '../../src/checks/filtering.ts';
import { filterMeasures, spectrumOf } from '../../src/checks/spectrum.ts';
import { surveyScans } from '../../src/checks/survey.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';
import { simulated } from './simulated.ts';

const whole = (scans: readonly unknown[]) => scans.map((_, i) => i);

function seriesOf(timepoints: number, rois: number, at: (t: number, roi: number) => number): TimeSeries {
  return {
    values: Float32Array.from({ length: timepoints * rois }, (_, k) => at(Math.floor(k / rois), k % rois)),
    timepoints,
    rois,
  };
}

/** Sums of cosines of random phase, at every frequency up to `cut` cycles a volume: an ideal low-pass filter. */
function lowPassed({ timepoints, rois }: TimeSeries, cut: number, scan: number): TimeSeries {
  const waves: { frequency: number; amplitude: number; phase: number }[][] = Array.from({ length: rois }, (_, roi) => {
    const stream = randomStream({ seed: scan, purpose: 'simulate', a: 99, b: roi });
    const last = Math.floor(cut * timepoints);
    return Array.from({ length: last }, (_, k) => ({
      frequency: (k + 1) / timepoints,
      amplitude: normal(stream),
      phase: 2 * Math.PI * normal(stream),
    }));
  });
  return seriesOf(timepoints, rois, (t, roi) =>
    waves[roi].reduce(
      (sum, { frequency, amplitude, phase }) => sum + amplitude * Math.cos(2 * Math.PI * frequency * t + phase),
      0,
    ),
  );
}

describe('spectra', () => {
  test('equal a naive discrete Fourier transform of one windowed segment', () => {
    const series = seriesOf(50, 2, (t, roi) => Math.sin(t * t + roi) + 3);
    const density = spectrumOf(series, 4)?.density;
    const expected = new Float64Array(26);
    for (const roi of [0, 1]) {
      const x = Array.from({ length: 50 }, (_, t) => series.values[2 * t + roi]);
      const mean = x.reduce((a, b) => a + b) / 50;
      const y = x.map((value, t) => (value - mean) * Math.sin((Math.PI * (t + 0.5)) / 50) ** 2);
      const power = Array.from({ length: 26 }, (_, k) => {
        if (k === 0) return 0;
        const re = y.reduce((sum, value, t) => sum + value * Math.cos((2 * Math.PI * k * t) / 50), 0);
        const im = y.reduce((sum, value, t) => sum + value * Math.sin((2 * Math.PI * k * t) / 50), 0);
        return re * re + im * im;
      });
      const total = power.reduce((a, b) => a + b);
      power.forEach((value, k) => {
        expected[k] += value / total / 2;
      });
    }
    expect(Array.from(density ?? [], (value) => value.toFixed(10))).toEqual(
      Array.from(expected, (value) => value.toFixed(10)),
    );
  });

  test('a slow, a middle and a fast wave fall into their bands', () => {
    const shares = [0.006, 0.05, 0.2].map((hertz) => {
      const spectrum = spectrumOf(
        seriesOf(400, 1, (t) => Math.cos(2 * Math.PI * hertz * 2 * t)),
        2,
      );
      return spectrum === undefined ? [] : filterMeasures(spectrum).shares?.map((share) => Math.round(share));
    });
    expect(shares).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  test('short scans and scans without signal have none', () => {
    expect(
      spectrumOf(
        seriesOf(39, 1, (t) => t),
        2,
      ),
    ).toBeUndefined();
    expect(
      spectrumOf(
        seriesOf(60, 3, () => 5),
        2,
      ),
    ).toBeUndefined();
  });

  test.each([
    [2, 0.1],
    [0.8, 0.08],
    [3, 0.09],
  ])('TR %d s: a low-pass filter at %d Hz is found', (tr, hertz) => {
    const spectrum = spectrumOf(
      lowPassed({ values: new Float32Array(), timepoints: 300, rois: 20 }, hertz * tr, 1),
      tr,
    );
    const edge = spectrum === undefined ? undefined : filterMeasures(spectrum).edge;
    expect(Math.abs((edge ?? 0) / tr - hertz)).toBeLessThan(0.011);
  });

  test('a segment of an odd number of volumes has its own frequencies', () => {
    // Ten waves that fit into 41 volumes; the window spreads the last one into the frequency beside it.
    const spectrum = spectrumOf(lowPassed({ values: new Float32Array(), timepoints: 41, rois: 20 }, 10.5 / 41, 1), 4);
    expect(spectrum && filterMeasures(spectrum).edge).toBeCloseTo(11 / 41, 9);
  });

  test('unfiltered noise and unfiltered simulated scans end nowhere', () => {
    const stream = randomStream({ seed: 1, purpose: 'simulate', a: 98 });
    const spectrum = spectrumOf(
      seriesOf(200, 20, () => normal(stream)),
      2,
    );
    expect(spectrum && filterMeasures(spectrum).edge).toBeUndefined();
    const dataset = simulated({ subjects: 4, sites: 4 });
    for (const { filter } of surveyScans(dataset, whole(dataset.scans)).scans) expect(filter?.edge).toBeUndefined();
  });
});

describe('repetition times and filtering', () => {
  const findings = (cut: number, tr: number | undefined, of = (_: number) => true) => {
    const dataset = simulated({
      subjects: 8,
      sites: 2,
      timepoints: 200,
      series: (series, index) => (of(index) ? lowPassed(series, cut, index) : series),
      scan: (scan) => ({ ...scan, tr }),
    });
    const processing = processingOf(dataset, surveyScans(dataset, whole(dataset.scans)).scans);
    return { tr: repetitionTimeFindings(dataset, processing), filtering: filteringFindings(dataset, processing) };
  };

  test('a cut at 0.1 Hz fits; the same scans with another TR do not, and the message says which would', () => {
    expect(findings(0.2, 2)).toEqual({ tr: [], filtering: [] });
    const wrong = findings(0.2, 0.72).tr;
    expect(wrong.map(({ id, level, scans }) => [id, level, scans.length])).toEqual([
      ['repetition-time', 'warning', 4],
      ['repetition-time', 'warning', 4],
    ]);
    expect(wrong[0].message).toMatch(
      /0\.72 s, may be wrong.* 0\.2\d* Hz.*a repetition time of (1\.9\d*|2|2\.0\d*) s would make that 0\.1 Hz/,
    );
  });

  test('without a TR the cut gives it away', () => {
    const [note] = findings(0.2, undefined).tr;
    expect(note).toMatchObject({ level: 'note' });
    expect(note.message).toContain('no repetition time is stated');
  });

  test('one filtered site among unfiltered ones is named', () => {
    const [finding] = findings(0.2, 2, (index) => index % 2 === 0).filtering;
    expect(finding).toMatchObject({ id: 'filtering', level: 'warning' });
    expect(finding.message).toMatch(/site-1 \(4\) are low-pass filtered, those of site-2 \(4\) are not/);
  });

  test('a site whose global signal was regressed is named', () => {
    const regressed = (series: TimeSeries): TimeSeries => {
      const { values, timepoints, rois } = series;
      const x = Float64Array.from(values);
      for (let roi = 0; roi < rois; roi++) {
        const own = Array.from({ length: timepoints }, (_, t) => values[t * rois + roi]);
        const mean = own.reduce((a, b) => a + b) / timepoints;
        const sd = Math.hypot(...own.map((v) => v - mean));
        for (let t = 0; t < timepoints; t++) x[t * rois + roi] = (own[t] - mean) / sd;
      }
      const global = Array.from(
        { length: timepoints },
        (_, t) => x.slice(t * rois, (t + 1) * rois).reduce((a, b) => a + b) / rois,
      );
      const norm = global.reduce((sum, g) => sum + g * g, 0);
      for (let roi = 0; roi < rois; roi++) {
        const slope = global.reduce((sum, g, t) => sum + g * x[t * rois + roi], 0) / norm;
        for (let t = 0; t < timepoints; t++) x[t * rois + roi] -= slope * global[t];
      }
      return { values: Float32Array.from(x), timepoints, rois };
    };
    const dataset = simulated({
      subjects: 8,
      sites: 2,
      series: (series, index) => (index % 2 === 0 ? regressed(series) : series),
    });
    const processing = processingOf(dataset, surveyScans(dataset, whole(dataset.scans)).scans);
    expect(processing.map(({ site, globalSignalRegressed }) => [site, globalSignalRegressed])).toEqual([
      ['site-1', true],
      ['site-2', false],
    ]);
    expect(filteringFindings(dataset, processing).map(({ message }) => message)).toEqual([
      expect.stringContaining('the scans of site-1 (4) look as if the global signal was regressed'),
    ]);
  });
});
