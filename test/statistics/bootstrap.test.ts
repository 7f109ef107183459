/** @file Bootstrap intervals and subgroup tables: who is drawn, how wide it gets, and what small groups say. */
import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/labels/labels.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import {
  bootstrapEstimates,
  type PooledPrediction,
  participantDraws,
  pooledPredictions,
} from '../../src/statistics/bootstrap.ts';
import { deLongTest } from '../../src/statistics/delong.ts';
import { classificationMetrics } from '../../src/statistics/metrics.ts';
import { subgroupTable } from '../../src/statistics/subgroups.ts';
import { cohort, taskOf } from '../splits/cohort.ts';

/** One noisy decision a scan, patients higher by `effect`; scans of a person share theirs. */
function predictions(task: Task, effect: number, seed: number): PooledPrediction[] {
  const stream = randomStream({ seed, purpose: 'simulate' });
  const own = new Map<string, number>();
  return task.scans.map((scan) => {
    const decision = own.get(scan.participantId) ?? normal(stream) + (scan.positive ? effect : 0);
    own.set(scan.participantId, decision);
    return { ...scan, decision };
  });
}

describe('drawing participants again', () => {
  it('keeps how many of each class and site there are, and whole participants', () => {
    const task = cohort(60, { sites: 3, sessions: 2 });
    const draws = participantDraws(task.scans, { draws: 50, seed: 1 });
    const count = (positions: readonly number[]) => {
      const keys = positions.map((i) => `${task.scans[i].site} ${task.scans[i].positive}`);
      return Object.fromEntries([...new Set(keys)].sort().map((key) => [key, keys.filter((k) => k === key).length]));
    };
    const real = count(task.scans.map((_, i) => i));
    for (const draw of draws) {
      expect(count(draw)).toEqual(real);
      for (let k = 0; k < draw.length; k += 2) expect(draw[k + 1]).toBe(draw[k] + 1);
    }
    expect(new Set(draws.map(String)).size).toBe(50);
    expect(new Set(draws.flat()).size).toBe(120);
    expect(participantDraws(task.scans, { draws: 1, seed: 2 })[0]).not.toEqual(draws[0]);
  });

  it('draws from small sites together, so that nobody is in every draw', () => {
    const people = Array.from({ length: 12 }, (_, i) => ({ id: `p${i}`, site: `s${i}`, positive: [i % 2 === 0] }));
    const drawn = participantDraws(taskOf(people).scans, { draws: 200, seed: 0 });
    for (let i = 0; i < 12; i++) {
      const without = drawn.filter((draw) => !draw.includes(i)).length;
      // (1 - 1/6)^6 = 33.5 % of 200 draws, five standard deviations.
      expect(Math.abs(without - 67)).toBeLessThan(5 * 6.7);
    }
    const mixed = [
      ...Array.from({ length: 6 }, (_, i) => ({ id: `a${i}`, site: 'large', positive: [true] })),
      { id: 'b', site: 'lonely', positive: [true] },
    ];
    const lonely = participantDraws(taskOf(mixed).scans, { draws: 60, seed: 0 }).filter((draw) => !draw.includes(6));
    expect(lonely.length).toBeGreaterThan(5);
  });
});

