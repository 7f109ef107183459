/** @file A connectivity matrix as a picture: ROIs ordered by network, from blue (-1) over white (0) to red (1). */
import type { Roi } from '../atlas/atlas.ts';
import { dataUri, encodePng, type Rgb } from './png.ts';

/** More pixels a side are averaged: a screen shows no more. */
const MOST_PIXELS = 200;
/** Colours from -1 to 1; the last is an ROI without signal. */
const STEPS = 201;
const LOW: Rgb = [33, 102, 172];
const MIDDLE: Rgb = [247, 247, 247];
const HIGH: Rgb = [178, 24, 43];
const NOTHING: Rgb = [150, 150, 150];

const PALETTE: readonly Rgb[] = [
  ...Array.from({ length: STEPS }, (_, i) => {
    const r = (2 * i) / (STEPS - 1) - 1;
    return between(MIDDLE, r < 0 ? LOW : HIGH, Math.abs(r));
  }),
  NOTHING,
];

function between([a, b, c]: Rgb, [x, y, z]: Rgb, share: number): Rgb {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share);
  return [mix(a, x), mix(b, y), mix(c, z)];
}

/** ROIs by network, in the order in which networks first occur; within one as they are. As they are without networks. */
export function networkOrder(rois: readonly Roi[]): Int32Array {
  const networks = [...new Set(rois.map(({ network }) => network))];
  return Int32Array.from(networks.flatMap((each) => rois.flatMap(({ network }, i) => (network === each ? [i] : []))));
}

/**
 * @param matrix `[rois, rois]`; exact zeros off the diagonal are pairs without signal
 * @param order of rows and columns
 * @returns a `data:` URI of a PNG of at most 200 x 200 px
 */
export function networkImage(matrix: ArrayLike<number>, order: Int32Array): string {
  const rois = order.length;
  const size = Math.min(rois, MOST_PIXELS);
  const pixels = new Uint8Array(size * size);
  const edge = (i: number) => Math.floor((i * rois) / size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      let [sum, n] = [0, 0];
      for (let i = edge(y); i < edge(y + 1); i++)
        for (let j = edge(x); j < edge(x + 1); j++) {
          const r = matrix[order[i] * rois + order[j]];
          if (r === 0) continue;
          sum += r;
          n++;
        }
      pixels[y * size + x] = n === 0 ? STEPS : Math.round(((Math.max(-1, Math.min(1, sum / n)) + 1) / 2) * (STEPS - 1));
    }
  return dataUri(encodePng(pixels, size, PALETTE));
}

/** The colours from -1 to 1, from left to right. */
export function colourBar(): string {
  return dataUri(
    encodePng(
      Uint8Array.from({ length: STEPS }, (_, i) => i),
      STEPS,
      PALETTE,
    ),
  );
}
