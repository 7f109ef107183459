/** @file Values at volumes that were censored, from those around them: for filters, which need every volume. */

/** `cubic`: a spline through the volumes kept, as nilearn has it. `linear`: straight lines, which never overshoot. */
export const INTERPOLATIONS = ['cubic', 'linear'] as const;
export type Interpolation = (typeof INTERPOLATIONS)[number];

/**
 * Writes over the rows between `kept` what the rows in `kept` say of them. What is written is only ever filtered and
 * dropped again. The first and the last row must be kept: nothing is extrapolated.
 *
 * @param values `[rows, columns]`, row-major; changed in place
 * @param kept ascending, at least 4, the first being 0 and the last the last row
 */
export function interpolateRows(
  values: Float64Array,
  columns: number,
  kept: readonly number[] | Int32Array,
  interpolation: Interpolation,
): void {
  const slopes = interpolation === 'cubic' ? splineSlopes(values, columns, kept) : undefined;
  for (let i = 0; i + 1 < kept.length; i++) {
    const [from, to] = [kept[i], kept[i + 1]];
    const gap = to - from;
    for (let row = from + 1; row < to; row++) {
      const t = (row - from) / gap;
      // Hermite's basis on [0, 1].
      const [startSlope, end, endSlope] = [t * (1 - t) ** 2, t * t * (3 - 2 * t), t * t * (t - 1)];
      for (let j = 0; j < columns; j++) {
        const [a, b] = [values[from * columns + j], values[to * columns + j]];
        values[row * columns + j] =
          slopes === undefined
            ? a + t * (b - a)
            : (1 - end) * a +
              end * b +
              gap * (startSlope * slopes[i * columns + j] + endSlope * slopes[(i + 1) * columns + j]);
      }
    }
  }
}

/**
 * Slopes at the kept rows of the cubic spline through them, with "not-a-knot" ends (the first two pieces are one
 * polynomial, and the last two): de Boor, A Practical Guide to Splines, ch. IV. `[kept, columns]`.
 */
function splineSlopes(values: Float64Array, columns: number, kept: readonly number[] | Int32Array): Float64Array {
  const n = kept.length;
  const step = Float64Array.from({ length: n - 1 }, (_, i) => kept[i + 1] - kept[i]);
  const below = new Float64Array(n);
  const middle = new Float64Array(n);
  const above = new Float64Array(n);
  const right = new Float64Array(n * columns);
  const rise = (i: number, j: number) => (values[kept[i + 1] * columns + j] - values[kept[i] * columns + j]) / step[i];
  for (let i = 1; i < n - 1; i++) {
    below[i] = step[i];
    middle[i] = 2 * (step[i - 1] + step[i]);
    above[i] = step[i - 1];
    for (let j = 0; j < columns; j++)
      right[i * columns + j] = 3 * (step[i] * rise(i - 1, j) + step[i - 1] * rise(i, j));
  }
  const [h0, h1, g0, g1] = [step[0], step[1], step[n - 2], step[n - 3]];
  [middle[0], above[0]] = [h1, h0 + h1];
  [middle[n - 1], below[n - 1]] = [g1, g0 + g1];
  for (let j = 0; j < columns; j++) {
    right[j] = ((h0 + 2 * (h0 + h1)) * h1 * rise(0, j) + h0 * h0 * rise(1, j)) / (h0 + h1);
    right[(n - 1) * columns + j] = (g0 * g0 * rise(n - 3, j) + (2 * (g0 + g1) + g0) * g1 * rise(n - 2, j)) / (g0 + g1);
  }
  solveTridiagonal(below, middle, above, right, columns);
  return right;
}

/** Thomas's elimination, in place; `right` becomes the solution. */
function solveTridiagonal(
  below: Float64Array,
  middle: Float64Array,
  above: Float64Array,
  right: Float64Array,
  columns: number,
): void {
  const n = middle.length;
  for (let i = 1; i < n; i++) {
    const factor = below[i] / middle[i - 1];
    middle[i] -= factor * above[i - 1];
    for (let j = 0; j < columns; j++) right[i * columns + j] -= factor * right[(i - 1) * columns + j];
  }
  for (let i = n - 1; i >= 0; i--)
    for (let j = 0; j < columns; j++) {
      const next = i + 1 < n ? above[i] * right[(i + 1) * columns + j] : 0;
      right[i * columns + j] = (right[i * columns + j] - next) / middle[i];
    }
}
