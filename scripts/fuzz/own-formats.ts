/** @file The project's own files on disk: data sets of series and of matrices, runs with their checkpoints, journals. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { scanConnectivity } from '../../src/dataset/scan-connectivity.ts';
import { writeConnectivity } from '../../src/dataset/write-connectivity.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { readManifest, writeManifest } from '../../src/fetch/manifest.ts';
import { newOwner } from '../../src/files/lock-owner.ts';
import { openJournal } from '../../src/ingest/reading-journal.ts';
import type { ModelCard } from '../../src/model/card.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { createRun, openRun, readState, tidyRun } from '../../src/pretrain/run-directory.ts';
import { settingsSchema, sizeOfSettings } from '../../src/pretrain/settings.ts';
import { initialState } from '../../src/pretrain/training-state.ts';
import {
  checkFinite,
  type FuzzedFormat,
  fileSeed,
  type SeedFile,
  scratchFolder,
  takesNone,
  writeInto,
} from './format.ts';

const FOLDER = scratchFolder('own');
const ROIS = 10;
const TIMEPOINTS = 20;
const roiNames = Array.from({ length: ROIS }, (_, i) => `roi${i}`);
const seriesOf = (scan: number) => ({
  values: Float32Array.from({ length: TIMEPOINTS * ROIS }, (_, i) => Math.sin((scan + 1) * i * i)),
  timepoints: TIMEPOINTS,
  rois: ROIS,
});
const scanOf = (i: number) => ({
  scanId: `s${i}`,
  participantId: `p${i}`,
  session: '',
  run: '',
  site: 'A',
  tr: 2,
  phenotype: { dx: `${i % 2}` },
});
const WHAT = { atlas: 'made-up', roiNames, phenotypeColumns: ['dx'], sources: [], reading: {} };
const INDICES = [0, 1, 2, 3];

const SERIES = join(FOLDER, 'series.dataset');
await writeDataset(
  SERIES,
  WHAT,
  INDICES.map((i) => ({ scan: scanOf(i), series: seriesOf(i) })),
  { overwrite: false },
);
const MATRICES = join(FOLDER, 'matrices.dataset');
const matrix = Float32Array.from({ length: ROIS * ROIS }, (_, i) => (i % (ROIS + 1) === 0 ? 1 : 0.1));
await writeConnectivity(
  MATRICES,
  { ...WHAT, fcKind: 'pearson' },
  INDICES.map((i) => ({ scan: { ...scanOf(i), timepoints: 100 }, matrix, where: `s${i}` })),
  { overwrite: false },
);

const RUN = join(FOLDER, 'tiny.run');
const SETTINGS = settingsSchema.parse({ model: { layers: 1, heads: 1, ffn: 2, feature: 2 } });
const SIZE = sizeOfSettings(SETTINGS, 2);
const CARD: ModelCard = {
  format: 'brainmass-model/1',
  size: SIZE,
  fc: 'pearson',
  atlas: 'made-up',
  roi_names: ['a', 'b'],
};
await createRun(RUN, SETTINGS, CARD, initialState(SIZE, 1), { overwrite: false, owner: newOwner() });

const JOURNAL = join(FOLDER, 'x.reading');
const journal = openJournal(JOURNAL, 'rules');
for (const i of INDICES) journal.append({ path: `s${i}.npy`, sha256: 'x' }, seriesOf(i));
journal.close('keep');

const FETCHED = scratchFolder('fetched');
const ENTRY = { url: 'https://x', bytes: 3, sha256: 'x', check: 'size', date: '2026-01-01' } as const;
writeManifest(FETCHED, new Map([['a.gz', ENTRY]]));

/** Files of a directory, named by their path in it. */
function seedsOf(directory: string, names: readonly string[]): SeedFile[] {
  return names.map((name) => ({ ...fileSeed(join(directory, name)), name }));
}

/** Reads with one file of a directory damaged, and puts it back. */
async function withDamaged(directory: string, name: string, bytes: Uint8Array, read: () => unknown): Promise<void> {
  const whole = Uint8Array.from(readFileSync(join(directory, name)));
  writeInto(directory, name, bytes);
  try {
    await read();
  } finally {
    writeInto(directory, name, whole);
  }
}

function readDataset(directory: string): void {
  const dataset = openDataset(directory);
  try {
    for (const i of dataset.scans.keys()) checkFinite(scanConnectivity('pearson', dataset, i), 'connectivity');
  } finally {
    dataset.close();
  }
}

async function readRun(): Promise<void> {
  const { settings, card } = openRun(RUN);
  tidyRun(RUN, readState(RUN, settings, card));
  await loadModel(RUN);
  await loadModel(join(RUN, 'model.safetensors'));
}

function readJournal(): void {
  const opened = openJournal(JOURNAL, 'rules');
  for (const [, { readSeries }] of opened.scans) checkFinite(readSeries().values, 'series');
  opened.close('keep');
}

const JOURNAL_SEEDS = seedsOf(JOURNAL, ['scans.jsonl', 'series.f32', 'rules']);

/** All of the journal is written anew: what is damaged is cut off in it. */
function readDamagedJournal(bytes: Uint8Array, name: string): void {
  for (const whole of JOURNAL_SEEDS) writeInto(JOURNAL, whole.name, whole.bytes);
  writeInto(JOURNAL, name, bytes);
  // Of a case that was refused: this process is not another one.
  rmSync(join(JOURNAL, 'lock.json'), { force: true });
  readJournal();
}

export const OWN_FORMATS: readonly FuzzedFormat[] = [
  {
    name: 'data set',
    takes: takesNone,
    seeds: seedsOf(SERIES, ['dataset.json', 'scans.tsv', 'timeseries.npy']),
    isText: true,
    read: (bytes, name) => withDamaged(SERIES, name, bytes, () => readDataset(SERIES)),
  },
  {
    name: 'data set of matrices',
    takes: takesNone,
    seeds: seedsOf(MATRICES, ['dataset.json', 'scans.tsv', 'connectivity.npy']),
    isText: true,
    read: (bytes, name) => withDamaged(MATRICES, name, bytes, () => readDataset(MATRICES)),
  },
  {
    name: 'run',
    takes: takesNone,
    seeds: seedsOf(RUN, ['config.yaml', 'card.json', 'model.safetensors', 'resume/state.safetensors']),
    isText: true,
    read: (bytes, name) => withDamaged(RUN, name, bytes, readRun),
  },
  { name: 'reading journal', takes: takesNone, seeds: JOURNAL_SEEDS, isText: true, read: readDamagedJournal },
  {
    name: 'fetched',
    takes: takesNone,
    seeds: seedsOf(FETCHED, ['fetched.json']),
    isText: true,
    read: (bytes, name) => withDamaged(FETCHED, name, bytes, () => readManifest(FETCHED)),
  },
];
