/** @file Whole evaluations without files: every kind of question, what confounds do, and documents that keep their schema. */
import { describe, expect, it } from 'vitest';
import type { Dataset, Scan } from '../../src/dataset/dataset.ts';
import type { EvaluationRequest } from '../../src/evaluate/evaluation-request.ts';
import { EvaluationDocument } from '../../src/evaluate/report-document.ts';
import { runEvaluation } from '../../src/evaluate/run-evaluation.ts';
import type { FeatureBank } from '../../src/features/feature-bank.ts';
import { type Features, featureTable } from '../../src/features/features.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const COLUMNS = 6;
const ROIS = 3;

interface Made {
  readonly scans: number;
  readonly phenotype: (i: number) => Record<string, string>;
  readonly site: (i: number) => string;
  /** Mean of the first two features of a scan. */
  readonly shift: (i: number) => number;
}

/** A data set and features of it; the untrained encoder sees noise. */
function bankOf({ scans: count, phenotype, site, shift }: Made): FeatureBank {
  const scans = Array.from({ length: count }, (_, i): Scan => {
    const id = `p${String(i).padStart(3, '0')}`;
    const blank = { session: '', run: '', timepoints: 50, offset: 50 * i, tr: 2 };
    return { ...blank, scanId: `${id}_rest`, participantId: id, site: site(i), phenotype: phenotype(i) };
  });
  const dataset = {
    directory: 'made.dataset',
    atlas: 'three',
    roiNames: ['a', 'b', 'c'],
    scans,
    phenotypeColumns: Object.keys(phenotype(0)),
    hash: 'made',
    readSeries: () => {
      throw new Error('features are given');
    },
    close: () => {},
  } satisfies Dataset;
  const table = (seed: number, moved: boolean): Features => {
    const stream = randomStream({ seed, purpose: 'simulate' });
    const values = Float32Array.from(
      { length: count * COLUMNS },
      (_, at) => normal(stream) + (moved && at % COLUMNS < 2 ? shift(Math.floor(at / COLUMNS)) : 0),
    );
    return featureTable('made', values, count);
  };
  const tables = { model: table(1, true), fc: table(2, true), pfc: table(3, true), untrained: table(4, false) };
  const stream = randomStream({ seed: 5, purpose: 'simulate' });
  const covariances = new Float32Array(count * ROIS * ROIS);
  for (let i = 0; i < count; i++) {
    const own = 0.3 * Math.tanh(shift(i) + normal(stream));
    covariances.set([1, own, 0, own, 1, 0.1, 0, 0.1, 1], i * ROIS * ROIS);
  }
  return {
    // Only what an evaluation of frozen features asks for.
    origin: {
      model: { card: { fc: 'pearson' } },
      datasets: [dataset],
      fc: 'pearson',
      seed: 0,
    } as unknown as FeatureBank['origin'],
    table: async (name) => tables[name],
    covariances: () => ({ values: covariances, scans: count, rois: ROIS }),
    networks: () => covariances,
    computed: async () => ({ model: tables.model }),
  };
}

async function run(bank: FeatureBank, more: Partial<EvaluationRequest>) {
  const outcome = await runEvaluation({
    bank,
    label: 'dx',
    plan: { kind: 'repeated', repeats: 3 },
    seed: 0,
    confounds: {},
    permutations: 0,
    strict: false,
    ...more,
  });
  const versions = { brainmass: '0', node: '0' };
  const file = { splits: 's', predictions: 'p', model: 'm', device: 'cpu', versions };
  // As it comes back from JSON.
  return EvaluationDocument.parse(JSON.parse(JSON.stringify({ ...outcome.result, ...file })));
}

/** Narrowed to one kind of document. */
function ofKind<Kind extends EvaluationDocument['kind']>(document: EvaluationDocument, kind: Kind) {
  expect(document.kind).toBe(kind);
  return document as Extract<EvaluationDocument, { kind: Kind }>;
}

const planted = bankOf({
  scans: 90,
  site: (i) => `s${(i >> 2) % 3}`,
  phenotype: (i) => ({
    dx: String(i % 2),
    stage: ['none', 'mild', 'severe'][i % 3],
    score: String((i * 7) % 11),
    sex: 'FM'[(i >> 1) % 2],
  }),
  shift: (i) => 2 * (i % 2),
});

