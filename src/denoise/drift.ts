/** @file Slow drift of the scanner: a straight line, or the slow cosines of a discrete cosine transform. */

/** Cosines slower than this are drift: SPM's and fMRIPrep's high-pass, seconds. */
const LONGEST_PERIOD = 128;

/**
 * Takes mean and linear trend out of every column.
 *
 * @param values `[rows, columns]`, row-major; changed in place
 * @param times of the rows, in any unit; they need not be evenly spaced (censored volumes leave gaps)
 */
export function removeTrend(values: Float64Array, columns: number, times: ArrayLike<number>): void {
  const rows = times.length;
  let mean = 0;
  for (let i = 0; i < rows; i++) mean += times[i] / rows;
  const line = Float64Array.from({ length: rows }, (_, i) => times[i] - mean);
  const square = line.reduce((sum, t) => sum + t * t, 0);
  for (let j = 0; j < columns; j++) {
    let level = 0;
    for (let i = 0; i < rows; i++) level += values[i * columns + j] / rows;
    let along = 0;
    for (let i = 0; i < rows; i++) along += line[i] * (values[i * columns + j] - level);
    const slope = square > 0 ? along / square : 0;
    for (let i = 0; i < rows; i++) values[i * columns + j] -= level + slope * line[i];
  }
}

/**
 * Cosine drift regressors: DCT-II of all periods above 128 s (Ashburner & Friston in SPM; nilearn's
 * `create_cosine_drift`). Column k = 1, 2, … is cos(π k (t + 1/2) / volumes).
 *
 * @param tr seconds
 * @returns no column when the scan is shorter than 64 s
 */
export function cosineDrifts(volumes: number, tr: number): Float64Array[] {
  const count = Math.min(volumes - 1, Math.floor((2 * volumes * tr) / LONGEST_PERIOD));
  return Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: volumes }, (_, t) => Math.cos((Math.PI * (k + 1) * (t + 0.5)) / volumes)),
  );
}
