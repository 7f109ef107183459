/** @file Reads a golden folder: sizes, weights, series, draws and the numbers an independent statement got from them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NpyArray, parseNpy } from '../../src/files/npy.ts';
import { parseNpz } from '../../src/files/npz.ts';
import { type ParameterPlace, targetLayout, trainedLayout, viewOf } from '../../src/model/parameters.ts';
import type { ModelSize } from '../../src/model/size.ts';
import { emptyWeights, type ModelWeights } from '../../src/model/weights.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

export interface Golden {
  readonly size: ModelSize;
  readonly config: Readonly<Record<string, number>>;
  readonly steps: readonly Readonly<Record<'lra' | 'nce' | 'mse' | 'loss', number>>[];
  readonly normsOfLarge: Readonly<Record<string, number>>;
  readonly series: readonly TimeSeries[];
  /** `[view][scan]`, 1 for every time point that stays. */
  readonly kept: readonly [readonly Uint8Array[], readonly Uint8Array[]];
  readonly contrastive: readonly Int32Array[];
  readonly reconstruction: readonly Int32Array[];
  readonly expected: ReadonlyMap<string, NpyArray>;
  /** A fresh copy of the weights before step 1. */
  readonly weights: () => ModelWeights;
}

export function readGolden(folder: string): Golden {
  if (!existsSync(join(folder, 'golden.json'))) throw new Error(`${folder} has no golden.json`);
  const { config, steps, norms_of_large } = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8'));
  const archive = (name: string) => parseNpz(readFileSync(join(folder, name)), name);
  const size = {
    rois: config.roi,
    layers: config.depth,
    heads: config.heads,
    ffn: config.ffn,
    feature: config.feature,
  };
  const stored = archive('weights.npz');
  const masks = archive('masks.npz');
  const names = readdirSync(join(folder, 'timeseries')).sort();
  const series = names.map((name) => roiByTime(parseNpy(readFileSync(join(folder, 'timeseries', name)), name)));
  const keptIn = (view: number) =>
    series.map(({ timepoints }, scan) => {
      const flags = new Uint8Array(timepoints).fill(1);
      for (const point of numbers(masks, `drop_${scan}_${view}`)) flags[point] = 0;
      return flags;
    });
  return {
    size,
    config,
    steps,
    normsOfLarge: norms_of_large,
    series,
    kept: [keptIn(0), keptIn(1)],
    contrastive: rowsOf(masks, 'idx_nce'),
    reconstruction: rowsOf(masks, 'idx_mse'),
    expected: archive('expected.npz'),
    weights: () => weightsFrom(size, stored),
  };
}

/** The files hold `[rois, time]`. */
function roiByTime({ shape: [rois, timepoints], data }: NpyArray): TimeSeries {
  const values = Float32Array.from(
    { length: rois * timepoints },
    (_, i) => data[(i % rois) * timepoints + Math.floor(i / rois)],
  );
  return { values, timepoints, rois };
}

function weightsFrom(size: ModelSize, stored: ReadonlyMap<string, NpyArray>): ModelWeights {
  const weights = emptyWeights(size);
  const fill = (buffer: Float32Array, places: readonly ParameterPlace[]) => {
    for (const place of places) viewOf(buffer, place).set(numbers(stored, place.name));
  };
  fill(weights.trained, trainedLayout(size).places);
  fill(weights.target, targetLayout(size).places);
  for (const [layer, { mean, variance }] of Object.entries(weights.batchNorm)) {
    mean.set(numbers(stored, `${layer}.running_mean`));
    variance.set(numbers(stored, `${layer}.running_var`));
  }
  return weights;
}

function rowsOf(archive: ReadonlyMap<string, NpyArray>, name: string): Int32Array[] {
  const { shape, data } = archive.get(name)!;
  return Array.from({ length: shape[0] }, (_, row) =>
    Int32Array.from({ length: shape[1] }, (_unused, k) => Number(data[row * shape[1] + k])),
  );
}

function numbers(archive: ReadonlyMap<string, NpyArray>, name: string): number[] {
  const array = archive.get(name);
  if (array === undefined) throw new Error(`the golden folder has no ${name}`);
  return Array.from(array.data, Number);
}
