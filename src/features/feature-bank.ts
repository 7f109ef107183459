/** @file The features that an evaluation may ask for, each computed once, when somebody does. */
import type { FcKind } from '../connectivity/kinds.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { scanConnectivity } from '../dataset/scan-connectivity.ts';
import { networksOf } from '../finetune/finetune-data.ts';
import { embedDataset } from '../model/embed.ts';
import type { Model } from '../model/load-model.ts';
import { untrainedLike } from '../model/untrained.ts';
import type { Progress } from '../progress.ts';
import type { Compile } from '../runtime/session.ts';
import { type Features, featureTable, stackFeatures, upperTriangles } from './features.ts';
import { pseudoFcFeatures } from './pseudo-fc-features.ts';
import { type Covariances, covariancesOf } from './tangent-space.ts';

/** `model`: its embedding; `untrained`: that of its initial weights; `fc`: raw connectivity; `pfc`: averaged pseudo-FC. */
export type TableName = 'model' | 'untrained' | 'fc' | 'pfc';

export interface FeatureOrigin {
  readonly model: Model;
  /** One, or the one to train on and the one to test on: their rows one after the other. */
  readonly datasets: readonly Dataset[];
  readonly fc: FcKind;
  /** Of the untrained weights and the pseudo-FC draws. */
  readonly seed: number;
  readonly compile: Compile;
  /** Reports on work of a name. */
  readonly progress?: ((label: string) => Progress) | undefined;
}

type ConnectivityOrigin = Pick<FeatureOrigin, 'datasets' | 'fc' | 'progress'>;

/** Tables of all scans of the data sets, in order. Several tasks can share one bank. */
export interface FeatureBank {
  readonly origin: FeatureOrigin;
  readonly table: (name: TableName) => Promise<Features>;
  /** Ledoit-Wolf covariances, for tangent space. */
  readonly covariances: () => Covariances;
  /** Full-length connectivity `[scans, rois, rois]`, for fine-tuning. */
  readonly networks: () => Float32Array;
  /** The tables computed so far. */
  readonly computed: () => Promise<Readonly<Record<string, Features>>>;
}

/** Views that `pfc` averages; the rule of the paper. */
const PSEUDO_FC = { rule: { kind: 'percent', percent: 20 }, draws: 10 } as const;

/** Full-length connectivity everywhere but in `pfc`: the random drop belongs to pretraining only. */
export function featureBank(origin: FeatureOrigin): FeatureBank {
  const { model, datasets, fc, seed } = origin;
  const tables = new Map<TableName, Promise<Features>>();
  let covariances: Covariances | undefined;
  let networks: Float32Array | undefined;
  const compute = (name: TableName): Promise<Features> => {
    switch (name) {
      case 'model':
        return embedded(origin, model, 'embedding');
      case 'untrained':
        return embedded(origin, untrainedLike(model, seed), 'untrained embedding');
      case 'fc':
        return connectivityTable(origin);
      case 'pfc':
        return stacked(origin, 'pseudo-FC', ({ scans, roiNames, readSeries }, progress) =>
          pseudoFcFeatures(scans.length, roiNames.length, readSeries, { ...PSEUDO_FC, seed, fc }, progress),
        );
    }
  };
  const table = (name: TableName) => {
    const known = tables.get(name) ?? compute(name);
    tables.set(name, known);
    return known;
  };
  return {
    origin,
    table,
    covariances: () => {
      covariances ??= allCovariances(datasets, origin.progress?.('covariances'));
      return covariances;
    },
    networks: () => {
      networks ??= allNetworks(origin);
      return networks;
    },
    computed: async () =>
      Object.fromEntries(
        await Promise.all([...tables].map(async ([name, values]) => [FEATURE_NAMES[name], await values])),
      ),
  };
}

/** Raw connectivity: the upper triangle of every scan. No model takes part. */
export function connectivityTable(origin: ConnectivityOrigin): Promise<Features> {
  return stacked(origin, 'connectivity', (dataset, progress) => {
    const { scans, roiNames } = dataset;
    const of = (scan: number) => scanConnectivity(origin.fc, dataset, scan);
    return upperTriangles(scans.length, roiNames.length, of, progress);
  });
}

/** As the report calls them: `fc_svm` is the name of old. */
const FEATURE_NAMES: Readonly<Record<TableName, string>> = {
  model: 'model',
  untrained: 'untrained',
  fc: 'fc_svm',
  pfc: 'pfc',
};

function embedded(origin: FeatureOrigin, of: Model, label: string): Promise<Features> {
  const { fc, compile } = origin;
  return stacked(origin, label, (dataset, progress) =>
    embedDataset(of, dataset, { fc, compile, ...(progress === undefined ? {} : { progress }) }),
  );
}

async function stacked(
  { datasets, progress }: Pick<FeatureOrigin, 'datasets' | 'progress'>,
  label: string,
  of: (dataset: Dataset, progress: Progress | undefined) => Promise<Float32Array> | Float32Array,
): Promise<Features> {
  const tables: Features[] = [];
  for (const dataset of datasets) {
    const values = await of(dataset, progress?.(label));
    tables.push(featureTable(`${label} of ${dataset.directory}`, values, dataset.scans.length));
  }
  return tables.reduce(stackFeatures);
}

function allNetworks({ datasets, fc, progress }: FeatureOrigin): Float32Array {
  const parts = datasets.map((dataset) => networksOf(dataset, fc, progress?.('connectivity')));
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let next = 0;
  for (const part of parts) {
    values.set(part, next);
    next += part.length;
  }
  return values;
}

function allCovariances(datasets: readonly Dataset[], progress: Progress | undefined): Covariances {
  const scans = datasets.flatMap((dataset) => dataset.scans.map((_, scan) => ({ dataset, scan })));
  return covariancesOf(
    scans.length,
    datasets[0].roiNames.length,
    (row) => scanConnectivity('ledoit-wolf', scans[row].dataset, scans[row].scan),
    progress,
  );
}