describe('bootstrap interval', () => {
  const auc = (decisions: Float64Array, positive: readonly boolean[]) => ({
    auc: classificationMetrics(decisions, positive).auc,
  });

  it("is as wide as DeLong's standard error says", () => {
    const made = predictions(cohort(160, { sites: 2 }), 1, 3);
    const { mean, low, high } = bootstrapEstimates(made, auc, { draws: 2000, seed: 0 }).auc;
    // Against decisions that say nothing, DeLong's difference is AUC - 0.5 and its error that of AUC.
    const { standardError, difference } = deLongTest(made.map((scan) => ({ ...scan, a: scan.decision, b: 0 })))!;
    expect(mean).toBeCloseTo(difference + 0.5, 12);
    expect((high! - low!) / (2 * 1.96 * standardError)).toBeGreaterThan(0.92);
    expect((high! - low!) / (2 * 1.96 * standardError)).toBeLessThan(1.08);
  });

  it('does not narrow when scans are repeated', () => {
    const wide = (sessions: number) => {
      const { low, high } = bootstrapEstimates(predictions(cohort(80, { sessions }), 1, 5), auc, {
        draws: 300,
        seed: 0,
      }).auc;
      return high! - low!;
    };
    expect(wide(3)).toBeCloseTo(wide(1), 12);
  });

  it('covers the truth in about 95 % of cohorts', () => {
    // Two normals one apart: AUC = Phi(1 / sqrt 2).
    const truth = 0.7602499389065233;
    const covered = Array.from({ length: 150 }, (_, seed) => {
      const made = predictions(cohort(60, { sites: 2 }), 1, 100 + seed);
      const { low, high } = bootstrapEstimates(made, auc, { draws: 120, seed }).auc;
      return low! <= truth && truth <= high!;
    }).filter((is) => is).length;
    expect(covered / 150).toBeGreaterThan(0.88);
    expect(covered / 150).toBeLessThan(0.995);
  });

  it('is null where there is no score or one participant', () => {
    const score = classificationMetrics;
    const draws = { draws: 20, seed: 0 };
    const controls = predictions(cohort(20), 1, 1).filter((scan) => !scan.positive);
    const estimates = bootstrapEstimates(controls, score, draws);
    expect(estimates.auc).toEqual({ mean: null, low: null, high: null, reason: 'only one class is there' });
    expect(estimates.specificity.low).not.toBeNull();
    const [patient] = predictions(cohort(20), 1, 1).filter((scan) => scan.positive);
    const alone = bootstrapEstimates([...controls, patient], score, draws).auc;
    expect(alone.mean).not.toBeNull();
    expect([alone.low, alone.reason]).toEqual([null, 'one participant of a class gives no interval']);
  });
});

describe('pooled predictions', () => {
  it('hold every test scan of every split with its decision', () => {
    const task = cohort(4);
    const splits = [
      { train: [], validation: [], test: [1, 2] },
      { train: [], validation: [], test: [2] },
    ];
    const pooled = pooledPredictions(task, splits, [Float64Array.of(0.5, -1), Float64Array.of(3)]);
    expect(pooled.map(({ scanId, positive, decision }) => [scanId, positive, decision])).toEqual([
      ['p001_0', true, 0.5],
      ['p002_0', false, -1],
      ['p002_0', false, 3],
    ]);
  });
});

describe('subgroup table', () => {
  it('has a row a group with its own scores, and reasons where there are none', () => {
    const task = taskOf(
      Array.from({ length: 44 }, (_, i) => ({
        id: `p${i}`,
        site: i < 20 ? 'a' : i < 40 ? 'b' : 'c',
        positive: new Array<boolean>(2).fill(i % 2 === 0 && i < 40),
      })),
    );
    const made = predictions(task, 1.5, 2);
    // Site b is decided upside down.
    const turned = made.map((scan) => (scan.site === 'b' ? { ...scan, decision: -scan.decision } : scan));
    const rows = subgroupTable([...turned, ...turned], (scan) => scan.site, { draws: 100, seed: 0 });
    expect(
      rows.map(({ name, scans, participants }) => [name, scans, participants.positive, participants.control]),
    ).toEqual([
      ['a', 40, 10, 10],
      ['b', 40, 10, 10],
      ['c', 8, 0, 4],
    ]);
    const [a, b, c] = rows;
    const own = classificationMetrics(
      turned.slice(0, 40).map((scan) => scan.decision),
      turned.slice(0, 40).map((scan) => scan.positive),
    );
    expect(a.auc.mean).toBeCloseTo(own.auc.value!, 12);
    expect(a.sensitivity.mean).toBe(own.sensitivity.value);
    expect(a.auc.low).toBeGreaterThan(0.5);
    expect(b.auc.high).toBeLessThan(0.5);
    expect(c.auc).toEqual({ mean: null, low: null, high: null, reason: 'only one class is there' });
    expect(c.sensitivity.reason).toBe('no scan is positive');
    expect(c.specificity.mean).not.toBeNull();
  });

  it('leaves out scans without a group', () => {
    const made = predictions(cohort(20), 1, 2);
    const sex = (scan: { row: number }) => (scan.row < 4 ? undefined : scan.row % 3 === 0 ? 'F' : 'M');
    const rows = subgroupTable(made, sex, { draws: 10, seed: 0 });
    expect(rows.map(({ name }) => name)).toEqual(['F', 'M']);
    expect(rows[0].scans + rows[1].scans).toBe(16);
  });
});
