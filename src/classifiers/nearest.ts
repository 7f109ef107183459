/** @file Classifiers that look at the nearest: k nearest neighbours, and the nearest class mean (prototype). */
import { InputError } from '../errors/input-error.ts';
import { rowsByClass } from '../labels/training-rows.ts';
import { kernelMatrix, type Matrix } from '../linear-algebra/kernel.ts';

/** `euclidean`: length of the difference. `cosine`: 1 minus the cosine; a row of zeros has cosine 0 with every row. */
export type Distance = 'euclidean' | 'cosine';

export interface NeighbourOptions {
  readonly k: number;
  readonly distance: Distance;
  /** `uniform`: each neighbour counts one. `distance`: each counts 1 / distance; where some are at 0, only those count. */
  readonly weights: 'uniform' | 'distance';
}

/**
 * Share of each class among the k nearest training rows, as scikit-learn's KNeighborsClassifier. Rows equally far at the
 * last place share it evenly (scikit-learn takes any of them), so that the order of rows does not matter.
 *
 * @param classes `[train.rows]`, 0 to `classCount` - 1
 * @returns `[test.rows, classCount]`, each row summing to 1
 * @throws InputError when a class has no row, or k is not a whole number from 1 to the number of training rows
 */
export function neighbourShares(
  train: Matrix,
  classes: readonly number[],
  classCount: number,
  test: Matrix,
  { k, distance, weights }: NeighbourOptions,
): Matrix {
  rowsByClass('nearest neighbours', classes, classCount);
  if (!Number.isInteger(k) || k < 1 || k > train.rows)
    throw new InputError({
      where: 'nearest neighbours',
      problem: 'this number of neighbours cannot be taken',
      expected: `a whole number from 1 to ${train.rows}, the training rows`,
      found: String(k),
    });
  const values = new Float64Array(test.rows * classCount);
  const distances = distancesBetween(test, train, distance);
  for (let i = 0; i < test.rows; i++) {
    const own = distances.subarray(i * train.rows, (i + 1) * train.rows);
    const votes = neighbourWeights(own, k, weights);
    const total = votes.reduce((sum, vote) => sum + vote, 0);
    for (const [j, vote] of votes.entries()) values[i * classCount + classes[j]] += vote / total;
  }
  return { values, rows: test.rows, columns: classCount };
}

/**
 * Cosine of each test row with the mean of each class.
 *
 * @param classes `[train.rows]`, 0 to `classCount` - 1
 * @returns `[test.rows, classCount]`; 0 where the row or the mean is zero
 * @throws InputError when a class has no row
 */
export function prototypeSimilarities(
  train: Matrix,
  classes: readonly number[],
  classCount: number,
  test: Matrix,
): Matrix {
  const { columns } = train;
  const means = new Float64Array(classCount * columns);
  for (const [k, rows] of rowsByClass('nearest prototype', classes, classCount).entries())
    for (const i of rows)
      for (let j = 0; j < columns; j++) means[k * columns + j] += train.values[i * columns + j] / rows.length;
  return { values: cosines(test, { values: means, rows: classCount, columns }), rows: test.rows, columns: classCount };
}

/** How much each training row counts for one test row, up to a common factor. */
function neighbourWeights(distances: Float64Array, k: number, weights: NeighbourOptions['weights']): Float64Array {
  const last = distances.slice().sort()[k - 1];
  const nearer = distances.reduce((count, value) => count + Number(value < last), 0);
  const tied = distances.reduce((count, value) => count + Number(value === last), 0);
  const places = distances.map((value) => (value < last ? 1 : value === last ? (k - nearer) / tied : 0));
  switch (weights) {
    case 'uniform':
      return places;
    case 'distance':
      return distances.some((value) => value === 0)
        ? places.map((place, j) => (distances[j] === 0 ? place : 0))
        : places.map((place, j) => place / distances[j]);
  }
}

function distancesBetween(a: Matrix, b: Matrix, distance: Distance): Float64Array {
  switch (distance) {
    case 'euclidean': {
      const out = new Float64Array(a.rows * b.rows);
      for (let i = 0; i < a.rows; i++)
        for (let j = 0; j < b.rows; j++) {
          let squares = 0;
          for (let k = 0; k < a.columns; k++)
            squares += (a.values[i * a.columns + k] - b.values[j * b.columns + k]) ** 2;
          out[i * b.rows + j] = Math.sqrt(squares);
        }
      return out;
    }
    case 'cosine':
      // Equal rows can come out a rounding apart from 0.
      return cosines(a, b).map((cosine) => (cosine > 1 - 1e-15 ? 0 : 1 - cosine));
  }
}

function cosines(a: Matrix, b: Matrix): Float64Array {
  return kernelMatrix({ kind: 'linear' }, unitRows(a), unitRows(b));
}

function unitRows({ values, rows, columns }: Matrix): Matrix {
  const out = values.slice();
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * columns, (i + 1) * columns);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let j = 0; j < columns; j++) row[j] /= length;
  }
  return { values: out, rows, columns };
}
