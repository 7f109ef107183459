import { describe, expect, test } from 'vitest';
import { builtInAtlas } from '../../src/atlas/built-in.ts';
import { namedRois, refuseOtherOrder } from '../../src/ingest/roi-order.ts';
import { parseRoiRange, takeRois } from '../../src/ingest/roi-range.ts';
import type { Matrix } from '../../src/series/matrix.ts';

/** Value 100 r + c, so that every place shows. */
function matrix(rows: number, columns: number, header?: readonly string[]): Matrix {
  const values = Float64Array.from({ length: rows * columns }, (_, i) => 100 * Math.floor(i / columns) + (i % columns));
  return { rows, columns, values, ...(header === undefined ? {} : { header }) };
}

describe('ROIs by number', () => {
  test('are taken from the axis that is long enough, or that the layout says', () => {
    const columns = takeRois(matrix(3, 6, ['a', 'b', 'c', 'd', 'e', 'f']), { from: 2, to: 4 }, 'auto', 'x');
    expect(columns).toEqual({
      layout: 'time-roi',
      matrix: {
        rows: 3,
        columns: 3,
        values: Float64Array.of(1, 2, 3, 101, 102, 103, 201, 202, 203),
        header: ['b', 'c', 'd'],
      },
    });
    const rows = takeRois(matrix(6, 3), { from: 2, to: 4 }, 'auto', 'x');
    expect([rows.layout, ...rows.matrix.values]).toEqual(['roi-time', 100, 101, 102, 200, 201, 202, 300, 301, 302]);
    expect(takeRois(matrix(6, 5), { from: 1, to: 4 }, 'roi-time', 'x').matrix.rows).toBe(4);
  });

  test('are refused where the file has fewer, or leaves open which axis they are', () => {
    const take = (rows: number, columns: number, layout: 'auto' | 'time-roi' = 'auto') =>
      takeRois(matrix(rows, columns), { from: 2, to: 4 }, layout, 'x.mat');
    expect(() => take(3, 2)).toThrow(
      'x.mat: time cannot be told from ROIs, expected one side of at least 4 ROIs, found 3 rows and 2 columns; check --roi-range.',
    );
    expect(() => take(6, 6)).toThrow(
      'x.mat: time cannot be told from ROIs, expected one side of at least 4 ROIs, found 6 rows and 6 columns; pass --layout time-roi or roi-time.',
    );
    expect(() => take(9, 3, 'time-roi')).toThrow(
      'x.mat: the file has fewer ROIs, expected one side of at least 4 ROIs',
    );
  });

  test('1-116 is a range; 0-5, 5-5, 7-2, 5 and words are none', () => {
    expect(parseRoiRange('1-116')).toEqual({ from: 1, to: 116 });
    for (const text of ['0-5', '5-5', '7-2', '5', 'all', '1-2-3', '-1-4'])
      expect(() => parseRoiRange(text)).toThrow(`--roi-range ${text}: this is no range of ROIs, expected FIRST-LAST`);
  });
});

describe('ROIs by name', () => {
  const atlas = builtInAtlas('schaefer100');
  const names = atlas.rois.map(({ name }) => name);
  const short = names.map((name) => name.replace('7Networks_', ''));
  const other = [...short];
  [other[3], other[70]] = [other[70], other[3]];

  test('in another order than the atlas are refused, in whatever way a program writes them', () => {
    const held = (found: readonly string[]) => () => refuseOtherOrder(found, atlas, { what: 'column', where: 'x.tsv' });
    expect(held(names)).not.toThrow();
    expect(held(short)).not.toThrow();
    expect(held(short.map((name) => name.toLowerCase().replaceAll('_', '-')))).not.toThrow();
    expect(held(other)).toThrow(
      `x.tsv: column 4 is not the ROI that stands there in the atlas schaefer100, expected "${names[3]}", found "${short[70]}"; bring the columns into the order of the atlas, or pass --atlas FILE with the order of these files.`,
    );
    expect(held(names.map((_, i) => `region ${i}`))).not.toThrow();
  });

  test('are found among others: the cortex of a larger parcellation, in the order of the atlas', () => {
    const header = ['Thalamus', ...other, 'Cerebellum'];
    const found = namedRois(matrix(2, 102, header), atlas);
    expect(found?.columns).toBe(100);
    expect(found?.values[3]).toBe(header.indexOf(short[3]));
    expect(found?.values[100 + 70]).toBe(100 + header.indexOf(short[70]));
    expect(found?.header).toEqual(names);
  });

  test('are not guessed: when one is absent or a name occurs twice, the matrix is taken as it is', () => {
    expect(namedRois(matrix(2, 101, [...short.slice(1), 'x', 'y']), atlas)).toBeUndefined();
    expect(namedRois(matrix(2, 102, [...short, 'x', 'x']), atlas)).toBeUndefined();
    expect(namedRois(matrix(2, 100, short), atlas)).toBeUndefined();
    expect(namedRois(matrix(2, 102), atlas)).toBeUndefined();
    // CC400 is not CC200 with more regions, though both are numbered from 1.
    const numbers = Array.from({ length: 392 }, (_, i) => String(i + 1));
    expect(namedRois(matrix(2, 392, numbers), builtInAtlas('cc200'))).toBeUndefined();
  });
});
