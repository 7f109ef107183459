/** @file Connectivity that follows motion is found; motion that has nothing to do with it is not, at sites of any size. */
import { describe, expect, test } from 'vitest';
import { type Comparisons, compareScans } from '../../src/checks/comparisons.ts';
import { motionFcFindings, summariseMotion } from '../../src/checks/motion.ts';
import { networkOf, surveyScans } from '../../src/checks/survey.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { normal, randomStream, uniform } from '../../src/random/draws.ts';
import { simulated } from './simulated.ts';

const ROIS = 30;

/**
 * Scans of connectivity alone. Every pair of ROIs shares a fluctuation of each scan, as real ones do, which a part `share`
 * of motion drives; every site has its own level of both.
 */
function cohort({ scans, sites, share, seed }: { scans: number; sites: number; share: number; seed: number }): Dataset {
  const stream = randomStream({ seed, purpose: 'simulate', b: 9 });
  const people = Array.from({ length: scans }, (_, i) => {
    const site = i % sites;
    const fd = 0.05 + uniform(stream);
    const global = share * (fd - 0.55) * 3.5 + Math.sqrt(1 - share ** 2) * normal(stream);
    const network = new Float32Array(ROIS * ROIS);
    for (let a = 0; a < ROIS; a++)
      for (let b = 0; b <= a; b++) {
        const r = a === b ? 1 : 0.3 + 0.02 * site + 0.05 * global + 0.05 * normal(stream);
        network[a * ROIS + b] = r;
        network[b * ROIS + a] = r;
      }
    return { network, site, fd: fd + 0.2 * site };
  });
  const [like] = simulated({ subjects: 1, timepoints: 20 }).scans;
  return {
    ...simulated({ subjects: 1, timepoints: 20 }),
    atlas: 'mine',
    roiNames: Array.from({ length: ROIS }, (_, i) => String(i + 1)),
    phenotypeColumns: ['mean_fd'],
    scans: people.map(({ site, fd }, i) => ({
      ...like,
      scanId: `s${i}`,
      site: `site-${site}`,
      phenotype: { mean_fd: String(fd) },
    })),
    readConnectivity: (scan) => people[scan].network,
  };
}

function relationOf(dataset: Dataset): Comparisons['motion'] {
  const all = dataset.scans.map((_, i) => i);
  return compareScans(dataset, surveyScans(dataset, all), [], { budget: 1 }).motion;
}

describe.each([
  ['one site', { scans: 40, sites: 1 }],
  ['many small sites', { scans: 60, sites: 20 }],
])('%s', (_, size) => {
  test('a planted relation is found, with the share that shuffled motion gives', () => {
    const [finding] = motionFcFindings(relationOf(cohort({ ...size, share: 0.9, seed: 1 })));
    expect(finding).toMatchObject({ id: 'motion-fc', level: 'warning', evidence: { scans: size.scans } });
    expect(finding.evidence.significant_share).toBeGreaterThan(Number(finding.evidence.shuffled_share));
    expect(finding.message).toMatch(/with motion shuffled 99 times at most \d+ %/);
  });

  test('none in 20 data sets of noise, though edges fluctuate together', () => {
    const found = Array.from({ length: 20 }, (_unused, seed) =>
      motionFcFindings(relationOf(cohort({ ...size, share: 0, seed: seed + 10 }))),
    );
    // One in a hundred is chance.
    expect(found.filter((findings) => findings.length > 0).length).toBeLessThanOrEqual(1);
  });
});

test('the limit of p < 0.05 counts a degree of freedom less for each site', () => {
  const relation = relationOf(cohort({ scans: 60, sites: 20, share: 0, seed: 3 }));
  expect(relation?.limit).toBeCloseTo(1.96 / Math.sqrt(40), 10);
  expect(relation?.scans).toBe(60);
});

test('fewer than 20 scans show nothing; one whose motion is not known is left out', () => {
  const dataset = cohort({ scans: 20, sites: 1, share: 1, seed: 4 });
  expect(motionFcFindings(relationOf(dataset))).toHaveLength(1);
  const scans = dataset.scans.map((scan, i) => (i === 7 ? { ...scan, phenotype: { mean_fd: 'n/a' } } : scan));
  const relation = relationOf({ ...dataset, scans });
  expect(relation?.scans).toBe(19);
  expect(motionFcFindings(relation)).toEqual([]);
});

test('ROIs without signal have no relation, and motion that is the same in all scans none with any', () => {
  const dataset = cohort({ scans: 24, sites: 1, share: 0.9, seed: 5 });
  const deaf = (scan: number) =>
    networkOf(dataset, scan).map((r, at) => (at % ROIS === 3 || Math.floor(at / ROIS) === 3 ? 0 : r));
  const relation = relationOf({ ...dataset, readConnectivity: deaf });
  expect(relation?.correlation[3]).toBe(0);
  expect(relation?.correlation[4]).not.toBe(0);
  const still = dataset.scans.map((scan) => ({ ...scan, phenotype: { mean_fd: '0.2' } }));
  const flat = relationOf({ ...dataset, scans: still });
  if (flat === undefined) throw new Error('motion is known');
  expect(summariseMotion(flat).significantShare).toBe(0);
  expect(flat.shuffledShare).toBe(0);
});
