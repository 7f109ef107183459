/** @file Scans denoised from confounds, settings and TR: what is censored, kept, reported and refused. */
import { describe, expect, test } from 'vitest';
import { keptVolumes, type Scrub } from '../../src/denoise/censor.ts';
import { MOTION } from '../../src/denoise/confound-names.ts';
import type { ConfoundsTable } from '../../src/denoise/confounds-table.ts';
import { type DenoiseInput, denoise } from '../../src/denoise/denoise.ts';
import { standardisedDvars } from '../../src/denoise/dvars.ts';
import { framewiseDisplacement, meanDisplacement } from '../../src/denoise/motion.ts';
import type { DenoiseSettings } from '../../src/denoise/settings.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { fixture, relativeDifference } from './fixture.ts';

const VOLUMES = 200;
const stream = randomStream({ seed: 3, purpose: 'simulate' });
const noise = (scale = 1) => Float64Array.from({ length: VOLUMES }, () => scale * normal(stream));

const COLUMNS = new Map([
  ...MOTION.map((name) => [name, noise(name.startsWith('rot') ? 0.0005 : 0.02)] as const),
  ...['csf', 'white_matter', 'global_signal'].map((name) => [name, noise().map((x) => 500 + 5 * x)] as const),
]);
const TABLE: ConfoundsTable = { columns: COLUMNS, volumes: VOLUMES };
const withColumns = (more: Record<string, Float64Array>): ConfoundsTable => ({
  volumes: VOLUMES,
  columns: new Map([...COLUMNS, ...Object.entries(more)]),
});
const spike = (...at: number[]) => Float64Array.from({ length: VOLUMES }, (_, t) => Number(at.includes(t)));

/** Four ROIs: noise with motion and drift in it; the third has no signal. */
const SERIES = {
  values: Float32Array.from({ length: 4 * VOLUMES }, (_, i) => {
    const [t, roi] = [Math.floor(i / 4), i % 4];
    const motion = 50 * (roi + 1) * (COLUMNS.get('trans_x')?.[t] ?? 0);
    return roi === 2 ? 0 : 1000 + normal(stream) + motion + 0.05 * t;
  }),
  timepoints: VOLUMES,
  rois: 4,
};

const NOTHING: DenoiseSettings = { strategy: 'none', detrend: false, standardise: false };
const run = (settings: Partial<DenoiseSettings>, input: Partial<DenoiseInput> = {}) =>
  denoise(SERIES, { confounds: TABLE, tr: 2, where: 'sub-1.tsv', ...input, settings: { ...NOTHING, ...settings } });
const column = (values: Float32Array, roi: number) => Float64Array.from(values.filter((_, i) => i % 4 === roi));

