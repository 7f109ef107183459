/** @file Identification: the naive formula, what ties and runs do, a planted identity, chance, and bad requests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Scan } from '../../src/dataset/dataset.ts';
import type { FeatureBank } from '../../src/features/feature-bank.ts';
import { type Features, featureTable } from '../../src/features/features.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { identify, personalScores } from '../../src/identify/identification.ts';
import { runIdentification } from '../../src/identify/run-identification.ts';
import { sessionPairs } from '../../src/identify/session-pairs.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const scan = (participantId: string, session: string, more: Partial<Scan> = {}): Scan => ({
  scanId: `${participantId}_${session}_${more.run ?? ''}`,
  participantId,
  session,
  run: '',
  site: '',
  timepoints: 10,
  offset: 0,
  tr: undefined,
  phenotype: {},
  ...more,
});
const dataset = (scans: readonly Scan[], phenotypeColumns: readonly string[] = []) => ({
  directory: 'any.dataset',
  scans,
  phenotypeColumns,
});

/** `people` with two sessions each; features are the person's own, times `own`, and noise. */
function cohort(people: number, columns: number, own: number, seed: number) {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const scans = Array.from({ length: people }, (_, i) => [scan(`p${i}`, 'a'), scan(`p${i}`, 'b')]).flat();
  const values = new Float32Array(scans.length * columns);
  for (let i = 0; i < people; i++)
    for (let k = 0; k < columns; k++) {
      const person = own * normal(stream);
      for (const row of [2 * i, 2 * i + 1]) values[row * columns + k] = person + normal(stream);
    }
  return { scans, features: featureTable('made-up', values, scans.length) };
}

function bankOf(scans: readonly Scan[], tables: Record<string, Features>): FeatureBank {
  const origin = { datasets: [dataset(scans)], fc: 'pearson', seed: 1 };
  return { origin, table: async (name: string) => tables[name] } as unknown as FeatureBank;
}

function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [a, b] = [Array.from(x), Array.from(y)];
  const [ma, mb] = [a, b].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const sum = (of: (i: number) => number) => a.reduce((total, _, i) => total + of(i), 0);
  return sum((i) => (a[i] - ma) * (b[i] - mb)) / Math.sqrt(sum((i) => (a[i] - ma) ** 2) * sum((i) => (b[i] - mb) ** 2));
}

describe('identify', () => {
  it('equals the naive formula: correlations, who is most alike, ranks, identifiability', () => {
    const { scans, features } = cohort(9, 12, 0.8, 4);
    const { participants } = sessionPairs(dataset(scans), { by: 'session' });
    const found = identify(features, participants);
    const row = (i: number) => features.values.subarray(i * 12, (i + 1) * 12);
    const r = participants.map(({ target: [i] }) => participants.map(({ database: [j] }) => pearson(row(i), row(j))));
    for (const [i, own] of r.entries()) {
      for (const [j, value] of own.entries()) expect(found.similarity.values[i * 9 + j]).toBeCloseTo(value, 12);
      expect(found.targetInDatabase.best[i]).toBe(own.indexOf(Math.max(...own)));
      expect(found.targetInDatabase.rank[i]).toBe(own.filter((value) => value >= own[i]).length);
      const column = r.map((other) => other[i]);
      expect(found.databaseInTarget.best[i]).toBe(column.indexOf(Math.max(...column)));
      expect(found.databaseInTarget.rank[i]).toBe(column.filter((value) => value >= column[i]).length);
    }
    const scores = personalScores(found);
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const others = r.flatMap((own, i) => own.filter((_, j) => j !== i));
    const self = r.reduce((sum, own, i) => sum + own[i], 0) / 9;
    expect(mean(scores.i_diff)).toBeCloseTo(100 * (self - others.reduce((sum, value) => sum + value, 0) / 72), 10);
    expect(mean(scores.accuracy)).toBeCloseTo(
      (mean(scores.accuracy_target_in_database) + mean(scores.accuracy_database_in_target)) / 2,
      12,
    );
  });

  it('somebody else just as alike counts against', () => {
    const values = Float32Array.from([1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0]);
    const scans = [scan('p', 'a'), scan('p', 'b'), scan('q', 'a'), scan('q', 'b')];
    const { participants } = sessionPairs(dataset(scans), { by: 'session' });
    const { targetInDatabase, databaseInTarget } = identify(featureTable('tied', values, 4), participants);
    // All scans but q's first are the same.
    expect([...targetInDatabase.rank]).toEqual([1, 2]);
    expect([...databaseInTarget.rank]).toEqual([2, 2]);
    expect([...databaseInTarget.best]).toEqual([1, 0]);
  });

  it('runs of a session are averaged', () => {
    const values = Float32Array.from([3, 0, 1, 1, 2, 3, 2, 1, 2, 0, 3, 1, 5, 1, 0]);
    const scans = [
      scan('p', 'a', { run: '1' }),
      scan('p', 'a', { run: '2' }),
      scan('p', 'b'),
      scan('q', 'a'),
      scan('q', 'b'),
    ];
    const { participants } = sessionPairs(dataset(scans), { by: 'session', target: 'a', database: 'b' });
    const { similarity } = identify(featureTable('runs', values, 5), participants);
    expect(similarity.values[0]).toBeCloseTo(pearson([2, 1, 2], [2, 1, 2]), 12);
    expect(similarity.values[1]).toBeCloseTo(pearson([2, 1, 2], [5, 1, 0]), 12);
  });

  it('refuses features that are one number, naming whose', () => {
    const values = Float32Array.from([1, 2, 0.1, 0.1, 3, 1, 2, 5]);
    const scans = [scan('p', 'a'), scan('p', 'b'), scan('q', 'a'), scan('q', 'b')];
    const { participants } = sessionPairs(dataset(scans), { by: 'session' });
    expect(() => identify(featureTable('flat', values, 4), participants)).toThrow(/participant p, target session/);
  });
});

