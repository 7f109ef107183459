import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/files/npy.ts';
import { readMatrix } from '../../src/series/read-matrix.ts';

const npy = (shape: readonly number[]) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return encodeNpy(
    Int32Array.from({ length: size }, (_, i) => i),
    shape,
  );
};

describe('readMatrix', () => {
  test('squeezes leading axes of one, and only those', async () => {
    expect(await readMatrix(npy([1, 1, 2, 3]), 'x.npy')).toEqual({
      rows: 2,
      columns: 3,
      values: Float64Array.of(0, 1, 2, 3, 4, 5),
    });
    expect(await readMatrix(npy([1, 3]), 'x.npy')).toMatchObject({ rows: 1, columns: 3 });
    for (const shape of [[6], [2, 3, 1], [2, 1, 3], []])
      await expect(readMatrix(npy(shape), 'x.npy')).rejects.toThrow(
        `x.npy: not a matrix, expected two axes, time and ROI, found shape (${shape.join(', ')}).`,
      );
  });

  test('takes the only array of an archive, or the one that is named', async () => {
    const one = zipSync({ 'tc.npy': npy([2, 3]) });
    const two = zipSync({ 'tc.npy': npy([2, 3]), 'mask.npy': npy([4]) });
    expect(await readMatrix(one, 'x.npz')).toMatchObject({ rows: 2, columns: 3 });
    expect(await readMatrix(two, 'x.npz', { array: 'tc' })).toMatchObject({ rows: 2, columns: 3 });
    await expect(readMatrix(two, 'x.npz')).rejects.toThrow(
      'x.npz: the archive holds several arrays, expected one, found tc, mask; name the one that holds the series.',
    );
    await expect(readMatrix(two, 'x.npz', { array: 'bold' })).rejects.toThrow(
      "x.npz: no array 'bold', found tc, mask.",
    );
    await expect(readMatrix(zipSync({}), 'x.npz')).rejects.toThrow('x.npz: the archive holds no array.');
  });

  test('goes by the extension, in either case', async () => {
    for (const name of ['x.1D', 'x.csv', 'x.TSV', 'x.txt'])
      expect(await readMatrix(new TextEncoder().encode('1\t2\n3\t4\n'), name)).toMatchObject({ rows: 2, columns: 2 });
    for (const name of ['x.nii.gz', 'x'])
      await expect(readMatrix(new Uint8Array(0), name)).rejects.toThrow(
        `${name}: this format cannot be read, expected one of .npy .npz .1d .csv .tsv .txt .mat .h5 .hdf5 .parquet; convert the series to one of these first.`,
      );
  });
});
