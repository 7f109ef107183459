/** @file IEEE float16, which JavaScript has no array type for. */

/** float32 of every float16, by bit pattern; made when first needed. */
let table: Float32Array | undefined;

/** float16 values, given by their bits, as float32. */
export function widenHalf(bits: Uint16Array): Float32Array {
  table ??= makeTable();
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = table[bits[i]];
  return out;
}

function makeTable(): Float32Array {
  const values = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) values[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) values[bits] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else values[bits] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return values;
}
