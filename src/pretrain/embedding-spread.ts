/** @file How much embeddings differ between scans: their standard deviation and effective rank. */
import { symmetricEigenvalues } from '../linear-algebra/symmetric-eigen.ts';

/** Scans that a spread is taken over. */
export const SPREAD_SCANS = 256;

/** Embeddings of the last scans, ready to be compared. */
export interface RecentEmbeddings {
  readonly width: number;
  /**
   * `[SPREAD_SCANS, width]`, the newest row last. Each row is of root-mean-square 1 (a zero row stays zero) and centred
   * among the scans of its own step: steps differ by their weights too, which must not count as spread.
   */
  readonly rows: Float32Array;
  /** Rows that are filled, at the end. */
  count: number;
}

export interface EmbeddingSpread {
  /**
   * Mean over features of the standard deviation over scans, of embeddings scaled to length √width: 1 for directions
   * drawn evenly, 0 when all scans get the same. The measure of Chen and He, Exploring Simple Siamese Representation
   * Learning, CVPR 2021, section 4.1 (times √width).
   */
  readonly deviation: number;
  /**
   * Exponential of the entropy of the covariance's eigenvalues, as shares of their sum: in how many directions scans
   * differ. Between 1 and the scans less 1; 0 when they do not differ. Roy and Vetterli, The effective rank, EUSIPCO
   * 2007, for the singular values of the covariance.
   */
  readonly effectiveRank: number;
}

export function noEmbeddings(width: number): RecentEmbeddings {
  return { width, rows: new Float32Array(SPREAD_SCANS * width), count: 0 };
}

/** The rows that are filled, `[count, width]`. */
export function filledRows({ width, rows, count }: RecentEmbeddings): Float32Array {
  return rows.subarray((SPREAD_SCANS - count) * width);
}

/** What {@link filledRows} gave, at most SPREAD_SCANS rows. */
export function embeddingsFrom(filled: Float32Array, width: number): RecentEmbeddings {
  const recent = noEmbeddings(width);
  recent.rows.set(filled, recent.rows.length - filled.length);
  recent.count = filled.length / width;
  return recent;
}

/**
 * Adds the embeddings of one step; the oldest make room.
 *
 * @param embedding `[scans, width]`, at least two scans
 */
export function addEmbeddings(recent: RecentEmbeddings, embedding: Float32Array): void {
  const { width, rows } = recent;
  const scans = embedding.length / width;
  const scaled = scaledRows(embedding, width);
  const mean = columnMeans(scaled, width);
  // Centring takes one of the step's degrees of freedom; without this, small batches would look less spread.
  const unbiased = Math.sqrt(scans / (scans - 1));
  for (let i = 0; i < scaled.length; i++) scaled[i] = (scaled[i] - mean[i % width]) * unbiased;
  const kept = Math.min(scans, SPREAD_SCANS);
  rows.copyWithin(0, kept * width);
  rows.set(scaled.subarray((scans - kept) * width), (SPREAD_SCANS - kept) * width);
  recent.count = Math.min(SPREAD_SCANS, recent.count + kept);
}

/** @throws RangeError for embeddings that are not finite */
export function embeddingSpread(recent: RecentEmbeddings): EmbeddingSpread {
  const { width, count } = recent;
  const filled = filledRows(recent);
  const squares = new Float64Array(width);
  for (let i = 0; i < filled.length; i++) squares[i % width] += filled[i] * filled[i];
  const deviation = squares.reduce((sum, square) => sum + Math.sqrt(square / count), 0) / width;
  return {
    deviation,
    effectiveRank: deviation < ROUNDING ? 0 : effectiveRank(gramMatrix(filled, count, width), count),
  };
}

/** Embeddings are float32: what differs by less than this does not differ. */
const ROUNDING = 1e-6;

/** The covariance's eigenvalues other than 0 are those of the scans x scans products, which are fewer. */
function effectiveRank(gram: Float64Array, n: number): number {
  const eigenvalues = symmetricEigenvalues(gram, n);
  const total = eigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
  let entropy = 0;
  for (const value of eigenvalues) if (value > 0) entropy -= (value / total) * Math.log(value / total);
  return Math.exp(entropy);
}

/** Lower triangle of rows x rowsᵀ. */
function gramMatrix(rows: Float32Array, n: number, width: number): Float64Array {
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const [a, b] = [i * width, j * width];
      let [even, odd] = [0, 0];
      for (let k = 0; k + 1 < width; k += 2) {
        even += rows[a + k] * rows[b + k];
        odd += rows[a + k + 1] * rows[b + k + 1];
      }
      if (width % 2 === 1) even += rows[a + width - 1] * rows[b + width - 1];
      gram[i * n + j] = even + odd;
    }
  return gram;
}

/** Each row scaled to length √width; a zero row stays zero. */
function scaledRows(embedding: Float32Array, width: number): Float64Array {
  const scaled = Float64Array.from(embedding);
  for (let start = 0; start < scaled.length; start += width) {
    const row = scaled.subarray(start, start + width);
    const length = Math.hypot(...row);
    if (length > 0) for (let k = 0; k < width; k++) row[k] *= Math.sqrt(width) / length;
  }
  return scaled;
}

function columnMeans(rows: Float64Array, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) means[i % width] += rows[i];
  return means.map((sum) => (sum * width) / rows.length);
}
