/** @file Decimal numbers straight from bytes: what makes large text matrices quick to read. */

/** Powers of ten that a float64 holds exactly. */
const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const LARGEST_EXACT = 2 ** 53;

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Words for a missing value; an empty cell is one too. */
const MISSING = new Set(['', 'nan', 'na', 'n/a', 'null', 'none']);
const INFINITE = new Set(['inf', 'infinity']);

/**
 * The number in `bytes[start, end)`, exactly as `Number` reads it: an optional sign, digits with or without a point, an
 * optional exponent. Missing values (`nan`, `NA`, `n/a`, nothing) are NaN, `inf` is infinite; anything else is undefined.
 */
export function scanNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const negative = bytes[at] === MINUS;
  if (negative || bytes[at] === PLUS) at++;
  let mantissa = 0;
  let digits = 0;
  let decimals = 0;
  for (; at < end && isDigit(bytes[at]); at++, digits++) mantissa = mantissa * 10 + (bytes[at] - 0x30);
  if (at < end && bytes[at] === POINT)
    for (at++; at < end && isDigit(bytes[at]); at++, digits++, decimals++)
      mantissa = mantissa * 10 + (bytes[at] - 0x30);
  if (digits === 0) return scanWord(bytes, start, end);
  let exponent = 0;
  if (at < end && (bytes[at] | 0x20) === 0x65) {
    const sign = bytes[at + 1] === MINUS ? -1 : 1;
    at += sign === -1 || bytes[at + 1] === PLUS ? 2 : 1;
    if (at >= end) return undefined;
    for (; at < end && isDigit(bytes[at]); at++) exponent = Math.min(exponent * 10 + (bytes[at] - 0x30), 9999);
    exponent *= sign;
  }
  if (at !== end) return undefined;
  const power = exponent - decimals;
  // One correctly rounded operation on two exact numbers is the nearest float64 (Clinger 1990); else take the long way.
  if (mantissa >= LARGEST_EXACT || power < -22 || power > 22) return Number(textOf(bytes, start, end));
  const magnitude = power < 0 ? mantissa / EXACT_POWERS[-power] : mantissa * EXACT_POWERS[power];
  return negative ? -magnitude : magnitude;
}

function scanWord(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > 9) return undefined;
  const word = textOf(bytes, start, end).toLowerCase();
  const bare = word.replace(/^[-+](?=.)/, '');
  if (MISSING.has(bare)) return Number.NaN;
  if (!INFINITE.has(bare)) return undefined;
  return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]);
  return text;
}
