/** @file What a connectivity matrix says of its scan by itself: ROIs without signal, and how strong it is. */

/** ROIs without signal (from 0, ascending): the diagonal is 0, and so is the row. */
export function missingRoisOfMatrix(matrix: Float32Array, rois: number): number[] {
  return Array.from({ length: rois }, (_, roi) => roi).filter((roi) => matrix[roi * (rois + 1)] === 0);
}

/** Mean |FC| over the pairs of ROIs with signal; 0 where there is none. */
export function meanAbsoluteFc(matrix: Float32Array, rois: number): number {
  const missing = new Set(missingRoisOfMatrix(matrix, rois));
  let sum = 0;
  for (let i = 0; i < rois; i++) for (let j = i + 1; j < rois; j++) sum += Math.abs(matrix[i * rois + j]);
  const left = rois - missing.size;
  return left < 2 ? 0 : (2 * sum) / (left * (left - 1));
}