describe('runIdentification', () => {
  it('finds a planted identity, and chance where there is none', async () => {
    const { scans, features } = cohort(30, 200, 1.5, 1);
    const noise = cohort(30, 200, 0, 2).features;
    const bank = bankOf(scans, { model: features, untrained: noise, fc: noise });
    const { result } = await runIdentification({ bank, by: 'session', pretrainedOn: ['p3', 'x'] });
    expect(result).toMatchObject({ n: 30, left_out: 0, scans: 60, database: 'a', target: 'b' });
    // Everybody found: the exact binomial bound, not an interval without width.
    expect(result.metrics.accuracy).toEqual({ mean: 1, low: 0.025 ** (1 / 30), high: 1 });
    expect(result.metrics.mean_rank.mean).toBe(1);
    expect(result.tests.model.target_in_database.p).toBeLessThan(1e-30);
    expect(result.tests.fc.target_in_database).toMatchObject({ expected: expect.closeTo(1, 9) });
    expect(result.tests.fc.target_in_database.p).toBeGreaterThan(0.05);
    expect(result.baselines.fc.accuracy.mean).toBeLessThan(0.15);
    expect(result.baselines.fc.mean_rank.mean).toBeGreaterThan(10);
    expect(result.metrics_of).toBe('model');
    const missed = 30 - result.tests.fc.target_in_database.identified;
    // All that one alone finds are on its side: 2 / 2^n.
    expect(result.paired.fc.target_in_database).toEqual({
      first_only: missed,
      other_only: 0,
      p: expect.closeTo(2 ** (1 - missed), 15),
    });
    expect(result.verdict).toMatch(/^The model is above raw FC .*above the untrained encoder/);
    expect(result.warnings).toEqual(["1 of 30 participants were in the model's pretraining data"]);
  });

  it('by raw FC alone, or without the untrained encoder, it is the same without the others', async () => {
    const { scans, features } = cohort(20, 60, 0.6, 3);
    const weaker = cohort(20, 60, 0.3, 4).features;
    const bank = bankOf(scans, { model: weaker, untrained: weaker, fc: features });
    const all = await runIdentification({ bank, by: 'session' });
    const alone = await runIdentification({ bank, by: 'session', features: ['fc'] });
    expect(alone.result).toMatchObject({ metrics_of: 'fc', metrics: all.result.baselines.fc, baselines: {} });
    expect(alone.result).toMatchObject({ difference: {}, paired: {}, verdict: 'No baseline to compare with.' });
    expect(alone.result.tests).toEqual({ fc: all.result.tests.fc });
    expect([...alone.identifications.keys()]).toEqual(['fc']);
    const two = await runIdentification({ bank, by: 'session', features: ['fc', 'model'] });
    expect(two.result).toMatchObject({ metrics_of: 'model', difference: { fc: all.result.difference.fc } });
    expect(Object.keys(two.result.features)).toEqual(['model', 'fc']);
    expect(two.result.verdict).toMatch(/^The model is .* raw FC \([^;]*\)\.$/);
  });

  it('without any identity one of the people is found, on average', () => {
    const found: number[] = [];
    for (let seed = 0; seed < 300; seed++) {
      const { scans, features } = cohort(12, 6, 0, seed);
      const { participants } = sessionPairs(dataset(scans), { by: 'session' });
      const { rank } = identify(features, participants).targetInDatabase;
      found.push(rank.filter((own) => own === 1).length);
    }
    // Standard error 0.06; four and more come in 2 % of the runs.
    expect(Math.abs(found.reduce((sum, hits) => sum + hits, 0) / found.length - 1)).toBeLessThan(0.24);
    expect(found.filter((hits) => hits >= 4).length / found.length).toBeLessThan(0.05);
  });

  it('warns of the same scan in both sessions, and under two names', async () => {
    const { scans, features } = cohort(5, 40, 1, 7);
    const values = features.values.slice();
    values.copyWithin(40, 0, 40); // p0, session b, from session a
    values.copyWithin(3 * 40, 4 * 40, 5 * 40); // p1, session b, from p2, session a
    const copied = featureTable('copied', values, 10);
    const bank = bankOf(scans, { model: copied, untrained: copied, fc: copied });
    const { result } = await runIdentification({ bank, by: 'session' });
    expect(result.warnings).toEqual([
      'both sessions hold the same scan of p0: the accuracy is too good',
      'scans of different participants are identical (p1 and p2)',
    ]);
  });
});

