/** @file Whatever scan, confounds and settings: a finite series or a clear error, never a silent NaN. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOTION } from '../../src/denoise/confound-names.ts';
import { denoise } from '../../src/denoise/denoise.ts';
import { RECIPES, type Strategy } from '../../src/denoise/strategy.ts';
import { isInputError } from '../../src/errors/input-error.ts';

const NAMES = [
  ...MOTION,
  ...['csf', 'white_matter', 'global_signal', 'std_dvars', 'framewise_displacement', 'cosine00', 'a_comp_cor_00'],
  ...['w_comp_cor_00', 'c_comp_cor_00', 'aroma_motion_01', 'non_steady_state_outlier00', 'csf_derivative1'],
];
const VOLUMES = 128;

/** A column by its seed: noise of any size, a constant, a line, a spike, or noise with a hole. */
function column([seed, scale]: readonly [number, number]): Float64Array {
  const values = Float64Array.from({ length: VOLUMES }, (_, t) => {
    const noise = Math.sin(1e4 * Math.sin(t * 12.9898 + seed));
    return scale * [1, t / VOLUMES, Number(t === seed), noise][Math.min(seed % 40, 3)];
  });
  if (seed % 40 === 4) values[seed % 2 === 0 ? 0 : seed % VOLUMES] = Number.NaN;
  return values;
}

const scales = fc.constantFrom(0, 1e-300, 1e-30, 1e-3, 1, 1e4, 1e30, 1e49, 1e90);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const edge = maybe(fc.double({ min: 1e-4, max: 0.3, noNaN: true }));
const settings = fc.record({
  strategy: fc.constantFrom(...(Object.keys(RECIPES) as Strategy[])),
  detrend: fc.boolean(),
  cosine: fc.boolean(),
  standardise: fc.constantFrom(true, false, 'psc' as const),
  interpolation: fc.constantFrom('cubic' as const, 'linear' as const),
  bandPass: maybe(fc.tuple(edge, edge).filter(([low, high]) => (low ?? high ?? 1) < (high ?? 1))),
  scrub: maybe(
    fc.record({
      fd: maybe(fc.double({ min: 0.5, max: 2, noNaN: true })),
      dvars: maybe(fc.constant(1.2)),
      before: fc.nat(2),
      after: fc.nat(2),
      segment: fc.nat(6),
    }),
  ),
  minimumMinutes: fc.constant(0.5),
});

test('a series of finite numbers, or an input error', () => {
  let finished = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(400), scales), { minLength: NAMES.length, maxLength: NAMES.length }),
      fc.array(fc.tuple(fc.nat(400), fc.constantFrom(0, 1e-30, 1e-3, 1, 1e4, 1e30)), { minLength: 3, maxLength: 3 }),
      settings,
      fc.constantFrom(undefined, 0.72, 1, 1.5, 2, 2.5, 3),
      (confounds, rois, asked, tr) => {
        const columns = new Map(NAMES.map((name, i) => [name, column(confounds[i])] as const));
        // Of these any size would censor everything.
        const [fd, dvars, unsteady] = confounds;
        columns.set('framewise_displacement', column([fd[0], 1]).map(Math.abs));
        columns.set('std_dvars', column([dvars[0], 1.5]).map(Math.abs));
        columns.set('non_steady_state_outlier00', column([2 + 40 * (unsteady[0] % 3), 1]));
        const series = rois.map(([seed, scale]) => column([seed - (seed % 40) + 5, scale]).map((x) => x + 10 * scale));
        const values = Float32Array.from({ length: 3 * VOLUMES }, (_, i) => series[i % 3][Math.floor(i / 3)]);
        const image = asked.strategy.startsWith('aroma-agg') ? 'x' : 'AROMAnonaggr';
        try {
          const result = denoise(
            { values, timepoints: VOLUMES, rois: 3 },
            { confounds: { columns, volumes: VOLUMES }, tr, settings: asked, image, where: 'x' },
          );
          finished++;
          expect(result.series.values.every(Number.isFinite)).toBe(true);
          expect(result.series.values).toHaveLength(3 * result.keptVolumes.length);
          expect(result.degreesOfFreedom).toBeGreaterThanOrEqual(10);
        } catch (error) {
          if (!isInputError(error)) throw error;
        }
      },
    ),
    { numRuns: 800 },
  );
  expect(finished).toBeGreaterThan(25);
});
