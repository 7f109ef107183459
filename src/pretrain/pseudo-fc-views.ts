/** @file The pseudo-FC views of a batch: series and the time points each view keeps in, connectivity of both views out. */
import { connectivity, type FcKind } from '../connectivity/kinds.ts';
import type { Compile, Session } from '../runtime/session.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { pseudoFcGraph } from './pseudo-fc-graph.ts';

export interface PseudoFcViews {
  /**
   * Computes both views of every scan. Pearson: a scan gets the same bits whatever the other scans of the batch and the
   * threads; Ledoit-Wolf: the same to a rounding of its one shrinkage.
   *
   * @param series the scans, of any lengths
   * @param kept per view and scan, 1 for each time point that stays
   * @param into per view `[scans, rois, rois]`; symmetric, diagonal exactly 1, within rounding of [-1, 1]; row, column
   *   and diagonal of an ROI that is constant over the kept points are 0
   * @throws InputError for a kept value that is not finite
   */
  readonly run: (
    series: readonly TimeSeries[],
    kept: readonly [readonly Uint8Array[], readonly Uint8Array[]],
    into: readonly [Float32Array, Float32Array],
  ) => Promise<void>;
  readonly release: () => Promise<void>;
}

export interface PseudoFcOptions {
  readonly fc: FcKind;
  readonly rois: number;
  readonly compile: Compile;
}

/** Scans of one run of the graph: few enough for the cache, enough to make the run's own cost small. */
const CHUNK = 8;
/** Rows of a scan whose mean is the origin: any origin within the spread of the series does. */
const ORIGIN_ROWS = 16;
/** The most that n (mean - origin)² may be of the variation about the mean: rounding then grows no more than threefold. */
const LARGEST_OFFSET = 2;
/** Variations outside are too near the limits of float32. */
const PLAUSIBLE_VARIATION = { least: 1e-25, most: 1e30 };

/** Scans that go through the graph together. */
interface Chunk {
  readonly series: readonly TimeSeries[];
  readonly kept: readonly [readonly Uint8Array[], readonly Uint8Array[]];
}

/** Computes views of scans with `rois` ROIs; graphs are compiled at their first use. */
export function pseudoFcViews({ fc, rois, compile }: PseudoFcOptions): PseudoFcViews {
  const sessions = new Map<number, Promise<Session>>();
  const buffers = growingBuffers();

  function session(scans: number): Promise<Session> {
    const compiled = sessions.get(scans) ?? compile(pseudoFcGraph(fc, scans, rois));
    sessions.set(scans, compiled);
    return compiled;
  }

  async function runChunk(chunk: Chunk, into: readonly [Float32Array, Float32Array]): Promise<void> {
    const { series, kept } = chunk;
    const graph = await session(series.length);
    const results = await graph.run(layOut(chunk, rois, buffers), { 'fc 1': into[0], 'fc 2': into[1] });
    for (const view of [0, 1] as const) {
      const offset = results[`offset ${view + 1}`];
      const variation = results[`variation ${view + 1}`];
      for (const [s, scan] of series.entries()) {
        const network = into[view].subarray(s * rois * rois, (s + 1) * rois * rois);
        const at = s * rois;
        const flags = kept[view][s];
        const precise =
          Number.isFinite(network[0]) &&
          finishDiagonal(scan, flags, variation.subarray(at, at + rois), offset.subarray(at, at + rois), network);
        if (!precise) connectivity(fc, keptPoints(scan, flags), network);
      }
    }
  }

  return {
    run: async (series, kept, into) => {
      for (let first = 0; first < series.length; first += CHUNK) {
        const end = Math.min(series.length, first + CHUNK);
        const part = (values: Float32Array) => values.subarray(first * rois * rois, end * rois * rois);
        const flags = [kept[0].slice(first, end), kept[1].slice(first, end)] as const;
        await runChunk({ series: series.slice(first, end), kept: flags }, [part(into[0]), part(into[1])]);
      }
    },
    release: async () => {
      for (const compiled of sessions.values()) await (await compiled).release();
    },
  };
}

