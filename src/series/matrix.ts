/** @file A matrix as it was in a file, before anyone says which axis is time. */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `rows * columns` long. NaN where the file has a missing value. */
  readonly values: Float32Array | Float64Array;
  /** Names of the columns, when the file gives them. */
  readonly header?: readonly string[];
  /** Names of the rows, from a first column, where they were asked for and the file gives them. */
  readonly rowNames?: readonly string[];
  /** What of the file is no part of the matrix, though one might expect it: columns of text, cells of another shape. */
  readonly leftOut?: readonly string[];
}
