/** @file What a model says its scans look like: through a card and back, damaged, and against other scans. */
import { describe, expect, test } from 'vitest';
import { checkDataset } from '../../src/checks/check-dataset.ts';
import { decodeNetwork, type Fingerprint, fingerprintOf, modelFingerprint } from '../../src/checks/fingerprint.ts';
import { networkOf } from '../../src/checks/survey.ts';
import { unlikeModelFindings } from '../../src/checks/unlike-model.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { formatCard, type ModelCard, parseCard } from '../../src/model/card.ts';
import { simulated } from './simulated.ts';

const SIZE = { rois: 100, layers: 1, heads: 1, ffn: 1, feature: 1 };
const cardOf = (fingerprint: Record<string, unknown>): ModelCard => ({
  format: 'brainmass-model/1',
  size: SIZE,
  fc: 'pearson',
  fingerprint,
});
const throughCard = (fingerprint: Record<string, unknown>) =>
  modelFingerprint(parseCard(formatCard(cardOf(fingerprint)), 'a.run'), 'a.run');

const dataset = simulated({ subjects: 6, sites: 2 });
const fingerprint = fingerprintOf(dataset);

describe('a fingerprint', () => {
  test('comes back from a card as it was', () => {
    expect(throughCard(fingerprint)).toEqual(fingerprint);
    expect(modelFingerprint({ size: SIZE }, 'published.pth')).toBeUndefined();
  });

  test('keeps mean connectivity to a step of 1/127', () => {
    const network = decodeNetwork(fingerprint, 100);
    const all = dataset.scans.map((_, scan) => networkOf(dataset, scan));
    for (let at = 0; at < 10_000; at++) {
      const mean = all.reduce((sum, matrix) => sum + matrix[at], 0) / all.length;
      expect(Math.abs((network?.[at] ?? Number.NaN) - mean)).toBeLessThanOrEqual(0.5 / 127 + 1e-6);
    }
    expect(decodeNetwork(fingerprint, 99)).toBeUndefined();
  });

  test('counts scans by repetition time, and takes medians', () => {
    const trs = Object.fromEntries(dataset.scans.map(({ tr }) => [tr, 3]));
    expect(fingerprint).toMatchObject({ scans: 6, timepoints: 100, trs, low_pass_share: 0, low_pass_hz: null });
    const matrices = { ...dataset, readConnectivity: (scan: number) => networkOf(dataset, scan) };
    expect(fingerprintOf(matrices)).toMatchObject({ low_pass_share: null, power_shares: null });
  });

  test.each([
    [
      'a short network',
      { network: fingerprint.network.slice(0, 400) },
      /network: it is not the connectivity of 100 ROIs/,
    ],
    ['no base64', { network: 'é'.repeat(6600) }, /network: it is not the connectivity of 100 ROIs/],
    ['NaN', { mean_fc: Number.NaN }, /mean_fc/],
    ['text for a number', { timepoints: 'many' }, /timepoints/],
    ['two shares', { power_shares: [0.5, 0.5] }, /power_shares/],
    ['no scans', { scans: 0 }, /scans/],
    ['nothing', { network: undefined }, /network/],
  ])('%s in it: one sentence says where', (_, damage, where) => {
    const damaged = cardOf({ ...fingerprint, ...damage });
    expect(() => modelFingerprint(damaged, 'a.run')).toThrow(InputError);
    expect(() => modelFingerprint(damaged, 'a.run')).toThrow(where);
    expect(() => modelFingerprint(damaged, 'a.run')).toThrow(/a\.run.*the fingerprint on the model card is wrong/);
  });
});

describe('against a model', () => {
  const model: Fingerprint = {
    ...fingerprint,
    mean_fc: 0.35,
    deviation_fc: 0.2,
    negative_share: 0.05,
    timepoints: 200,
    power_shares: [0.1, 0.6, 0.3],
    low_pass_share: 0,
    low_pass_hz: null,
  };
  const messages = (own: Partial<Fingerprint>, there: Partial<Fingerprint> = {}) =>
    unlikeModelFindings({ ...model, ...own }, { ...model, ...there }).map(({ message }) => message);

  test('scans that look alike pass, and longer ones', () => {
    expect(messages({})).toEqual([]);
    expect(messages({ mean_fc: 0.3, deviation_fc: 0.22, negative_share: 0.1, timepoints: 101 })).toEqual([]);
    expect(messages({ timepoints: 2000 })).toEqual([]);
  });

  test.each<[string, Partial<Fingerprint>, Partial<Fingerprint>, string]>([
    ['mean connectivity', { mean_fc: 0.6 }, {}, 'mean connectivity is 0.6, there 0.35'],
    ['its spread', { deviation_fc: 0.35 }, {}, 'the spread of connectivity is 0.35, there 0.2'],
    ['short scans', { timepoints: 100 }, {}, 'scans have 100 time points, there 200'],
    ['fast power', { power_shares: [0.1, 0.3, 0.6] }, {}, 'the share of power above 0.1 Hz is 0.6, there 0.3'],
    [
      'a filter here',
      { low_pass_share: 1, low_pass_hz: 0.1 },
      {},
      'they are low-pass filtered (at 0.1 Hz), those were not',
    ],
    [
      'a filter there',
      {},
      { low_pass_share: 0.9, low_pass_hz: null },
      'they are not low-pass filtered, those were; scores may',
    ],
    [
      'the global signal',
      { mean_fc: 0.01, negative_share: 0.5 },
      {},
      'mean connectivity is 0.01, there 0.35 (the global signal was probably regressed here alone); the share of negative pairs is 0.5',
    ],
    ['there', {}, { mean_fc: 0.01, negative_share: 0.5 }, '(the global signal was probably regressed there alone)'],
  ])('%s: named, in one finding', (_, own, there, words) => {
    const found = messages(own, there);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });

  test('what one of both does not know is not compared', () => {
    expect(messages({ low_pass_share: null, power_shares: null }, { low_pass_share: 1 })).toEqual([]);
  });

  test('a model of another number of ROIs is compared in all but its network', () => {
    const other = { ...fingerprint, mean_fc: 0.9, network: btoa('abc') };
    const findings = checkDataset(simulated({ timepoints: 180 }), { model: other }).findings;
    expect(findings.map(({ id }) => id)).toEqual(['unlike-model']);
  });
});
