/** @file What a data set looks like in a few numbers, so that a model can say what it was trained on. */
import { z } from 'zod';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import type { ModelCard } from '../model/card.ts';
import { median } from './order-statistics.ts';
import { type Survey, spreadSample, surveyScans } from './survey.ts';

/** Scans that a fingerprint is taken of. */
const SAMPLE = 200;
/** Mean connectivity is kept in steps of 1/127. */
const STEPS = 127;

const fingerprintSchema = z.looseObject({
  /** Scans it was taken of. */
  scans: z.int().positive(),
  /** Medians over scans: of connectivity its mean, its spread over pairs of ROIs, and the share of negative pairs. */
  mean_fc: z.number(),
  deviation_fc: z.number(),
  negative_share: z.number(),
  timepoints: z.number(),
  /** Scans by repetition time, s. */
  trs: z.record(z.string(), z.int()),
  /** Medians of the shares of power below 0.01 Hz, from there to 0.1 Hz, and above; null: repetition times not known. */
  power_shares: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** Share of scans whose spectrum a low-pass filter ends; null: there are no series. */
  low_pass_share: z.number().nullable(),
  /** Its median cut-off, Hz; null: no filter, or repetition times not known. */
  low_pass_hz: z.number().nullable(),
  /** Mean connectivity, upper triangle by rows: int8 of 127 r, base64. */
  network: z.string(),
});

/**
 * The fingerprint on a model card.
 *
 * @param where the model, for messages
 * @returns undefined when the card has none: published checkpoints, and models from before there were fingerprints
 * @throws InputError when it is damaged
 */
export function modelFingerprint({ fingerprint, size }: Pick<ModelCard, 'fingerprint' | 'size'>, where: string) {
  if (fingerprint === undefined) return undefined;
  const parsed = fingerprintSchema.safeParse(fingerprint);
  const wrong = (problem: string) =>
    new InputError({
      where,
      problem: `the fingerprint on the model card is wrong at ${problem}`,
      fix: 'copy the model again',
    });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue.path.join('.') || 'its top'}: ${issue.message}`);
  }
  if (decodeNetwork(parsed.data, size.rois) === undefined)
    throw wrong(`network: it is not the connectivity of ${size.rois} ROIs`);
  return parsed.data;
}

export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** The fingerprint of up to 200 scans, evenly spread over a data set. */
export function fingerprintOf(dataset: Dataset): Fingerprint {
  return fingerprintOfSurvey(dataset, surveyScans(dataset, spreadSample(dataset, SAMPLE)));
}

export function fingerprintOfSurvey(dataset: Dataset, { scans, mean }: Survey): Fingerprint {
  const filters = scans.flatMap(({ filter }) => (filter === undefined ? [] : [filter]));
  const shares = filters.flatMap(({ shares }) => (shares === undefined ? [] : [shares]));
  const cuts = scans.flatMap(({ index, filter }) => {
    const { tr } = dataset.scans[index];
    return filter?.edge === undefined || tr === undefined ? [] : [filter.edge / tr];
  });
  const filtered = filters.filter(({ edge }) => edge !== undefined).length;
  const trs: Record<string, number> = {};
  for (const { index } of scans) {
    const { tr } = dataset.scans[index];
    if (tr !== undefined) trs[tr] = (trs[tr] ?? 0) + 1;
  }
  return {
    scans: scans.length,
    mean_fc: rounded(median(scans.map(({ meanFc }) => meanFc))),
    deviation_fc: rounded(median(scans.map(({ deviationFc }) => deviationFc))),
    negative_share: rounded(median(scans.map(({ negativeShare }) => negativeShare))),
    timepoints: median(scans.map(({ index }) => dataset.scans[index].timepoints)),
    trs,
    power_shares:
      shares.length === 0
        ? null
        : [
            rounded(median(shares.map(([slow]) => slow))),
            rounded(median(shares.map(([, band]) => band))),
            rounded(median(shares.map(([, , fast]) => fast))),
          ],
    low_pass_share: filters.length === 0 ? null : rounded(filtered / filters.length),
    low_pass_hz: cuts.length === 0 ? null : rounded(median(cuts)),
    network: encodeNetwork(mean.matrix, dataset.roiNames.length),
  };
}

const rounded = (value: number) => Number(value.toFixed(4));

function encodeNetwork(matrix: Float32Array, rois: number): string {
  let bytes = '';
  for (let i = 0; i < rois; i++)
    for (let j = i + 1; j < rois; j++)
      bytes += String.fromCharCode(Math.round(STEPS * Math.max(-1, Math.min(1, matrix[i * rois + j]))) & 0xff);
  return btoa(bytes);
}

/** The mean connectivity of a fingerprint, `[rois, rois]`; undefined when it is not that of so many ROIs. */
export function decodeNetwork({ network }: Fingerprint, rois: number): Float32Array | undefined {
  let bytes: string;
  try {
    bytes = atob(network);
  } catch {
    return undefined;
  }
  if (bytes.length !== (rois * (rois - 1)) / 2) return undefined;
  const out = new Float32Array(rois * rois);
  for (let i = 0, at = 0; i < rois; i++) {
    out[i * rois + i] = 1;
    for (let j = i + 1; j < rois; j++, at++) {
      const r = ((bytes.charCodeAt(at) << 24) >> 24) / STEPS;
      out[i * rois + j] = r;
      out[j * rois + i] = r;
    }
  }
  return out;
}
