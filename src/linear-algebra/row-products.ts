/** @file Dot products of the rows of matrices, two rows against four at a time: as many sums as registers hold well. */

type Floats = Float32Array | Float64Array;

/** The products to make: `[rows, columns]`, of rows of `length` numbers. */
interface Products {
  readonly rows: number;
  readonly columns: number;
  readonly length: number;
}

/**
 * Every row of one matrix times every row of another: `x yᵀ`. Of a matrix with itself, half is computed. Sums are
 * float64, over the row in its order.
 *
 * @param x `[rows, length]`, row-major
 * @param y `[columns, length]`, row-major
 * @param out receives the result; a new array by default
 * @returns `[rows, columns]`, row-major
 */
export function rowProducts(x: Float64Array, y: Float64Array, size: Products): Float64Array;
export function rowProducts<T extends Floats>(x: Float64Array, y: Float64Array, size: Products, out: T): T;
export function rowProducts(
  x: Float64Array,
  y: Float64Array,
  { rows, columns, length }: Products,
  out: Floats = new Float64Array(rows * columns),
): Floats {
  const [wholeRows, wholeColumns] = [rows - (rows % 2), columns - (columns % 4)];
  for (let i = 0; i < wholeRows; i += 2)
    for (let j = x === y ? i - (i % 4) : 0; j < wholeColumns; j += 4)
      eightProducts(x, i * length, y, j * length, length, out, i * columns + j, columns);
  for (let i = 0; i < rows; i++)
    for (let j = i < wholeRows ? wholeColumns : 0; j < columns; j++)
      out[i * columns + j] = dot(x, i * length, y, j * length, length);
  if (x === y) for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) out[i * columns + j] = out[j * columns + i];
  return out;
}

function dot(x: Float64Array, a: number, y: Float64Array, b: number, length: number): number {
  let sum = 0;
  for (let t = 0; t < length; t++) sum += x[a + t] * y[b + t];
  return sum;
}

/** Two rows of `x` from offset `a` times four of `y` from `b`, into two rows of `out` (`columns` apart) from `at`. */
function eightProducts(
  x: Float64Array,
  a: number,
  y: Float64Array,
  b: number,
  length: number,
  out: Floats,
  at: number,
  columns: number,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (let t = 0; t < length; t++) {
    const x0 = x[a + t];
    const x1 = x[a + length + t];
    const y0 = y[b + t];
    const y1 = y[b + length + t];
    const y2 = y[b + 2 * length + t];
    const y3 = y[b + 3 * length + t];
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
  }
  out[at] = s00;
  out[at + 1] = s01;
  out[at + 2] = s02;
  out[at + 3] = s03;
  out[at + columns] = s10;
  out[at + columns + 1] = s11;
  out[at + columns + 2] = s12;
  out[at + columns + 3] = s13;
}
