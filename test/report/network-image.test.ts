/** @file Pictures of connectivity: the PNG around them, and the colour of every pair of ROIs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colourBar, networkImage, networkOrder } from '../../src/report/network-image.ts';
import { encodePng } from '../../src/report/png.ts';
import { decodePng, decodeUri } from './png-decoder.ts';

const BLUE = [33, 102, 172];
const WHITE = [247, 247, 247];
const RED = [178, 24, 43];
const GREY = [150, 150, 150];

test('any pixels come back from another decoder, every chunk with its checksum', () => {
  const picture = fc.integer({ min: 1, max: 40 }).chain((width) =>
    fc.record({
      width: fc.constant(width),
      rows: fc.array(fc.uint8Array({ minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 }),
    }),
  );
  const palette = Array.from({ length: 256 }, (_, i) => [i, (7 * i) % 256, 255 - i] as const);
  fc.assert(
    fc.property(picture, ({ width, rows }) => {
      const pixels = Uint8Array.from(rows.flatMap((row) => [...row]));
      const decoded = decodePng(encodePng(pixels, width, palette));
      expect(decoded).toEqual({
        width,
        height: rows.length,
        pixels,
        palette: palette.map((colour) => [...colour]),
        chunks: ['IHDR', 'PLTE', 'IDAT', 'IEND'],
      });
    }),
    { numRuns: 50 },
  );
});

/** Colours of a matrix as drawn, `[y][x]`. */
function drawn(matrix: readonly (readonly number[])[], order: readonly number[]): (readonly number[])[][] {
  const { width, height, pixels, palette } = decodeUri(networkImage(matrix.flat(), Int32Array.from(order)));
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_unused, x) => palette[pixels[y * width + x]]),
  );
}

describe('a matrix', () => {
  const halfRed = [213, 136, 145];
  const matrix = [
    [1, -1, 0.5],
    [-1, 1, 1e-9],
    [0.5, 1e-9, 1],
  ];

  test('goes from blue over white to red, rows and columns in the order asked for', () => {
    expect(drawn(matrix, [0, 1, 2])).toEqual([
      [RED, BLUE, halfRed],
      [BLUE, RED, WHITE],
      [halfRed, WHITE, RED],
    ]);
    expect(drawn(matrix, [2, 0, 1])).toEqual([
      [RED, halfRed, WHITE],
      [halfRed, RED, BLUE],
      [WHITE, BLUE, RED],
    ]);
  });

  test('an ROI without signal is grey; what lies beyond ±1 is at the end of the colours', () => {
    expect(
      drawn(
        [
          [3, -2, 0],
          [-2, 1, 0],
          [0, 0, 0],
        ],
        [0, 1, 2],
      ),
    ).toEqual([
      [RED, BLUE, GREY],
      [BLUE, RED, GREY],
      [GREY, GREY, GREY],
    ]);
  });

  test('of more than 200 ROIs is averaged over neighbours with signal', () => {
    const rois = 400;
    const at = (i: number, j: number) => (i < 2 && j >= 2 && j < 4 ? (i === 0 ? 0 : 1) : i >= 398 ? 0 : -1);
    const values = Float32Array.from({ length: rois * rois }, (_, k) => at(Math.floor(k / rois), k % rois));
    const { width, height, pixels, palette } = decodeUri(
      networkImage(
        values,
        Int32Array.from({ length: rois }, (_, i) => i),
      ),
    );
    expect([width, height]).toEqual([200, 200]);
    const colour = (y: number, x: number) => palette[pixels[y * 200 + x]];
    // Two pairs at 1, two without signal.
    expect(colour(0, 1)).toEqual(RED);
    expect(colour(0, 0)).toEqual(BLUE);
    expect(colour(199, 50)).toEqual(GREY);
  });
});

test('the colour bar runs from one end of the colours to the other', () => {
  const { width, height, pixels, palette } = decodeUri(colourBar());
  expect([width, height]).toEqual([201, 1]);
  expect([0, 100, 200].map((x) => palette[pixels[x]])).toEqual([BLUE, WHITE, RED]);
});

test('ROIs are ordered by network as networks first occur, those without one too', () => {
  const rois = ['b', undefined, 'a', 'b', 'a', undefined].map((network, i) => ({
    name: String(i),
    ...(network === undefined ? {} : { network }),
  }));
  expect([...networkOrder(rois)]).toEqual([0, 3, 1, 5, 2, 4]);
  expect([...networkOrder([{ name: 'x' }, { name: 'y' }])]).toEqual([0, 1]);
});
