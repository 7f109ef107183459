/**
 * @file Whether each ROI of a connectivity matrix behaves like the ROI of the same place in a reference.
 *
 * Row i of the matrix (the connectivity profile of ROI i) is correlated with every row of the reference. Rightly placed
 * ROIs resemble their own row most. The best one-to-one relabelling of all ROIs shows what a wrong order would gain.
 */
import { bestAssignment } from '../linear-algebra/assignment.ts';
import { rowProducts } from '../linear-algebra/row-products.ts';

/** A ROI that behaves like another one. */
export interface Move {
  readonly roi: number;
  /** Where the best relabelling puts it. */
  readonly as: number;
}

export interface Placement {
  /** Correlation of the two matrices over pairs of ROIs. */
  readonly agreement: number;
  /** Mean Fisher z of the rows' correlations that the best relabelling gains, over all ROIs; 0 when none is better. */
  readonly gain: number;
  /** ROIs that the best relabelling moves with a clear gain. */
  readonly moved: readonly Move[];
  /** Of these, the ones that resemble more than {@link LOST_SHARE} of all rows of the reference more than their own. */
  readonly lost: readonly Move[];
}

const LOST_SHARE = 0.3;
/** A gain in Fisher z that noise does not give: rows correlate 0.3 better. */
const CLEAR_GAIN = 0.3;
const RESTLESS_GAIN = 0.15;

/**
 * @param matrix `[size, size]`, symmetric; ROIs whose row is zero (no signal) are left out
 * @param reference `[size, size]`, symmetric
 */
export function placementOf(matrix: ArrayLike<number>, reference: ArrayLike<number>, size: number): Placement {
  const present = presentRois(matrix, reference, size);
  const count = present.length;
  if (count < 3) return { agreement: 0, gain: 0, lost: [], moved: [] };
  const likeness = rowLikeness(matrix, reference, size, present);
  const assigned = relabelling(likeness, count);
  let gain = 0;
  const lost: Move[] = [];
  const moved: Move[] = [];
  for (let i = 0; i < count; i++) {
    const own = likeness[i * count + i];
    const gained = fisherZ(likeness[i * count + assigned[i]]) - fisherZ(own);
    gain += gained / count;
    if (gained <= CLEAR_GAIN) continue;
    const move = { roi: present[i], as: present[assigned[i]] };
    moved.push(move);
    let better = 0;
    for (let j = 0; j < count; j++) if (likeness[i * count + j] > own) better++;
    if (better > LOST_SHARE * count) lost.push(move);
  }
  return { agreement: agreementOf(matrix, reference, size), gain, lost, moved };
}

/**
 * The best one-to-one relabelling among the ROIs that resemble another row clearly more than their own; the others stay.
 * (Misplaced ROIs hold each other's places, and time grows with the cube of their number.)
 */
function relabelling(likeness: Float64Array, count: number): Int32Array {
  const restless = Int32Array.from({ length: count }, (_, i) => i).filter((i) => {
    let most = -1;
    for (let j = 0; j < count; j++) most = Math.max(most, likeness[i * count + j]);
    return fisherZ(most) > fisherZ(likeness[i * count + i]) + RESTLESS_GAIN;
  });
  const few = restless.length;
  const gains = Float64Array.from({ length: few * few }, (_, at) =>
    fisherZ(likeness[restless[Math.floor(at / few)] * count + restless[at % few]]),
  );
  const assigned = Int32Array.from({ length: count }, (_, i) => i);
  for (const [i, j] of bestAssignment(gains, few).entries()) assigned[restless[i]] = restless[j];
  return assigned;
}

/** ROIs with signal in both. */
function presentRois(matrix: ArrayLike<number>, reference: ArrayLike<number>, size: number): Int32Array {
  const hasSignal = (values: ArrayLike<number>, roi: number) => {
    for (let j = 0; j < size; j++) if (j !== roi && values[roi * size + j] !== 0) return true;
    return false;
  };
  return Int32Array.from(
    Array.from({ length: size }, (_, roi) => roi).filter((roi) => hasSignal(matrix, roi) && hasSignal(reference, roi)),
  );
}

/** The correlation of each row of the matrix with each row of the reference, `[count, count]`. */
function rowLikeness(
  matrix: ArrayLike<number>,
  reference: ArrayLike<number>,
  size: number,
  present: Int32Array,
): Float64Array {
  const count = present.length;
  const shape = { rows: count, columns: count, length: count };
  return rowProducts(unitRows(matrix, size, present), unitRows(reference, size, present), shape);
}

/** Fisher z; 1 is not infinitely alike. */
function fisherZ(r: number): number {
  return Math.atanh(Math.max(-0.999, Math.min(0.999, r)));
}

/** Rows centred and of norm 1; the diagonal, which says nothing, is replaced by the mean of its row. */
function unitRows(matrix: ArrayLike<number>, size: number, present: Int32Array): Float64Array {
  const count = present.length;
  const out = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    const row = out.subarray(i * count, (i + 1) * count);
    let mean = 0;
    for (let j = 0; j < count; j++)
      if (j !== i) {
        row[j] = matrix[present[i] * size + present[j]];
        mean += row[j] / (count - 1);
      }
    row[i] = mean;
    let squares = 0;
    for (let j = 0; j < count; j++) {
      row[j] -= mean;
      squares += row[j] * row[j];
    }
    const norm = Math.sqrt(squares) || 1;
    for (let j = 0; j < count; j++) row[j] /= norm;
  }
  return out;
}

/**
 * Correlation over pairs of ROIs of a matrix and a reference, both `[size, size]`; pairs that are 0 in the matrix (an ROI
 * without signal) are left out.
 *
 * @param order if given, the reference's ROI for each ROI of the matrix
 */
export function agreementOf(
  matrix: ArrayLike<number>,
  reference: ArrayLike<number>,
  size: number,
  order?: Int32Array,
): number {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < size; i++) {
    const row = (order === undefined ? i : order[i]) * size;
    for (let j = 0; j < i; j++) {
      const a = matrix[i * size + j];
      if (a === 0) continue;
      const b = reference[row + (order === undefined ? j : order[j])];
      n++;
      x += a;
      y += b;
      xx += a * a;
      yy += b * b;
      xy += a * b;
    }
  }
  const [varianceX, varianceY] = [n * xx - x * x, n * yy - y * y];
  return varianceX > 0 && varianceY > 0 ? (n * xy - x * y) / Math.sqrt(varianceX * varianceY) : 0;
}
