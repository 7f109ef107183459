/** @file The same cohort as series and as matrices: one embedding and one report. And what cannot be had from matrices. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectivity, type FcKind } from '../../src/connectivity/kinds.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import type { EvaluationRequest } from '../../src/evaluate/evaluation-request.ts';
import { runEvaluation } from '../../src/evaluate/run-evaluation.ts';
import { type FeatureOrigin, featureBank } from '../../src/features/feature-bank.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { formatTsv } from '../../src/files/table.ts';
import { ingestConnectivity } from '../../src/ingest/ingest-connectivity.ts';
import { filteredDataset, parseFilter } from '../../src/labels/scan-filters.ts';
import { embedDataset } from '../../src/model/embed.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights } from '../../src/model/weights.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { writeCohort } from '../../src/simulate/write-cohort.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-as-matrices-'));
const at = (name: string) => join(folder, name);
const compile = nodeRuntime({ threads: 1 });
const opened: Dataset[] = [];
afterAll(() => {
  for (const dataset of opened) dataset.close();
  rmSync(folder, { recursive: true });
});

const size = modelSize('small', 20, { layers: 1, heads: 2, ffn: 16, feature: 8 });
const model: FeatureOrigin['model'] = {
  weights: initialWeights(size, 3),
  card: { format: 'brainmass-model/1', size, parameters: 0, fc: 'pearson' },
};

let series: Dataset;
const matrices: Partial<Record<FcKind, Dataset>> = {};
const ofKind = (kind: FcKind): Dataset => {
  const dataset = matrices[kind];
  if (dataset === undefined) throw new Error(`no ${kind} matrices`);
  return dataset;
};

beforeAll(async () => {
  const cohort = { subjects: 24, rois: 20, seed: 2, effect: 1.5, sessions: 1, sites: 2, timepoints: 60 };
  await writeCohort(at('series'), cohort, { overwrite: false });
  series = openDataset(at('series'));
  opened.push(series);
  writeFileSync(at('rois.csv'), ['name', ...series.roiNames].join('\n'));
  const columns = ['participant_id', 'session', 'site', 'tr', ...series.phenotypeColumns];
  const rows = series.scans.map(({ participantId, session, site, tr, phenotype }) => ({
    ...phenotype,
    participant_id: participantId,
    session,
    site,
    tr: String(tr),
  }));
  writeFileSync(at('who.tsv'), formatTsv(columns, rows));
  for (const kind of ['pearson', 'ledoit-wolf'] as const) {
    const stack = new Float32Array(24 * 400);
    for (let scan = 0; scan < 24; scan++) stack.set(connectivity(kind, series.readSeries(scan)), scan * 400);
    writeFileSync(at(`${kind}.npy`), encodeNpy(stack, [24, 20, 20]));
    const out = at(`${kind}.dataset`);
    const options = { out, participants: at('who.tsv'), atlas: at('rois.csv'), fcKind: kind };
    await ingestConnectivity([at(`${kind}.npy`)], options);
    const dataset = openDataset(out);
    opened.push(dataset);
    matrices[kind] = dataset;
  }
});

const bankOf = (datasets: readonly Dataset[], fc: FcKind = 'pearson') =>
  featureBank({ model, datasets, fc, seed: 4, compile });

async function report(datasets: readonly Dataset[], fc: FcKind, more: Partial<EvaluationRequest> = {}) {
  const { result, splits } = await runEvaluation({
    bank: bankOf(datasets, fc),
    label: 'dx',
    plan: { kind: 'repeated', repeats: 3 },
    seed: 4,
    confounds: {},
    permutations: 0,
    strict: false,
    ...more,
  });
  const { datasets: _, ...rest } = result;
  return { ...rest, splits };
}

describe.each(['pearson', 'ledoit-wolf'] as const)('%s', (kind) => {
  it('of series and as matrices embeds alike', async () => {
    const options = { fc: kind, compile };
    expect(await embedDataset(model, ofKind(kind), options)).toEqual(await embedDataset(model, series, options));
  });

  it('of series and as matrices gives one report: splits, metrics, baselines, tests, fingerprints', async () => {
    const baselines = ['fc_svm', 'fc_ridge', 'pca_svm', 'untrained', 'confounds'];
    const own = kind === 'ledoit-wolf' ? [...baselines, 'tangent_logistic'] : baselines;
    const found = await report([ofKind(kind)], kind, { baselines: own });
    expect(found).toEqual(await report([series], kind, { baselines: own }));
    // A cohort with an effect: the report is about something.
    expect(found.metrics).toMatchObject({ auc: { mean: expect.closeTo(1, 0) } });
  });
});

it('trains on series and tests on matrices', async () => {
  const [first, second] = [...new Set(series.scans.map(({ site }) => site))];
  const train = filteredDataset(series, [parseFilter(`site = ${first}`, 'x')]);
  const test = (dataset: Dataset) => filteredDataset(dataset, [parseFilter(`site = ${second}`, 'x')]);
  const found = await report([train, test(ofKind('pearson'))], 'pearson', { baselines: ['fc_svm'] });
  expect(found).toEqual(await report([train, test(series)], 'pearson', { baselines: ['fc_svm'] }));
});

it('what cannot be had from matrices is refused before anything is computed', async () => {
  const pearson = ofKind('pearson');
  const asked = (baselines: string[], dataset = pearson) =>
    runEvaluation({
      bank: { ...bankOf([dataset]), table: () => Promise.reject(new Error('computed')) },
      label: 'dx',
      plan: { kind: 'repeated', repeats: 3 },
      seed: 4,
      confounds: {},
      permutations: 0,
      strict: false,
      baselines,
    });
  await expect(asked(['fc_svm', 'pfc_svm', 'untrained'])).rejects.toThrow(
    `${pearson.directory}: the baseline pfc_svm draws time points, and the data set holds connectivity matrices alone; pass --baselines fc_svm,untrained.`,
  );
  await expect(asked(['tangent_logistic'])).rejects.toThrow(
    `${pearson.directory}: the baseline tangent_logistic needs shrunk covariances, which are estimated from series, and the data set holds connectivity matrices alone; pass --baselines none.`,
  );
  await expect(asked(['tangent_logistic'], ofKind('ledoit-wolf'))).rejects.toThrow('computed');
  await expect(report([pearson], 'ledoit-wolf')).rejects.toThrow(
    'ledoit-wolf connectivity is computed from series, and the data set holds matrices alone, expected ledoit-wolf, found pearson; ask for --fc pearson',
  );
});

it('a report on matrices of unknown kind says so', async () => {
  const unknown = { ...ofKind('pearson'), fcKind: 'unknown' as const };
  const { warnings } = await report([unknown], 'pearson', { baselines: ['none'] });
  expect(warnings).toContain(
    `nobody says what kind of connectivity ${unknown.directory} holds (ingest with --fc-kind): it is taken as it is`,
  );
});