/** Lays a chunk out as the inputs of {@link pseudoFcGraph}; each scan is followed by at least one row at its origin. */
function layOut({ series, kept }: Chunk, rois: number, buffers: Buffers) {
  const scans = series.length;
  const time = Math.max(...series.map(({ timepoints }) => timepoints)) + 1;
  const values = buffers.floats('series', scans * time * rois);
  const origin = buffers.floats('origin', scans * rois);
  const flags = buffers.floats('kept', scans * 2 * time).fill(0);
  const points = buffers.floats('points', scans * 2);
  const counts = series.map((_, s) => countPoints(kept[0][s], kept[1][s]));
  const most = (name: keyof PointCounts) => Math.max(1, ...counts.map((count) => count[name]));
  const sizes = { shared: most('shared'), first: most('first'), second: most('second') };
  const shared = buffers.integers('shared', scans * sizes.shared);
  const own1 = buffers.integers('own 1', scans * sizes.first);
  const own2 = buffers.integers('own 2', scans * sizes.second);
  for (const [s, scan] of series.entries()) {
    const row = s * time;
    const origins = origin.subarray(s * rois, (s + 1) * rois);
    findOrigin(scan, origins);
    values.set(scan.values, row * rois);
    values.set(origins, (row + scan.timepoints) * rois);
    values.fill(0, (row + scan.timepoints + 1) * rois, (row + time) * rois);
    const [first, second] = [kept[0][s], kept[1][s]];
    points[2 * s] = counts[s].shared + counts[s].first;
    points[2 * s + 1] = counts[s].shared + counts[s].second;
    let a = s * sizes.shared;
    let b = s * sizes.first;
    let c = s * sizes.second;
    for (let t = 0; t < scan.timepoints; t++) {
      flags[2 * (row + t)] = first[t];
      flags[2 * (row + t) + 1] = second[t];
      if (first[t] === 1) {
        if (second[t] === 1) shared[a++] = row + t;
        else own1[b++] = row + t;
      } else if (second[t] === 1) own2[c++] = row + t;
    }
    const filling = row + scan.timepoints;
    shared.fill(filling, a, (s + 1) * sizes.shared);
    own1.fill(filling, b, (s + 1) * sizes.first);
    own2.fill(filling, c, (s + 1) * sizes.second);
  }
  return { series: values, origin, kept: flags, points, shared, 'own 1': own1, 'own 2': own2 };
}

interface PointCounts {
  /** Points that both views keep, and that each alone keeps. */
  readonly shared: number;
  readonly first: number;
  readonly second: number;
}

function countPoints(first: Uint8Array, second: Uint8Array): PointCounts {
  let shared = 0;
  let inFirst = 0;
  let inSecond = 0;
  for (let t = 0; t < first.length; t++) {
    shared += first[t] & second[t];
    inFirst += first[t];
    inSecond += second[t];
  }
  return { shared, first: inFirst - shared, second: inSecond - shared };
}

/** The mean of a few rows spread over the scan; exactly the value of an ROI that is constant over them. */
function findOrigin({ values, timepoints, rois }: TimeSeries, origin: Float32Array): void {
  const rows = Math.min(ORIGIN_ROWS, timepoints);
  origin.fill(0);
  for (let k = 0; k < rows; k++) {
    const row = Math.floor(((k + 0.5) * timepoints) / rows) * rois;
    for (let i = 0; i < rois; i++) origin[i] += values[row + i] - values[i];
  }
  for (let i = 0; i < rois; i++) origin[i] = values[i] + origin[i] / rows;
}

/**
 * Sets the diagonal of one network, 1 or (no signal) 0.
 *
 * @returns false where rounding may have harmed the network: a constant ROI that is not at the origin, a mean far from
 *   it, values near the limits of float32 or not finite
 */
function finishDiagonal(
  scan: TimeSeries,
  kept: Uint8Array,
  variation: Float32Array,
  offset: Float32Array,
  network: Float32Array,
): boolean {
  const { rois } = scan;
  for (let i = 0; i < rois; i++) {
    const v = variation[i];
    const within = v >= PLAUSIBLE_VARIATION.least && v <= PLAUSIBLE_VARIATION.most;
    if (within ? !(offset[i] * offset[i] <= LARGEST_OFFSET * v) : v !== 0 || !isConstant(scan, kept, i)) return false;
    network[i * (rois + 1)] = within ? 1 : 0;
  }
  return true;
}

function isConstant({ values, rois }: TimeSeries, kept: Uint8Array, roi: number): boolean {
  const value = values[kept.indexOf(1) * rois + roi];
  return kept.every((flag, t) => flag === 0 || values[t * rois + roi] === value);
}

/** The kept time points alone, as a scan of its own. */
function keptPoints({ values, rois }: TimeSeries, kept: Uint8Array): TimeSeries {
  const timepoints = kept.reduce((count, flag) => count + flag, 0);
  const out = new Float32Array(timepoints * rois);
  let at = 0;
  for (const [t, flag] of kept.entries()) {
    if (flag === 0) continue;
    out.set(values.subarray(t * rois, (t + 1) * rois), at);
    at += rois;
  }
  return { values: out, timepoints, rois };
}

/** Buffers that are used again from run to run, made anew only where a longer one is asked for. */
interface Buffers {
  readonly floats: (name: string, length: number) => Float32Array;
  readonly integers: (name: string, length: number) => Int32Array;
}

function growingBuffers(): Buffers {
  const floats = new Map<string, Float32Array>();
  const integers = new Map<string, Int32Array>();
  return {
    floats: (name, length) => {
      if ((floats.get(name)?.length ?? 0) < length) floats.set(name, new Float32Array(length));
      return (floats.get(name) ?? new Float32Array(0)).subarray(0, length);
    },
    integers: (name, length) => {
      if ((integers.get(name)?.length ?? 0) < length) integers.set(name, new Int32Array(length));
      return (integers.get(name) ?? new Int32Array(0)).subarray(0, length);
    },
  };
}
