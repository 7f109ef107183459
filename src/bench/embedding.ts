/** @file Times the embedding of scans, from series to features, beside the machine's own matrix product. */
import type { FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { embedDataset } from '../model/embed.ts';
import type { ModelSize } from '../model/size.ts';
import { initialWeights } from '../model/weights.ts';
import type { Progress } from '../progress.ts';
import type { Compile, Session } from '../runtime/session.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { median, millisecondsOf, rounded } from './figures.ts';
import { matrixProduct } from './matrix-product.ts';
import { noiseSeries } from './noise-series.ts';
import { embeddingOperations } from './operations.ts';

export interface EmbeddingBench {
  /** Functional connectivity and the encoder in evaluation mode. */
  readonly ms_per_scan: number;
  readonly scans_per_second: number;
  /** Once, before the first scan. */
  readonly compile_ms: number;
  readonly gflops: number;
  readonly gemm_gflops: number;
  readonly utilisation: number;
}

export interface EmbeddingBenchOptions {
  readonly size: ModelSize;
  readonly fc: FcKind;
  readonly scans: number;
  /** How often all scans are embedded; figures are medians. */
  readonly passes: number;
  readonly compile: Compile;
  readonly progress?: Progress;
}

export async function benchEmbedding(options: EmbeddingBenchOptions): Promise<EmbeddingBench> {
  const { size, fc, scans, passes, compile, progress } = options;
  const model = { weights: initialWeights(size, 1), card: { format: 'brainmass-model/1', size, fc } as const };
  const dataset = inMemory(noiseSeries(scans, size.rois));
  const kept = keepSessions(compile);
  const embed = () => millisecondsOf(() => embedDataset(model, dataset, { fc, compile: kept.compile }));
  const first = await embed();
  const product = await matrixProduct(compile);
  const milliseconds: number[] = [];
  const rates: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    milliseconds.push(await embed());
    rates.push(median([await product.rate(), await product.rate(), await product.rate()]));
    progress?.(pass + 1, passes);
  }
  await product.release();
  await kept.release();
  const perScan = median(milliseconds) / scans / 1000;
  const operations = embeddingOperations(size) / perScan;
  return {
    ms_per_scan: rounded(perScan * 1000),
    scans_per_second: rounded(1 / perScan),
    compile_ms: rounded(Math.max(0, first - median(milliseconds))),
    gflops: rounded(operations / 1e9),
    gemm_gflops: rounded(median(rates) / 1e9),
    utilisation: rounded(operations / median(rates)),
  };
}

/** A compiler for work that asks for the same graphs in the same order every time: they are compiled the first time. */
function keepSessions(compile: Compile): { readonly compile: Compile; readonly release: () => Promise<void> } {
  const kept = new Map<string, Session>();
  return {
    compile: async (outputs) => {
      const shapes = JSON.stringify(Object.entries(outputs).map(([name, { shape }]) => [name, shape]));
      const session = kept.get(shapes) ?? (await compile(outputs));
      kept.set(shapes, session);
      return { run: session.run, release: async () => {} };
    },
    release: async () => {
      for (const session of kept.values()) await session.release();
    },
  };
}

function inMemory(series: readonly TimeSeries[]): Dataset {
  const scans = series.map(({ timepoints }, i) => ({
    scanId: `scan-${i}`,
    participantId: `participant-${i}`,
    session: '',
    run: '',
    site: '',
    timepoints,
    offset: i * timepoints,
    tr: undefined,
    phenotype: {},
  }));
  const roiNames = Array.from({ length: series[0].rois }, (_, roi) => `ROI ${roi + 1}`);
  const described = { directory: 'noise', atlas: 'noise', roiNames, scans, phenotypeColumns: [], hash: '' };
  return { ...described, readSeries: (index) => series[index], close: () => {} };
}
