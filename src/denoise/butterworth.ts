/** @file Butterworth filters of zero phase: designed and applied as SciPy's `butter(5)` and `sosfiltfilt` do. */

/** What passes, Hz. A missing edge is open: `[0.01, undefined]` is a high-pass. */
export type BandPass = readonly [low: number | undefined, high: number | undefined];

/** One second-order section of the filter: (b0 + b1/z + b2/z²) / (1 + a1/z + a2/z²). */
export interface Section {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

export interface Filter {
  readonly sections: readonly Section[];
  /** Samples by which a series is extended at each end before it is filtered. */
  readonly padding: number;
}

interface Complex {
  readonly re: number;
  readonly im: number;
}

/** As nilearn's `butterworth`; a band-pass has twice as many poles. */
const ORDER = 5;

/**
 * Designs the filter: poles of the analogue Butterworth prototype, moved to the band, then the bilinear transform with
 * the edges prewarped (Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 7).
 *
 * @param band at least one edge; 0 < low < high < 1 / (2 tr)
 * @param tr seconds
 */
export function butterworth([low, high]: BandPass, tr: number): Filter {
  const warped = (edge: number) => 4 * Math.tan(Math.PI * edge * tr);
  const pairs: (readonly [Complex, Complex])[] = [];
  // Poles of the upper half plane stand for their conjugates too; the real pole, of an odd order, comes alone.
  for (let k = 0; k < (ORDER + 1) / 2; k++) {
    const angle = (Math.PI * (2 * k + 1)) / (2 * ORDER) + Math.PI / 2;
    const real = 2 * k + 1 === ORDER;
    const pole: Complex = { re: real ? -1 : Math.cos(angle), im: real ? 0 : Math.sin(angle) };
    if (low !== undefined && high !== undefined) {
      const [first, second] = bandPoles(pole, warped(low), warped(high));
      pairs.push(...(real ? [[first, second] as const] : [withConjugate(first), withConjugate(second)]));
    } else {
      const moved = high === undefined ? inverse(pole, warped(low ?? 0)) : scaled(pole, warped(high));
      pairs.push(real ? [moved, NO_POLE] : withConjugate(moved));
    }
  }
  const kind = low === undefined ? 'low' : high === undefined ? 'high' : 'band';
  const centre = kind === 'band' ? 2 * Math.atan(Math.sqrt(warped(low ?? 0) * warped(high ?? 0)) / 4) : Math.PI;
  const sections = pairs.map((pair) => section(pair, kind, kind === 'low' ? 0 : centre));
  // SciPy's default: three times the number of taps, one of which a single real pole saves.
  return { sections, padding: 3 * (2 * sections.length + (kind === 'band' ? 1 : 0)) };
}

/** In place of the partner that a single real pole does not have; it lies at infinity. */
const NO_POLE: Complex = { re: Number.NEGATIVE_INFINITY, im: 0 };

const withConjugate = (pole: Complex) => [pole, { re: pole.re, im: -pole.im }] as const;
const scaled = ({ re, im }: Complex, factor: number): Complex => ({ re: re * factor, im: im * factor });

/** factor / pole. */
function inverse({ re, im }: Complex, factor: number): Complex {
  const length = re * re + im * im;
  return { re: (factor * re) / length, im: (-factor * im) / length };
}

/** The two poles that the band makes of one of the low-pass: roots of s² - pole (high - low) s + low high. */
function bandPoles(pole: Complex, low: number, high: number): [Complex, Complex] {
  const { re, im } = scaled(pole, (high - low) / 2);
  const root = squareRoot({ re: re * re - im * im - low * high, im: 2 * re * im });
  return [
    { re: re + root.re, im: im + root.im },
    { re: re - root.re, im: im - root.im },
  ];
}

function squareRoot({ re, im }: Complex): Complex {
  const length = Math.hypot(re, im);
  const imaginary = Math.sqrt((length - re) / 2);
  return { re: Math.sqrt((length + re) / 2), im: im < 0 ? -imaginary : imaginary };
}

/** Analogue pole to the z plane: (4 + s) / (4 - s), the sampling rate being 2 as edges are shares of it. */
function bilinear({ re, im }: Complex): Complex {
  if (re === Number.NEGATIVE_INFINITY) return { re: 0, im: 0 };
  const length = (4 - re) ** 2 + im ** 2;
  return { re: (16 - re * re - im * im) / length, im: (8 * im) / length };
}

/** @param centre angle, radians a sample, at which a Butterworth filter passes everything: there each section's gain is 1 */
function section(pair: readonly [Complex, Complex], kind: 'low' | 'high' | 'band', centre: number): Section {
  const [p, q] = [bilinear(pair[0]), bilinear(pair[1])];
  const a = [-(p.re + q.re), p.re * q.re - p.im * q.im] as const;
  const single = pair[1] === NO_POLE;
  const zero = kind === 'low' ? 1 : -1;
  const b = kind === 'band' ? ([1, 0, -1] as const) : single ? ([1, zero, 0] as const) : ([1, 2 * zero, 1] as const);
  const [one, two] = [
    { re: Math.cos(centre), im: -Math.sin(centre) },
    { re: Math.cos(2 * centre), im: -Math.sin(2 * centre) },
  ];
  const over = Math.hypot(b[0] + b[1] * one.re + b[2] * two.re, b[1] * one.im + b[2] * two.im);
  const under = Math.hypot(1 + a[0] * one.re + a[1] * two.re, a[0] * one.im + a[1] * two.im);
  const gain = under / over;
  return { b: [gain * b[0], gain * b[1], gain * b[2]], a };
}

/**
 * Filters every column forwards and backwards, which leaves no phase. Series are extended at both ends by odd
 * reflection, and the filter starts as if the first value had always been there.
 *
 * @param values `[rows, columns]`, row-major; changed in place
 * @param rows more than `filter.padding`
 */
export function filterZeroPhase(values: Float64Array, rows: number, columns: number, filter: Filter): void {
  const { padding } = filter;
  const length = rows + 2 * padding;
  const extended = new Float64Array(length * columns);
  extended.set(values, padding * columns);
  const last = (rows - 1) * columns;
  for (let k = 1; k <= padding; k++)
    for (let j = 0; j < columns; j++) {
      extended[(padding - k) * columns + j] = 2 * values[j] - values[k * columns + j];
      extended[(padding + rows - 1 + k) * columns + j] = 2 * values[last + j] - values[last - k * columns + j];
    }
  runThrough(extended, length, columns, filter.sections, 1);
  runThrough(extended, length, columns, filter.sections, -1);
  values.set(extended.subarray(padding * columns, (padding + rows) * columns));
}

/** One pass through all sections (transposed direct form II), in one direction of time. */
function runThrough(
  values: Float64Array,
  rows: number,
  columns: number,
  sections: readonly Section[],
  direction: 1 | -1,
): void {
  const start = direction === 1 ? 0 : rows - 1;
  for (const { b, a } of sections) {
    const [b0, b1, b2] = b;
    const [a1, a2] = a;
    // The state in which a constant input stays: gain is the section's answer to a constant 1.
    const gain = (b0 + b1 + b2) / (1 + a1 + a2);
    const first = new Float64Array(columns);
    const second = new Float64Array(columns);
    for (let j = 0; j < columns; j++) {
      const constant = values[start * columns + j];
      first[j] = (gain - b0) * constant;
      second[j] = (b2 - a2 * gain) * constant;
    }
    for (let step = 0, row = start; step < rows; step++, row += direction)
      for (let j = 0, at = row * columns; j < columns; j++, at++) {
        const x = values[at];
        const y = b0 * x + first[j];
        first[j] = b1 * x - a1 * y + second[j];
        second[j] = b2 * x - a2 * y;
        values[at] = y;
      }
  }
}
