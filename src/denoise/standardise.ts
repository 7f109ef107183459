/** @file The unit of a denoised series: as it is, standard deviations, or percent of the ROI's mean signal. */
import { InputError } from '../errors/input-error.ts';

/** A standard deviation below this share of the undenoised one is rounding of a series that was wholly explained. */
const ROUNDING = 1e-9;

/** What a column was before it was denoised. */
export interface Level {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Mean and standard deviation (n - 1) of each column of `[rows, columns]`. */
export function levelOf(values: Float64Array, columns: number): Level {
  const rows = values.length / columns;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) mean[at % columns] += values[at] / rows;
  for (let at = 0; at < values.length; at++) deviation[at % columns] += (values[at] - mean[at % columns]) ** 2;
  return { mean, deviation: deviation.map((sum) => Math.sqrt(sum / (rows - 1))) };
}

/**
 * Brings each column to mean 0 and standard deviation 1 (with n - 1, as nilearn's `zscore_sample`). A column of which
 * denoising left only rounding becomes zeros: dividing by it would make signal of nothing.
 *
 * @param before the columns before denoising
 */
export function standardise(values: Float64Array, columns: number, before: Level): void {
  const { mean, deviation } = levelOf(values, columns);
  for (let at = 0; at < values.length; at++) {
    const j = at % columns;
    const signal = deviation[j] > ROUNDING * before.deviation[j];
    values[at] = signal ? (values[at] - mean[j]) / deviation[j] : 0;
  }
}

/**
 * Refuses percent signal change of a series that was centred before: its mean says nothing of the signal any more.
 *
 * @param missing columns without signal
 * @throws InputError
 */
export function checkMeans({ mean, deviation }: Level, missing: ReadonlySet<number>, where: string): void {
  const centred = mean.findIndex((value, roi) => !missing.has(roi) && Math.abs(value) < deviation[roi]);
  if (centred >= 0)
    throw new InputError({
      where,
      problem: `percent signal change needs the mean signal, and ROI ${centred + 1} is centred already`,
      expected: `a mean above its standard deviation ${Number(deviation[centred].toPrecision(4))}`,
      found: `${Number(mean[centred].toPrecision(4))}`,
      fix: 'pass --standardise z',
    });
}

/** Brings each column to percent of its mean before denoising: 100 (x - mean x) / |mean before|; zeros where that is 0. */
export function percentSignalChange(values: Float64Array, columns: number, before: Level): void {
  const { mean } = levelOf(values, columns);
  for (let at = 0; at < values.length; at++) {
    const j = at % columns;
    values[at] = before.mean[j] === 0 ? 0 : (100 * (values[at] - mean[j])) / Math.abs(before.mean[j]);
  }
}
