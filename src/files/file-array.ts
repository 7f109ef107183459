/** @file One array of numbers as it was in a file, whatever the format. */

/** An array as it was in a file. */
export interface FileArray {
  readonly shape: readonly number[];
  /** C order. */
  readonly values: Float32Array | Float64Array;
  /** Names along the last axis, when the file gives them. */
  readonly header?: readonly string[];
  /** What of the file is no part of the array, though one might expect it: columns of text, cells of another shape. */
  readonly leftOut?: readonly string[];
}
