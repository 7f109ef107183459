/** @file Too little data: after scrubbing, or from the start. */
import { describe, expect, test } from 'vitest';
import { volumeFindings } from '../../src/checks/volumes.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { simulated } from './simulated.ts';

const base = simulated({ subjects: 1, timepoints: 20 });

/** Scans of `[volumes kept, censored, TR]`. */
function scans(...lengths: readonly (readonly [kept: number, censored: string | undefined, tr: number | undefined])[]) {
  const dataset: Dataset = {
    ...base,
    scans: lengths.map(([timepoints, censored, tr], i) => ({
      ...base.scans[0],
      scanId: `s${i}`,
      timepoints,
      tr,
      phenotype: censored === undefined ? {} : { n_censored: censored },
    })),
  };
  return volumeFindings(
    dataset,
    lengths.map((_, i) => i),
  );
}

describe('scrubbing', () => {
  test('leaves enough of most', () => {
    expect(scans([180, '20', 2], [150, '0', 2], [200, '', 2])).toEqual([]);
  });

  test('leaves less than four minutes: volumes kept of volumes read', () => {
    expect(scans([180, '20', 2], [100, '50', 2], [90, '60', 2])).toEqual([
      {
        id: 'few-volumes',
        level: 'warning',
        scans: ['s2', 's1'],
        message:
          'scrubbing left less than 4 minutes, or less than half of the volumes, of 2 scans (s2, s1): of s2 90 of 150 volumes (3 min)',
        evidence: { scans: 2, scrubbed_scans: 3, fewest_volumes_kept: 90, volumes_read: 150, minutes: 3 },
      },
    ]);
  });

  test('leaves less than half of a long scan', () => {
    const [finding, ...others] = scans([400, '500', 1], [500, '400', 1]);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ level: 'warning', scans: ['s0'] });
  });

  test('counts that are none are not believed', () => {
    expect(scans([200, 'many', 2], [200, '-500', 2], [200, '1e999', 2], [200, 'n/a', 2])).toEqual([]);
  });
});

describe('scans that are short as they are', () => {
  test('a note, by minutes, or by volumes where the repetition time is not known', () => {
    const [finding, ...others] = scans([119, undefined, 2], [120, undefined, 2], [300, undefined, 0.72]);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ id: 'few-volumes', level: 'note', scans: ['s2', 's0'] });
    expect(finding.message).toMatch(
      /^2 scans \(s2, s0\) have less than 4 minutes of data; s2 has 300 volumes \(3\.6 min\)/,
    );
    const [unknown] = scans([119, undefined, undefined], [120, undefined, undefined]);
    expect(unknown.message).toMatch(
      /^1 scan \(s0\) has .*\(without a repetition time: fewer than 120 volumes\); s0 has 119/,
    );
    expect(unknown.evidence).toEqual({ scans: 1, fewest_volumes: 119 });
  });

  test('both findings, each with its own scans', () => {
    expect(scans([60, '140', 2], [60, '0', 2]).map(({ level, scans: ids }) => [level, ids])).toEqual([
      ['warning', ['s0']],
      ['note', ['s1']],
    ]);
  });
});

test('matrices of which nobody says what they were computed from are not short', () => {
  const matrices: Dataset = { ...base, readConnectivity: () => new Float32Array(10_000) };
  expect(volumeFindings(matrices, [0])).toEqual([]);
  expect(volumeFindings({ ...base, scans: [{ ...base.scans[0], timepoints: 0 }] }, [0])).toEqual([]);
});
