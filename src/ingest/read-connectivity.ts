/** @file A file of connectivity: one matrix, or the matrices of many scans, whole or as upper triangles. Node only. */
import { createHash } from 'node:crypto';
import { InputError } from '../errors/input-error.ts';
import { readBytes } from '../files/atomic.ts';
import type { FileArray } from '../files/file-array.ts';
import { seedsOf } from '../files/seeds-and-targets.ts';
import type { Matrix } from '../series/matrix.ts';
import { matrixExtension, readArray } from '../series/read-array.ts';
import { parseTextMatrix } from '../series/text-matrix.ts';
import { readParcelConnectivity } from '../volume/read-cifti.ts';

/** `[3, R, R]` in either order of its axes, `[R, R]` (of CONN `[R, more]`), or rows of R (R - 1) / 2. */
export type ConnectivityForm = 'stack of matrices' | 'matrix' | 'upper triangles';

/** Connectivity as it stands in a file, before it is checked. */
export interface ConnectivityFile {
  readonly form: ConnectivityForm;
  readonly rois: number;
  readonly matrices: number;
  /** Matrix `index`, `[rois, rois]`; a triangle is mirrored, with 1 on the diagonal. */
  readonly matrixAt: (index: number) => Float64Array;
  /** Names over the columns and before the rows of the one matrix. */
  readonly columnNames?: readonly string[] | undefined;
  readonly rowNames?: readonly string[] | undefined;
  /** Of the file, hex. */
  readonly sha256: string;
}

/**
 * Reads a file of connectivity. Triangles go row by row without the diagonal: (1, 2), (1, 3), … (1, R), (2, 3), …
 *
 * @param array which array of a file with several
 * @throws InputError when the file cannot be read, or its shape is none of {@link ConnectivityForm}
 */
export async function readConnectivityFile(path: string, array: string | undefined): Promise<ConnectivityFile> {
  if (/\.pconn\.nii$/i.test(path)) {
    const { roiNames, rois, values, sha256 } = await readParcelConnectivity(path);
    const matrixAt = () => Float64Array.from(values);
    return { form: 'matrix', rois, matrices: 1, matrixAt, columnNames: roiNames, sha256 };
  }
  const bytes = readBytes(path);
  const { shape, values, header, rowNames } = await readAny(bytes, path, array);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const [first, second, third, ...more] = shape.filter((length) => length !== 1);
  if (first === undefined || more.length > 0 || shape.includes(0)) throw noConnectivity(path, shape);
  if (third !== undefined) return { ...stack(values, [first, second, third], path), sha256 };
  if (first === second)
    return {
      form: 'matrix',
      rois: first,
      matrices: 1,
      matrixAt: () => Float64Array.from(values),
      columnNames: header,
      rowNames,
      sha256,
    };
  if (second !== undefined && first < second && meetsItself(values, first, second))
    return {
      form: 'matrix',
      rois: first,
      matrices: 1,
      matrixAt: () => seedsOf(values, first, second),
      rowNames,
      sha256,
    };
  const [matrices, length] = second === undefined ? [1, first] : [first, second];
  const rois = (1 + Math.sqrt(1 + 8 * length)) / 2;
  if (!Number.isInteger(rois)) throw noConnectivity(path, shape);
  const matrixAt = (index: number) => unfolded(values.subarray(index * length, (index + 1) * length), rois);
  return { form: 'upper triangles', rois, matrices, matrixAt, rowNames, sha256 };
}

/**
 * True for seeds by more targets, the seeds first, as CONN writes them (171 regions by these and `QC_timeseries`), also where
 * no names lie beside them: not a number where a region meets itself, and nowhere else in the square of the regions.
 */
function meetsItself(values: ArrayLike<number>, seeds: number, targets: number): boolean {
  for (let i = 0; i < seeds; i++)
    for (let j = 0; j < seeds; j++) if (Number.isNaN(values[i * targets + j]) !== (i === j)) return false;
  return seeds > 1;
}

async function readAny(
  bytes: Uint8Array,
  path: string,
  array: string | undefined,
): Promise<FileArray & Pick<Matrix, 'rowNames'>> {
  switch (matrixExtension(path)) {
    case '.1d':
    case '.csv':
    case '.tsv':
    case '.txt': {
      const { rows, columns, ...read } = parseTextMatrix(bytes, path, { rowNames: true });
      return { shape: [rows, columns], ...read };
    }
    default:
      return readArray(bytes, path, array === undefined ? {} : { array });
  }
}

function noConnectivity(where: string, shape: readonly number[]): InputError {
  return new InputError({
    where,
    problem: 'this is no connectivity',
    expected: 'a square matrix, a stack [scans, R, R], or upper triangles: one row a scan, of R (R - 1) / 2 values',
    found: `shape (${shape.join(', ')})`,
    fix: 'ingest series without --connectivity; let triangles stand in rows',
  });
}

/** Scans first (NumPy) or last (MATLAB): by the two axes that are equally long, else by the two that are symmetric. */
function stack(
  values: ArrayLike<number>,
  shape: readonly [number, number, number],
  path: string,
): Omit<ConnectivityFile, 'sha256'> {
  const [a, b, c] = shape;
  const scansFirst = { scans: a, rois: b, at: (scan: number, i: number, j: number) => (scan * b + i) * c + j };
  const scansLast = { scans: c, rois: a, at: (scan: number, i: number, j: number) => (i * b + j) * c + scan };
  const fitting = [...(b === c ? [scansFirst] : []), ...(a === b ? [scansLast] : [])];
  const symmetric = fitting.filter(({ rois, at }) => {
    for (let i = 0; i < rois; i++)
      for (let j = 0; j < i; j++) if (Math.abs(values[at(0, i, j)] - values[at(0, j, i)]) > 1e-4) return false;
    return true;
  });
  const axes = fitting.length === 1 ? fitting[0] : symmetric.length === 1 ? symmetric[0] : undefined;
  if (axes === undefined)
    throw fitting.length === 0
      ? noConnectivity(path, shape)
      : new InputError({
          where: path,
          problem: 'scans cannot be told from ROIs',
          found: `shape (${shape.join(', ')})`,
          fix: 'save one matrix a file',
        });
  const { scans, rois, at } = axes;
  const matrixAt = (scan: number) => {
    const matrix = new Float64Array(rois * rois);
    for (let i = 0; i < rois; i++) for (let j = 0; j < rois; j++) matrix[i * rois + j] = values[at(scan, i, j)];
    return matrix;
  };
  return { form: 'stack of matrices', rois, matrices: scans, matrixAt };
}

function unfolded(triangle: ArrayLike<number>, rois: number): Float64Array {
  const matrix = new Float64Array(rois * rois);
  let next = 0;
  for (let i = 0; i < rois; i++) {
    matrix[i * (rois + 1)] = 1;
    for (let j = i + 1; j < rois; j++) {
      const value = triangle[next++];
      matrix[i * rois + j] = value;
      matrix[j * rois + i] = value;
    }
  }
  return matrix;
}
