/** @file The permutation test: uniform p where nothing is, small p where something is, and what may move where. */
import { describe, expect, it } from 'vitest';
import { svmOnSplit } from '../../src/classifiers/protocol-svm.ts';
import { protocolOf } from '../../src/classifiers/protocols.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { relabelled } from '../../src/evaluate/relabelled.ts';
import { type Features, featureTable } from '../../src/features/features.ts';
import type { Task } from '../../src/labels/labels.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { repeatedSplits } from '../../src/splits/repeated-splits.ts';
import type { Split } from '../../src/splits/split.ts';
import {
  type PermutationRequest,
  permutationResult,
  permutationTest,
  permutedScores,
} from '../../src/statistics/permutation.ts';
import { cohort, gaussianFeatures, taskOf } from '../splits/cohort.ts';

function request(task: Task, features: Features, repeats: number, seed: number): PermutationRequest {
  const splitsOf = (relabelled: Task) => repeatedSplits(relabelled, repeats, seed);
  return { task, splitsOf, refit: relabelled(features, task, protocolOf('svm', 'two-class')), metric: 'auc', seed };
}

function onItself({ scans }: Task): Split[] {
  return [{ train: [...scans.keys()], validation: [], test: [...scans.keys()] }];
}

/** All labels that the protocol was refitted with. */
function labelsSeen(task: Task, permutations: number): boolean[][] {
  const seen: boolean[][] = [];
  const refit = ({ scans }: Task) => {
    seen.push(scans.map((scan) => scan.positive));
    return [Float64Array.from(scans.keys())];
  };
  permutedScores({ task, splitsOf: onItself, refit, metric: 'auc', seed: 3 }, 0, permutations);
  return seen;
}

/** Two sites of unlike class balance and unlike features; two scans a person that are much alike; no effect. */
function nothing(seed: number): { task: Task; features: Features } {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const task = taskOf(
    Array.from({ length: 32 }, (_, i) => ({
      id: `p${i}`,
      site: i % 2 === 0 ? 'x' : 'y',
      positive: new Array<boolean>(2).fill(i % 2 === 0 ? i % 8 === 0 : i % 8 !== 1),
    })),
  );
  const people = Array.from({ length: 32 * 4 }, (_, at) => normal(stream) + (Math.floor(at / 4) % 2) * 1.5);
  const values = Float32Array.from({ length: 64 * 4 }, (_, at) => {
    const [scan, column] = [Math.floor(at / 4), at % 4];
    return people[Math.floor(scan / 2) * 4 + column] + 0.3 * normal(stream);
  });
  return { task, features: featureTable('nothing', values, 64) };
}

/** Largest gap between the share of p at or below k / (m + 1) and that value itself. */
function kolmogorovSmirnov(p: readonly number[], m: number): number {
  const gaps = Array.from({ length: m + 1 }, (_, k) => {
    const at = (k + 1) / (m + 1);
    return Math.abs(p.filter((value) => value <= at + 1e-9).length / p.length - at);
  });
  return Math.max(...gaps);
}

describe('permutation p-value', () => {
  it('is uniform over 200 simulations without an effect, with sites that differ and repeated scans', () => {
    const p = Array.from({ length: 200 }, (_, seed) => {
      const { task, features } = nothing(seed);
      return permutationTest(request(task, features, 2, seed), 19).p;
    });
    // Dvoretzky-Kiefer-Wolfowitz: a gap above this has a probability below 2 exp(-2 n gap^2) = 0.01.
    expect(kolmogorovSmirnov(p, 19)).toBeLessThan(Math.sqrt(Math.log(2 / 0.01) / (2 * 200)));
  });

  it('is as small as it can be with a planted effect', () => {
    const task = cohort(60);
    const { p, observed, chance } = permutationTest(request(task, gaussianFeatures(task, 6, 1.5, 1), 3, 0), 99);
    expect(p).toBe(1 / 100);
    expect(observed).toBeGreaterThan(0.85);
    expect(chance.mean).toBeGreaterThan(0.4);
    expect(chance.mean).toBeLessThan(0.6);
    expect(chance.upper).toBeLessThan(observed);
  });

  it('counts the observed score, ties, and permutations without a score', () => {
    const task = cohort(40);
    const made = request(task, gaussianFeatures(task, 4, 0.5, 2), 2, 0);
    const { observed } = permutationResult(made, []);
    const result = permutationResult(made, [observed, observed - 1e-15, observed - 0.1, null, observed + 0.1]);
    expect(result.p).toBe(5 / 6);
    expect(result.chance.mean).toBeCloseTo(observed, 12);
    expect(permutationResult(made, []).chance).toEqual({ mean: null, upper: null });
    expect(permutationResult(made, []).p).toBe(1);
  });

  it('refuses a score that is undefined with the real labels', () => {
    const task = cohort(40);
    const refit = () => [new Float64Array(40).fill(-1)];
    const made: PermutationRequest = { task, splitsOf: onItself, refit, metric: 'precision', seed: 0 };
    expect(() => permutationTest(made, 3)).toThrow(/precision is undefined in every split/);
  });
});