describe('a scan', () => {
  test('with nothing asked for stays as it is', () => {
    const { series, keptVolumes: kept, regressors, degreesOfFreedom, meanFd } = run({});
    expect(series).toEqual(SERIES);
    expect(kept).toHaveLength(VOLUMES);
    expect(regressors).toEqual([]);
    expect(degreesOfFreedom).toBe(VOLUMES - 1);
    expect(meanFd).toBeGreaterThan(0);
  });

  test('loses what motion did to it; degrees of freedom are counted; zeros stay zeros', () => {
    const { series, regressors, dependent, degreesOfFreedom } = run({
      strategy: '24p',
      detrend: true,
      standardise: true,
    });
    expect(regressors).toHaveLength(24);
    expect(dependent).toEqual([]);
    expect(degreesOfFreedom).toBe(VOLUMES - 24 - 2);
    expect(column(series.values, 2)).toEqual(new Float64Array(VOLUMES));
    const motion = COLUMNS.get('trans_x') ?? new Float64Array();
    const mean = motion.reduce((sum, x) => sum + x / VOLUMES, 0);
    const correlation = (values: Float64Array) =>
      values.reduce((sum, x, t) => sum + (x * (motion[t] - mean)) / VOLUMES, 0) /
      Math.sqrt(motion.reduce((sum, x) => sum + (x - mean) ** 2 / VOLUMES, 0));
    for (const roi of [0, 1, 3]) {
      const values = column(series.values, roi);
      expect(values.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(VOLUMES - 1, 3);
      expect(Math.abs(correlation(values))).toBeLessThan(1e-6);
    }
    const raw = column(SERIES.values, 3);
    const level = raw.reduce((sum, x) => sum + x / VOLUMES, 0);
    expect(correlation(raw.map((x) => x - level))).toBeGreaterThan(1);
  });

  test('twice is once, for the regression alone', () => {
    const once = run({ strategy: '36p' });
    const input = { confounds: TABLE, where: 'x', settings: { ...NOTHING, strategy: '36p' as const } };
    const twice = denoise(once.series, input).series;
    expect(relativeDifference(twice.values, once.series.values)).toBeLessThan(1e-6);
  });

  test('regressors that say the same are reported and cost nothing', () => {
    const still = withColumns({ rot_z: new Float64Array(VOLUMES), trans_z: COLUMNS.get('trans_y') ?? noise() });
    const { dependent, degreesOfFreedom } = run({ strategy: '6p' }, { confounds: still });
    expect(dependent).toHaveLength(2);
    expect(dependent).toContain('rot_z');
    expect(degreesOfFreedom).toBe(VOLUMES - 4 - 1);
  });

  test('percent signal change is of the mean before the filter took it', () => {
    const { series } = run({ standardise: 'psc', bandPass: [0.01, 0.1] });
    const values = column(series.values, 0);
    expect(Math.abs(values.reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-3);
    const largest = Math.max(...values.map(Math.abs));
    expect(largest).toBeGreaterThan(0.05);
    expect(largest).toBeLessThan(2);
  });
});

describe('cosines', () => {
  const [own, other] = [noise(), noise()];
  const cosined = withColumns({ cosine00: own, cosine01: other, w_comp_cor_00: noise(), c_comp_cor_00: noise() });

  test("are the table's, else computed from the TR", () => {
    expect(run({ cosine: true }, { confounds: cosined }).regressors).toEqual(['cosine00', 'cosine01']);
    // 2 x 200 volumes x 2 s / 128 s = 6.25
    expect(run({ cosine: true }, { confounds: undefined }).regressors).toEqual(
      Array.from({ length: 6 }, (_, k) => `cosine0${k}`),
    );
    expect(() => run({ cosine: true }, { tr: undefined })).toThrow('--cosine needs the repetition time');
  });

  test('that are not asked for may lack values', () => {
    const holed = withColumns({ cosine00: own.map((value, t) => (t === 50 ? Number.NaN : value)) });
    expect(run({ strategy: '24p' }, { confounds: holed }).regressors).toHaveLength(24);
    expect(() => run({ cosine: true }, { confounds: holed })).toThrow('cosine00 has no usable value at volume 51');
  });

  test('go with aCompCor unless a band-pass has their place', () => {
    const regressors = (settings: Partial<DenoiseSettings>) =>
      run({ strategy: 'acompcor', ...settings }, { confounds: cosined }).regressors.slice(24);
    expect(regressors({})).toEqual(['w_comp_cor_00', 'c_comp_cor_00', 'cosine00', 'cosine01']);
    expect(regressors({ bandPass: [0.01, 0.2] })).toEqual(['w_comp_cor_00', 'c_comp_cor_00']);
  });
});

describe('motion', () => {
  test('FD: translations, and rotations as arcs at 50 mm; its mean leaves the first volume out', () => {
    const fd = framewiseDisplacement(
      [
        [0, 1, 1],
        [0, 0, -2],
        [0, 0, 0],
        [0, 0.01, 0.01],
        [0, 0, 0],
        [0, 0, 0.02],
      ].map((values) => Float64Array.from(values)),
    );
    expect(fd[0]).toBeNaN();
    expect([...fd.slice(1)]).toEqual([1.5, 3]);
    expect(meanDisplacement(fd)).toBe(2.25);
    expect(meanDisplacement(Float64Array.of(Number.NaN))).toBeUndefined();
  });

  test('standardised DVARS is that of NumPy, does not count ROIs without signal, and is about 1 at rest', () => {
    const rois = fixture.series[0].length;
    const values = Float32Array.from(fixture.series.flatMap((row) => [...row, 0]));
    const found = standardisedDvars({ values, timepoints: fixture.series.length, rois: rois + 1 });
    expect(found[0]).toBeNaN();
    // The series is float32 here.
    expect(relativeDifference(found.slice(1), fixture.dvars)).toBeLessThan(1e-5);
  });

  test("the table's own FD and DVARS are believed", () => {
    const fd = spike(50);
    const { meanFd, keptVolumes: kept } = run(
      { scrub: { fd: 0.5 } },
      { confounds: withColumns({ framewise_displacement: fd }) },
    );
    expect(meanFd).toBeCloseTo(1 / VOLUMES, 12);
    expect(kept).toHaveLength(VOLUMES - 1);
    const dvars = withColumns({ std_dvars: spike(7, 9).map((x) => (x > 0 ? 3 : Number.NaN)) });
    expect(() => run({ scrub: { dvars: 2 } }, { confounds: dvars })).toThrow('std_dvars is missing at volume 2');
    const holes = withColumns({ framewise_displacement: fd.map((x, t) => (t % 9 === 0 ? Number.NaN : x)) });
    expect(run({ strategy: '6p' }, { confounds: holes }).meanFd).toBeGreaterThan(0);
    expect(() => run({ scrub: { fd: 1 } }, { confounds: holes })).toThrow(
      'framewise displacement is missing at volume 10',
    );
    const none = withColumns({ framewise_displacement: fd.map(() => Number.NaN) });
    expect(run({}, { confounds: none }).meanFd).toBe(run({}).meanFd);
    const whole = withColumns({ std_dvars: spike(7, 9).map((x, t) => (t === 0 ? Number.NaN : 3 * x)) });
    expect(run({ scrub: { dvars: 2 } }, { confounds: whole }).keptVolumes).toHaveLength(VOLUMES - 2);
  });
});

describe('censoring', () => {
  const kept = (scrub: Scrub, fd: number[], unsteady: number[] = []) =>
    [...keptVolumes(20, { displacement: Float64Array.from(fd), unsteady: [spike(...unsteady)] }, scrub)].join(' ');
  const at = (...volumes: number[]) =>
    Array.from({ length: 20 }, (_, t) => (volumes.includes(t) ? 0.6 : t === 0 ? Number.NaN : 0.5));

  test('above the threshold, with neighbours, and short stretches with them', () => {
    expect(kept({ fd: 0.5 }, at(3, 19))).toBe('0 1 2 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18');
    expect(kept({ fd: 0.5, before: 1, after: 2 }, at(3, 19))).toBe('0 1 6 7 8 9 10 11 12 13 14 15 16 17');
    expect(kept({ fd: 0.5, segment: 5 }, at(3, 8, 14))).toBe('9 10 11 12 13 15 16 17 18 19');
    expect(kept({ fd: 0.5 }, at(), [0, 1])).toBe('2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19');
  });

  test('volumes out of steady state go with any strategy; without one they stay', () => {
    const confounds = withColumns({ non_steady_state_outlier00: spike(0), non_steady_state_outlier01: spike(1) });
    expect(run({ strategy: '6p' }, { confounds }).keptVolumes[0]).toBe(2);
    expect(run({ bandPass: [0.01, 0.1] }, { confounds }).keptVolumes[0]).toBe(0);
  });

  test('what a censored volume holds leaves no trace, also through the filter', () => {
    const bad = SERIES.values.map((value, i) =>
      [40, 41, 120].includes(Math.floor(i / 4)) && i % 4 !== 2 ? value + 1e4 : value,
    );
    const confounds = withColumns({ framewise_displacement: spike(40, 41, 120) });
    const settings = { ...NOTHING, strategy: '9p', detrend: true, bandPass: [0.01, 0.1], scrub: { fd: 0.5 } } as const;
    const input = { confounds, tr: 2, where: 'x', settings };
    const clean = denoise(SERIES, input);
    expect(denoise({ ...SERIES, values: bad }, input).series).toEqual(clean.series);
    expect(clean.series.timepoints).toBe(VOLUMES - 3);
    // Half of the spectrum of 0-0.25 Hz below 0.1 Hz, above 0.01: 36 % of 197 volumes, less 9 regressors.
    expect(clean.degreesOfFreedom).toBe(70 - 9);
  });
});

describe('ROIs', () => {
  test('whose only signal is in censored volumes have none', () => {
    const values = SERIES.values.map((value, i) => (i % 4 === 1 ? (Math.floor(i / 4) === 60 ? 9000 : 5000) : value));
    const settings = { ...NOTHING, scrub: { fd: 0.5 }, bandPass: [0.01, 0.1] } as const;
    const confounds = withColumns({ framewise_displacement: spike(60) });
    const { series } = denoise({ ...SERIES, values }, { confounds, tr: 2, where: 'x', settings });
    expect(column(series.values, 1)).toEqual(new Float64Array(VOLUMES - 1));
  });
});

describe('refused', () => {
  const moving = withColumns({ framewise_displacement: spike(...Array.from({ length: 90 }, (_, k) => 2 * k)) });

  test.each<[string, Partial<DenoiseSettings>, Partial<DenoiseInput>, string]>([
    ['no confounds', { strategy: '6p' }, { confounds: undefined }, 'sub-1.tsv: --denoise 6p needs the confounds'],
    ['of another length', { strategy: '6p' }, { confounds: { ...TABLE, volumes: 199 } }, 'expected 200, found 199'],
    ['a filter without TR', { bandPass: [0.01, 0.1] }, { tr: undefined }, '--band-pass needs the repetition time'],
    ['an impossible TR', {}, { tr: 2000 }, 'not a repetition time, expected seconds, found 2000'],
    [
      'beyond Nyquist',
      { bandPass: [0.01, 0.25] },
      {},
      'reaches 0.25 Hz, where a scan of this repetition time has nothing, expected less than 0.25 Hz',
    ],
    ['FD of nothing', { scrub: { fd: 0.2 } }, { confounds: undefined }, 'neither framewise displacement nor motion'],
    [
      'too little left',
      { scrub: { fd: 0.5 } },
      { confounds: moving },
      'expected at least 120 (4 minutes), found 110 of 200',
    ],
    ['less than asked for', { minimumVolumes: 201 }, {}, 'expected at least 201, found 200 of 200'],
    ['minutes without TR', { minimumMinutes: 5 }, { tr: undefined }, '--min-minutes needs the repetition time'],
    [
      'too many regressors for the band',
      { strategy: '36p', bandPass: [0.01, 0.06] },
      {},
      'would leave 4 degrees of freedom: 36 independent regressors on 200 volumes, expected at least 10',
    ],
    ['an edge too slow', { bandPass: [1e-6, 0.1] }, {}, 'too slow'],
  ])('%s', (_, settings, input, message) => {
    expect(() => run(settings, input)).toThrow(message);
  });

  test('the fewest minutes and volumes are for the user to set', () => {
    for (const least of [{ minimumMinutes: 3 }, { minimumVolumes: 100 }])
      expect(run({ scrub: { fd: 0.5 }, ...least }, { confounds: moving }).series.timepoints).toBe(110);
    expect(run({ scrub: { fd: 0.5 } }, { confounds: moving, tr: undefined }).series.timepoints).toBe(110);
  });

  test('a scan too short for the filter, and one with more regressors than volumes', () => {
    const short = (volumes: number) => ({
      ...SERIES,
      values: SERIES.values.slice(0, 4 * volumes),
      timepoints: volumes,
    });
    const input = { tr: 2, where: 'x', settings: { ...NOTHING, bandPass: [0.01, 0.1] as const } };
    expect(() => denoise(short(33), input)).toThrow(
      'too short to be filtered, expected more than 33 volumes, found 33',
    );
    const columns = new Map([...COLUMNS].map(([name, values]) => [name, values.slice(0, 30)] as const));
    const settings = { ...NOTHING, strategy: '36p' as const };
    expect(() => denoise(short(30), { confounds: { columns, volumes: 30 }, where: 'x', settings })).toThrow(
      'would leave 0 degrees of freedom: 36 independent regressors on 30 volumes',
    );
  });

  test('percent of a mean that was taken out before', () => {
    const values = SERIES.values.map((value, i) => (i % 4 === 1 ? value - 1005 : value));
    expect(() => denoise({ ...SERIES, values }, { where: 'x', settings: { ...NOTHING, standardise: 'psc' } })).toThrow(
      'x: percent signal change needs the mean signal, and ROI 2 is centred already',
    );
  });

  test('a scan with a value that is no number', () => {
    const values = SERIES.values.map((value, i) => (i === 9 ? Number.NaN : value));
    expect(() => denoise({ ...SERIES, values }, { where: 'x', settings: NOTHING })).toThrow('x: the series holds NaN');
  });
});