describe('two classes', () => {
  it('have every baseline, statistic and table, in a document that keeps its schema', async () => {
    const document = ofKind(await run(planted, { baselines: ['all'], permutations: 19 }), 'two-class');
    const names =
      'fc_svm fc_logistic fc_ridge fc_knn fc_prototype tangent_logistic pca_svm pfc_svm untrained confounds majority';
    expect(Object.keys(document.baselines)).toEqual(names.split(' '));
    expect(document.confounds).toEqual(['sex', 'site']);
    expect(document.metrics.auc.mean).toBeGreaterThan(0.9);
    expect(document.baselines.fc_ridge.auc.mean).toBeGreaterThan(0.9);
    expect(document.baselines.untrained.auc.mean).toBeLessThan(0.75);
    expect(document.against_linear.verdict).toBe('not distinguishable');
    expect(document.permutation).toMatchObject({ p: 1 / 20, permutations: 19 });
    expect(document.calibration?.n).toBe(3 * 14);
    expect(document.calibration?.brier).toBeLessThan(0.2);
    expect(document.by_site.map(({ name }) => name)).toEqual(['s0', 's1', 's2']);
    expect(document.by_sex?.map(({ name }) => name)).toEqual(['F', 'M']);
    expect(Object.keys(document.tests)).toEqual(Object.keys(document.baselines));
    expect(document.pooled.auc.low).toBeLessThan(document.pooled.auc.mean!);
  });

  it('are found by every plan of splits', async () => {
    for (const plan of [{ kind: 'k-fold', folds: 3, repeats: 1 }, { kind: 'leave-one-site-out' }] as const) {
      const document = ofKind(await run(planted, { plan }), 'two-class');
      expect([document.plan, document.repeats]).toEqual([plan, 3]);
      expect(document.metrics.auc.mean).toBeGreaterThan(0.9);
      expect(document.metrics.auc.low).toBeGreaterThan(0.6);
    }
  });

  it('are not found where there are none', async () => {
    const nothing = bankOf({ scans: 90, site: () => 's', phenotype: (i) => ({ dx: String(i % 2) }), shift: () => 0 });
    const { metrics, permutation } = ofKind(
      await run(nothing, { permutations: 19, plan: { kind: 'repeated', repeats: 10 } }),
      'two-class',
    );
    expect(metrics.auc.low).toBeLessThan(0.5);
    expect(metrics.auc.high).toBeGreaterThan(0.5);
    expect(permutation?.p).toBeGreaterThan(0.05);
  });

  it('warn of test participants seen in pretraining, or refuse them', async () => {
    const pretrainedOn = ['p000', 'p001', 'p002', 'p003', 'p004'];
    const plan = { kind: 'k-fold', folds: 3, repeats: 1 } as const;
    const { warnings } = await run(planted, { pretrainedOn, plan });
    expect(warnings).toContain(
      "5 of 90 test participants were in the model's pretraining data (their scans, not their labels)",
    );
    await expect(run(planted, { pretrainedOn, plan, strict: true })).rejects.toThrow(
      '--strict: 5 of 90 test participants',
    );
  });
});

describe('a site confounded with the diagnosis', () => {
  // Patients are 9 in 10 of one site and 1 in 10 of the other; features differ between sites and not between people.
  const confounded = bankOf({
    scans: 120,
    site: (i) => (i < 60 ? 'x' : 'y'),
    phenotype: (i) => ({ dx: String(Number(i < 60 ? i % 10 !== 0 : i % 10 === 0)) }),
    shift: (i) => (i < 60 ? 1.5 : 0),
  });

  it('is shown by the confound baseline', async () => {
    const { baselines, metrics } = await run(confounded, { baselines: ['confounds'] });
    expect(metrics.auc.mean).toBeGreaterThan(0.7);
    expect(baselines.confounds.auc.mean).toBeGreaterThan(0.85);
  });

  it('falls with that site left out, and with its effect taken out', async () => {
    const whole = (await run(confounded, {})).metrics.auc.mean!;
    // Each site is judged by itself, pooled over both: within a site nothing can be told.
    const left = ofKind(await run(confounded, { plan: { kind: 'leave-one-site-out' } }), 'two-class');
    for (const { auc } of left.by_site) expect(Math.abs(auc.mean! - 0.5)).toBeLessThan(0.2);
    const control = await run(confounded, { confounds: { harmonise: 'combat' } });
    expect(control.metrics.auc.mean).toBeLessThan(whole - 0.1);
    expect(control.control).toEqual({ method: 'combat', covariates: [] });
    const regressed = await run(confounded, { confounds: { harmonise: 'regress', covariates: ['site'] } });
    expect(regressed.metrics.auc.mean).toBeLessThan(whole - 0.1);
  });
});

describe('several classes', () => {
  const graded = bankOf({
    scans: 90,
    site: () => 's',
    phenotype: (i) => ({ dx: ['none', 'mild', 'severe'][i % 3] }),
    shift: (i) => 2.5 * (i % 3),
  });

  it.each(['svm', 'svm-linear', 'logistic', 'ridge', 'knn', 'prototype'])('are told apart by %s', async (protocol) => {
    const document = ofKind(await run(graded, { protocol, baselines: ['untrained'] }), 'multi-class');
    expect(document.classes.map(({ value }) => value)).toEqual(['mild', 'none', 'severe']);
    expect(document.metrics.macro_auc.mean).toBeGreaterThan(0.75);
    expect(document.macro_auc_difference.untrained.mean).toBeGreaterThan(0.15);
    expect(document.baselines.majority.macro_auc.mean).toBe(0.5);
    expect(document.baselines.majority.balanced_accuracy.mean).toBeCloseTo(1 / 3, 12);
    const counted = document.confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
    expect(counted).toEqual([15, 15, 15]);
  });
});

describe('a number', () => {
  const aged = bankOf({
    scans: 90,
    site: () => 's',
    phenotype: (i) => ({ age: String(20 + i) }),
    shift: (i) => i / 15,
  });

  it.each(['ridge-regression', 'svr'])('is predicted by %s', async (protocol) => {
    const document = ofKind(await run(aged, { label: 'age', regress: true, protocol }), 'regression');
    expect(document.target).toMatchObject({ min: 20, max: 109, mean: 64.5 });
    expect(document.metrics.r2.mean).toBeGreaterThan(0.5);
    expect(document.metrics.pearson.mean).toBeGreaterThan(0.75);
    expect(document.baselines.mean.r2_training_mean.mean).toBeCloseTo(0, 12);
    expect(document.baselines.mean.pearson.reason).toContain('all predictions are the same');
    expect(document.r2_difference.untrained.low).toBeGreaterThan(0);
  });

  it('is not taken for ninety classes', async () => {
    await expect(run(aged, { label: 'age' })).rejects.toThrow(
      'made.dataset: column "age" holds 90 values, too many for classes, expected at most 12; predict the number with --regress, or name a threshold: --label \'age>VALUE\'.',
    );
  });
});
