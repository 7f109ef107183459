/** @file The correlation of connectivity with motion, edge by edge and by distance. */
import { distanceBetween, type Geometry } from './geometry.ts';

/** Mm. */
const BIN = 25;

/** The values over pairs of ROIs with signal, of a `[rois, rois]` matrix. */
export function edgesOf(correlation: Float32Array): number[] {
  const rois = Math.sqrt(correlation.length);
  const edges: number[] = [];
  for (let i = 0; i < rois; i++)
    for (let j = 0; j < i; j++) if (correlation[i * rois + j] !== 0) edges.push(correlation[i * rois + j]);
  return edges;
}

export interface DistanceBin {
  /** Mm. */
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  readonly mean: number;
}

/** Means over pairs of ROIs 0 to 25 mm apart, 25 to 50, …; bins without pairs are left out. */
export function distanceBins(correlation: Float32Array, { placed, rois: places }: Geometry): DistanceBin[] {
  const rois = Math.sqrt(correlation.length);
  const bins: { pairs: number; sum: number }[] = [];
  for (const i of placed)
    for (const j of placed) {
      const r = correlation[i * rois + j];
      if (j >= i || r === 0) continue;
      const at = Math.floor(distanceBetween(places[i], places[j]) / BIN);
      bins[at] ??= { pairs: 0, sum: 0 };
      bins[at].pairs++;
      bins[at].sum += r;
    }
  return bins.flatMap(({ pairs, sum }, k) => [{ from: k * BIN, to: (k + 1) * BIN, pairs, mean: sum / pairs }]);
}
