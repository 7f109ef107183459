/** @file The best one-to-one assignment of rows to columns. */

/**
 * The permutation with the largest sum of `gains[row, column]`, by shortest augmenting paths (Kuhn 1955; Jonker and
 * Volgenant, Computing 38:325-340, 1987): time grows with size³.
 *
 * @param gains `[size, size]`, finite
 * @returns the column of each row
 */
export function bestAssignment(gains: Float64Array, size: number): Int32Array {
  // Counted from 1: row and column 0 stand for "none".
  const rowPrice = new Float64Array(size + 1);
  const columnPrice = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1);
  const before = new Int32Array(size + 1);
  const slack = new Float64Array(size + 1);
  const done = new Uint8Array(size + 1);
  for (let row = 1; row <= size; row++) {
    rowOf[0] = row;
    slack.fill(Number.POSITIVE_INFINITY);
    done.fill(0);
    let column = 0;
    do {
      done[column] = 1;
      const current = rowOf[column];
      let least = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (done[j] === 1) continue;
        const cost = -gains[(current - 1) * size + j - 1] - rowPrice[current] - columnPrice[j];
        if (cost < slack[j]) {
          slack[j] = cost;
          before[j] = column;
        }
        if (slack[j] < least) {
          least = slack[j];
          next = j;
        }
      }
      for (let j = 0; j <= size; j++)
        if (done[j] === 1) {
          rowPrice[rowOf[j]] += least;
          columnPrice[j] -= least;
        } else slack[j] -= least;
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      rowOf[column] = rowOf[before[column]];
      column = before[column];
    }
  }
  const columnOf = new Int32Array(size);
  for (let j = 1; j <= size; j++) columnOf[rowOf[j] - 1] = j - 1;
  return columnOf;
}
