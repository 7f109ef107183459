/** @file The numeric steps of denoising against SciPy's, and the properties that a regression has. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { butterworth, filterZeroPhase } from '../../src/denoise/butterworth.ts';
import { clean } from '../../src/denoise/clean.ts';
import { cosineDrifts, removeTrend } from '../../src/denoise/drift.ts';
import { interpolateRows } from '../../src/denoise/interpolate.ts';
import { regressOut } from '../../src/denoise/regress.ts';
import { levelOf, percentSignalChange, standardise } from '../../src/denoise/standardise.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { bandOf, fixture, relativeDifference } from './fixture.ts';

const SERIES = Float64Array.from(fixture.series.flat());
const ROIS = fixture.series[0].length;
const CONFOUNDS = fixture.confounds.map((column) => Float64Array.from(column));
const VOLUMES = fixture.series.length;
const EVERY = Int32Array.from({ length: VOLUMES }, (_, t) => t);

describe('against SciPy', () => {
  test.each(fixture.cases)('$name', ({ confounds, band, kept, detrend, interpolation, z, expected }) => {
    const { values, rank } = clean(SERIES, ROIS, confounds ? CONFOUNDS : [], {
      kept: kept === null ? EVERY : Int32Array.from(kept),
      detrend,
      filter: band === null ? undefined : butterworth(bandOf(band), fixture.tr),
      interpolation,
    });
    if (z) standardise(values, ROIS, levelOf(SERIES, ROIS));
    expect(rank).toBe(confounds ? CONFOUNDS.length : 0);
    expect(relativeDifference(values, expected.flat())).toBeLessThan(1e-9);
  });

  test.each(fixture.designs)('filter of $band Hz at TR $tr', ({ band, tr, impulse, step }) => {
    const rows = 150;
    const values = Float64Array.from({ length: 2 * rows }, (_, i) => {
      const t = Math.floor(i / 2);
      return i % 2 === 0 ? Number(t === 70) : Number(t >= 60);
    });
    filterZeroPhase(values, rows, 2, butterworth(bandOf(band), tr));
    const every = (column: number) => impulse.map((_, i) => values[14 * i + column]);
    expect(relativeDifference(every(0), impulse)).toBeLessThan(1e-9);
    expect(relativeDifference(every(1), step)).toBeLessThan(1e-9);
  });

  test.each(['cubic', 'linear'] as const)('%s interpolation, and kept values are not touched', (interpolation) => {
    const { kept, values } = fixture.splines;
    const found = Float64Array.from(values);
    for (let t = 0; t < found.length; t++) if (!kept.includes(t)) found[t] = Number.NaN;
    interpolateRows(found, 1, kept, interpolation);
    expect(relativeDifference(found, fixture.splines[interpolation])).toBeLessThan(1e-12);
    for (const t of kept) expect(found[t]).toBe(values[t]);
  });
});

describe('filters', () => {
  test.each([0.005, 0.01, 0.012, 0.04, 0.09, 0.1, 0.12, 0.2])(
    'a wave of %f Hz keeps its phase, and has the gain of the formula, applied twice',
    (frequency) => {
      const [tr, rows] = [2, 3000];
      const wave = Float64Array.from({ length: rows }, (_, t) => Math.sin(2 * Math.PI * frequency * tr * t + 0.3));
      // |H|^2 of Butterworth order 5 behind the bilinear transform, the edges at -3 dB.
      const [at, low, high] = [frequency, 0.01, 0.1].map((f) => Math.tan(Math.PI * f * tr));
      const gain = 1 / (1 + ((at ** 2 - low * high) / (at * (high - low))) ** 10);
      const filtered = wave.slice();
      filterZeroPhase(filtered, rows, 1, butterworth([0.01, 0.1], tr));
      const middle = (values: Float64Array) => values.subarray(1400, 1600);
      const difference = middle(filtered).map((value, t) => value - gain * middle(wave)[t]);
      expect(Math.max(...difference.map(Math.abs))).toBeLessThan(1e-6);
    },
  );

  test('a constant passes a low-pass as it is, and leaves nothing behind a high-pass', () => {
    const low = new Float64Array(60).fill(1234.5);
    filterZeroPhase(low, 60, 1, butterworth([undefined, 0.1], 2));
    expect(relativeDifference(low, new Float64Array(60).fill(1234.5))).toBeLessThan(1e-12);
    const high = new Float64Array(60).fill(1234.5);
    filterZeroPhase(high, 60, 1, butterworth([0.01, undefined], 2));
    expect(Math.max(...high.map(Math.abs))).toBeLessThan(1e-9);
  });
});

describe('drifts', () => {
  test('a line over uneven times is taken out whole', () => {
    const times = [3, 4, 9, 10, 50];
    const values = Float64Array.from(times.flatMap((t) => [2 - 3 * t, 7]));
    removeTrend(values, 2, times);
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(1e-12);
  });

  test('cosines are those slower than 128 s, each whole half periods, at right angles on each other and on 1', () => {
    // 2 x 200 volumes x 2 s / 128 s = 6.25
    const cosines = cosineDrifts(200, 2);
    expect(cosines).toHaveLength(6);
    expect(cosineDrifts(31, 2)).toEqual([]);
    expect(cosines[2][0]).toBeCloseTo(Math.cos((Math.PI * 3 * 0.5) / 200), 15);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    for (const [i, a] of cosines.entries()) {
      expect(dot(a, new Float64Array(200).fill(1))).toBeCloseTo(0, 10);
      for (const [k, b] of cosines.entries()) expect(dot(a, b)).toBeCloseTo(i === k ? 100 : 0, 10);
    }
  });
});

describe('regression', () => {
  const draw = (seed: number, length: number) => {
    const stream = randomStream({ seed, purpose: 'simulate' });
    return Float64Array.from({ length }, () => normal(stream));
  };
  const design = fc.record({
    seed: fc.integer({ min: 0, max: 500 }),
    count: fc.integer({ min: 1, max: 12 }),
    scale: fc.constantFrom(1e-150, 1e-6, 1, 1e5, 1e150),
  });
  const made = ({ seed, count, scale }: { seed: number; count: number; scale: number }) => {
    const columns = Array.from({ length: count }, (_, k) => draw(1000 * k + seed, 40).map((x) => scale * (x + k)));
    // A sum of others, a constant and a copy in another unit say nothing new.
    const dependent = [columns[0].map((x, t) => x + columns[count - 1][t]), new Float64Array(40).fill(scale)];
    return { columns: [...columns, ...dependent, columns[0].map((x) => 1e-3 * x)], values: draw(seed + 7, 120) };
  };

  test('residuals are at right angles on every regressor, keep their mean, and a second time changes nothing', () => {
    fc.assert(
      fc.property(design, (given) => {
        const { columns, values } = made(given);
        const left = values.slice();
        const { rank, dependent } = regressOut(left, 3, columns);
        expect(rank).toBe(given.count);
        expect(dependent).toHaveLength(3);
        expect(relativeDifference(levelOf(left, 3).mean, levelOf(values, 3).mean)).toBeLessThan(1e-11);
        for (const column of columns) {
          const mean = column.reduce((sum, x) => sum + x / 40, 0);
          const size = Math.max(...column.map((x) => Math.abs(x - mean)), given.scale * 1e-3);
          for (let j = 0; j < 3; j++) {
            const along = column.reduce((sum, x, t) => sum + ((x - mean) / size) * left[3 * t + j], 0);
            expect(Math.abs(along)).toBeLessThan(1e-10);
          }
        }
        const again = left.slice();
        regressOut(again, 3, columns);
        expect(relativeDifference(again, left)).toBeLessThan(1e-11);
      }),
      { numRuns: 60 },
    );
  });

  test('adding any weights of the confounds to the series changes nothing, through all steps', () => {
    const weights = draw(3, ROIS * CONFOUNDS.length);
    const dirty = SERIES.map(
      (value, i) =>
        value + CONFOUNDS.reduce((sum, c, k) => sum + weights[k * ROIS + (i % ROIS)] * c[Math.floor(i / ROIS)], 0),
    );
    const kept = EVERY.filter((t) => ![3, 20, 21, 50].includes(t));
    for (const band of [undefined, [0.01, 0.1] as const])
      for (const detrend of [false, true]) {
        const options = {
          kept,
          detrend,
          interpolation: 'cubic' as const,
          filter: band === undefined ? undefined : butterworth(band, 2),
        };
        const centred = (values: Float64Array) => {
          const { mean } = levelOf(values, ROIS);
          return values.map((value, i) => value - mean[i % ROIS]);
        };
        const expected = centred(clean(SERIES, ROIS, CONFOUNDS, options).values);
        expect(relativeDifference(centred(clean(dirty, ROIS, CONFOUNDS, options).values), expected)).toBeLessThan(1e-9);
      }
  });
});

describe('units', () => {
  test('z: mean 0 and deviation 1; what regression wholly explained becomes zeros, not noise', () => {
    const before = { mean: Float64Array.of(5, 5), deviation: Float64Array.of(2, 2) };
    const values = Float64Array.of(1, 1e-15, 4, -1e-15, 7, 0);
    standardise(values, 2, before);
    expect([...values]).toEqual([-1, 0, 0, 0, 1, 0]);
  });

  test('psc: percent of the mean before denoising', () => {
    const values = Float64Array.of(-2, 1, 2, 3);
    percentSignalChange(values, 2, { mean: Float64Array.of(-50, 0), deviation: Float64Array.of(1, 1) });
    expect([...values]).toEqual([-4, 0, 4, 0]);
  });
});
