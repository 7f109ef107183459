/** @file Affine maps of space: 4 x 4, row-major, last row 0 0 0 1, as NIfTI gives them. */

/** 16 numbers, row-major. */
export type Affine = Float64Array;

/** `first` after `second`: applies `second`, then `first`. */
export function composeAffines(first: Affine, second: Affine): Affine {
  const out = new Float64Array(16);
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 4; column++)
      for (let k = 0; k < 4; k++) out[row * 4 + column] += first[row * 4 + k] * second[k * 4 + column];
  return out;
}

/** Where a point goes. */
export function applyAffine(a: Affine, x: number, y: number, z: number): [x: number, y: number, z: number] {
  return [
    a[0] * x + a[1] * y + a[2] * z + a[3],
    a[4] * x + a[5] * y + a[6] * z + a[7],
    a[8] * x + a[9] * y + a[10] * z + a[11],
  ];
}

/** Three axes that span less than this part of the box of their lengths lie in one plane, but for rounding. */
const FLAT = 1e-6;

/** The way back; undefined when the axes of the map do not span space, or a number in it is not finite. */
export function invertAffine(a: Affine): Affine | undefined {
  const [a00, a01, a02, , a10, a11, a12, , a20, a21, a22] = a;
  const c00 = a11 * a22 - a12 * a21;
  const c01 = a12 * a20 - a10 * a22;
  const c02 = a10 * a21 - a11 * a20;
  const determinant = a00 * c00 + a01 * c01 + a02 * c02;
  const box = Math.hypot(a00, a10, a20) * Math.hypot(a01, a11, a21) * Math.hypot(a02, a12, a22);
  if (!a.every(Number.isFinite) || !(Math.abs(determinant) > FLAT * box)) return undefined;
  const linear = [
    [c00, a02 * a21 - a01 * a22, a01 * a12 - a02 * a11],
    [c01, a00 * a22 - a02 * a20, a02 * a10 - a00 * a12],
    [c02, a01 * a20 - a00 * a21, a00 * a11 - a01 * a10],
  ].map((row) => row.map((value) => value / determinant));
  const inverse = Float64Array.from([
    ...linear.flatMap((row) => [...row, -(row[0] * a[3] + row[1] * a[7] + row[2] * a[11])]),
    ...[0, 0, 0, 1],
  ]);
  return inverse.every(Number.isFinite) ? inverse : undefined;
}
