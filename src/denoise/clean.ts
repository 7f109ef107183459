/** @file The numeric steps of denoising in their joint order: interpolate, detrend, filter, censor, regress. */
import { type Filter, filterZeroPhase } from './butterworth.ts';
import { removeTrend } from './drift.ts';
import { type Interpolation, interpolateRows } from './interpolate.ts';
import { regressOut } from './regress.ts';

export interface CleanOptions {
  /** Volumes that stay, ascending. */
  readonly kept: Int32Array;
  readonly detrend: boolean;
  readonly filter?: Filter | undefined;
  readonly interpolation: Interpolation;
}

export interface Cleaned {
  /** `[kept, columns]`, row-major. */
  readonly values: Float64Array;
  /** Dimensions that the regressors took. */
  readonly rank: number;
  /** Indices of regressors that others say already, ascending. */
  readonly dependent: readonly number[];
}

/**
 * Cleans series, each step done to the regressors as well: else a later step brings back what an earlier one took out
 * (Hallquist et al. 2013, NeuroImage; Lindquist et al. 2019, Human Brain Mapping).
 *
 * With a filter: censored volumes are interpolated (those before the first and after the last kept one are cut off),
 * then detrend, filter, drop the censored volumes, regress. Without: drop, detrend, regress. This is the order of
 * nilearn's `signal.clean`, except that a trend is a line over time, not over the count of volumes kept.
 *
 * @param values `[volumes, columns]`, row-major; not changed
 * @param regressors one Float64Array of `volumes` values each; not changed
 */
export function clean(
  values: Float64Array,
  columns: number,
  regressors: readonly Float64Array[],
  options: CleanOptions,
): Cleaned {
  const signals = step(values, columns, options);
  const { rank, dependent } = regressOut(
    signals,
    columns,
    regressors.map((regressor) => step(regressor, 1, options)),
  );
  return { values: signals, rank, dependent };
}

/** All steps before the regression. */
function step(values: Float64Array, columns: number, options: CleanOptions): Float64Array {
  const { kept, detrend, filter, interpolation } = options;
  if (filter === undefined) {
    const rows = selectRows(values, columns, kept);
    if (detrend) removeTrend(rows, columns, kept);
    return rows;
  }
  const first = kept[0];
  const rows = kept[kept.length - 1] - first + 1;
  const span = values.slice(first * columns, (first + rows) * columns);
  const stay = kept.map((volume) => volume - first);
  interpolateRows(span, columns, stay, interpolation);
  if (detrend)
    removeTrend(
      span,
      columns,
      Array.from({ length: rows }, (_, t) => t),
    );
  filterZeroPhase(span, rows, columns, filter);
  return selectRows(span, columns, stay);
}

/** The named rows of `[*, columns]`. */
export function selectRows(values: Float64Array, columns: number, kept: Int32Array): Float64Array {
  const rows = new Float64Array(kept.length * columns);
  kept.forEach((volume, i) => {
    rows.set(values.subarray(volume * columns, (volume + 1) * columns), i * columns);
  });
  return rows;
}