describe('permuted scores', () => {
  it('do not depend on how the work is divided or on the order of rows', () => {
    const task = cohort(40, { sessions: 2 });
    const features = gaussianFeatures(task, 5, 0.4, 7);
    const made = request(task, features, 2, 5);
    const whole = permutedScores(made, 0, 6);
    expect([...permutedScores(made, 0, 2), ...permutedScores(made, 2, 6)]).toEqual(whole);
    expect(new Set(whole).size).toBeGreaterThan(3);
    const turned = { ...task, scans: task.scans.toReversed() };
    permutedScores(request(turned, features, 2, 5), 0, 6).forEach((value, k) => {
      expect(value).toBeCloseTo(whole[k]!, 2);
    });
  });

  it('come from the protocol itself, but for where features are standardised', () => {
    const task = cohort(150);
    const features = gaussianFeatures(task, 8, 0.5, 4);
    const splits = repeatedSplits(task, 3, 1);
    for (const protocol of ['svm', 'svm-linear'] as const) {
      const refitted = relabelled(features, task, protocolOf(protocol, 'two-class'))(task, splits);
      splits.forEach((split, index) => {
        const own = svmOnSplit(features, task, split, protocol);
        expect(refitted[index]).toHaveLength(own.length);
        expect(correlation(refitted[index], own)).toBeGreaterThan(0.98);
      });
    }
    // Training rows that are all rows: then there is no difference.
    const [split] = onItself(task);
    const both = [
      relabelled(features, task, protocolOf('svm', 'two-class'))(task, [split])[0],
      svmOnSplit(features, task, split, 'svm'),
    ];
    expect(both[0]).toEqual(both[1]);
  });

  it('are of splits dealt for the permuted labels, each with its classes in balance', () => {
    const task = cohort(80);
    const positives: number[] = [];
    const refit = (relabelled: Task, splits: readonly Split[]) =>
      splits.map(({ test }) => {
        positives.push(test.filter((i) => relabelled.scans[i].positive).length);
        return new Float64Array(test.length);
      });
    const made = { ...request(task, gaussianFeatures(task, 2, 0, 1), 2, 0), refit };
    expect(permutedScores(made, 0, 20)).toEqual(new Array(20).fill(0.5));
    expect(positives).toEqual(new Array(40).fill(6));
  });

  it('see equal decisions when a training side is left with one class', () => {
    const task = cohort(20);
    const [split] = repeatedSplits(task, 1, 0);
    const train = split.train.filter((i) => !task.scans[i].positive);
    const refit = relabelled(gaussianFeatures(task, 3, 0, 1), task, protocolOf('svm', 'two-class'));
    expect([...refit(task, [{ ...split, train }])[0]]).toEqual(split.test.map(() => -1));
  });
});

function correlation(a: Float64Array, b: Float64Array): number {
  const centred = (x: Float64Array) => x.map((value) => value - x.reduce((sum, other) => sum + other) / x.length);
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  const [u, v] = [centred(a), centred(b)];
  return dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
}

describe('what is exchanged', () => {
  const scanCount = (task: Task, labels: readonly boolean[], of: (i: number) => string) =>
    task.scans.reduce<Record<string, number>>((counts, _, i) => {
      counts[of(i)] = (counts[of(i)] ?? 0) + Number(labels[i]);
      return counts;
    }, {});

  it('all scans of a participant together, within the site', () => {
    const task = cohort(30, { sites: 3, sessions: 2 });
    const real = task.scans.map((scan) => scan.positive);
    const seen = labelsSeen(task, 20);
    for (const labels of seen) {
      for (let i = 0; i < labels.length; i += 2) expect(labels[i]).toBe(labels[i + 1]);
      const site = (i: number) => task.scans[i].site;
      expect(scanCount(task, labels, site)).toEqual(scanCount(task, real, site));
    }
    expect(new Set(seen.map(String)).size).toBe(20);
  });

  it('scans within a participant who has both classes, each arrangement as often', () => {
    const task = taskOf(Array.from({ length: 9 }, (_, i) => ({ id: `p${i}`, site: `s${i}`, positive: [true, false] })));
    const seen = labelsSeen(task, 400);
    for (const labels of seen) for (let i = 0; i < 18; i += 2) expect(labels[i]).not.toBe(labels[i + 1]);
    const flipped = seen.reduce((sum, labels) => sum + labels.filter((is, i) => i % 2 === 1 && is).length, 0);
    // 3600 fair coins: five standard deviations.
    expect(Math.abs(flipped - 1800)).toBeLessThan(5 * 30);
  });

  it('nothing, and then says so, when every site has one class', () => {
    const task = taskOf(
      Array.from({ length: 12 }, (_, i) => ({ id: `p${i}`, site: i < 6 ? 'clinic' : 'school', positive: [i < 6] })),
    );
    expect(() => labelsSeen(task, 1)).toThrow(InputError);
    expect(() => labelsSeen(task, 1)).toThrow(/every site has only one class/);
  });
});