describe('sessionPairs', () => {
  const scans = [
    scan('p', 'ses-2'),
    scan('p', 'ses-10'),
    scan('p', 'ses-1'),
    scan('q', 'ses-10'),
    scan('q', 'ses-2'),
    scan('r', 'ses-2'),
    scan('s', 'n/a'),
    scan('s', 'n/a'),
  ];

  it('takes the two sessions that most people have, the first by name as database', () => {
    const pairs = sessionPairs(dataset(scans), { by: 'session' });
    expect(pairs).toMatchObject({ target: 'ses-10', database: 'ses-2', leftOut: 2 });
    expect(pairs.participants.map(({ id, target, database }) => [id, target, database])).toEqual([
      ['p', [1], [0]],
      ['q', [3], [4]],
    ]);
  });

  it('takes the most frequent of the others beside one that is named', () => {
    expect(sessionPairs(dataset(scans), { by: 'session', target: 'ses-2' })).toMatchObject({ database: 'ses-10' });
    expect(sessionPairs(dataset(scans), { by: 'session', database: 'ses-10' })).toMatchObject({ target: 'ses-2' });
  });

  it('tells scans apart by any column', () => {
    const eyes = ['p', 'q'].flatMap((id) => [
      scan(id, '', { run: '1', phenotype: { eyes: 'open' } }),
      scan(id, '', { run: '2', phenotype: { eyes: 'closed' } }),
    ]);
    const pairs = sessionPairs(dataset(eyes, ['eyes']), { by: 'eyes' });
    expect(pairs).toMatchObject({ target: 'open', database: 'closed' });
    expect(sessionPairs(dataset(eyes), { by: 'run' })).toMatchObject({ target: '2', database: '1' });
  });

  it.each([
    [{ by: 'sesion' }, 'any.dataset: there is no column "sesion" to tell sessions apart', 'did you mean --by session'],
    [{ by: 'run' }, 'column "run" does not tell two sessions apart', 'found none'],
    [{ by: 'session', target: 'ses-3' }, '--target ses-3: no scan has this', 'did you mean --target ses-2'],
    [{ by: 'session', target: 'ses-2', database: 'ses-2' }, 'target and database are the same', 'name two sessions'],
    [{ by: 'session', target: 'ses-1' }, 'too few participants have a scan of both "ses-2" and "ses-1"', 'found 1'],
  ])('refuses %j', (request, problem, more) => {
    expect(() => sessionPairs(dataset(scans), request)).toThrow(problem);
    expect(() => sessionPairs(dataset(scans), request)).toThrow(more);
  });
});

const RETEST = join(import.meta.dirname, '../../../shared/data/hcp-retest-fc-dk84');

describe.skipIf(!existsSync(RETEST))(
  '45 people of the Human Connectome Project, twice (skipped without ../shared/data)',
  () => {
    it('are found as often as by NumPy: argmax of corrcoef, and I_diff', () => {
      const [test, retest] = ['fc_test_s1200.npy', 'fc_retest.npy'].map((name) => {
        const { data } = parseNpy(readFileSync(join(RETEST, name)), name);
        return Float32Array.from(data as Float32Array);
      });
      const edges = test.length / 45;
      const values = new Float32Array(90 * edges);
      values.set(test);
      values.set(retest, test.length);
      const participants = Array.from({ length: 45 }, (_, i) => ({
        id: `p${i}`,
        site: '',
        target: [45 + i],
        database: [i],
      }));
      const found = identify(featureTable('HCP', values, 90), participants);
      const identified = [found.targetInDatabase, found.databaseInTarget].map(
        ({ rank }) => rank.filter((own) => own === 1).length,
      );
      expect(identified).toEqual([23, 25]);
      const { i_diff: difference } = personalScores(found);
      expect(difference.reduce((sum, value) => sum + value, 0) / 45).toBeCloseTo(16.31968400720623, 6);
    });
  },
);
