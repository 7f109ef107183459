/** @file All checks of a data set, and the quick ones before it is used. */
import type { Atlas } from '../atlas/atlas.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import type { ModelCard } from '../model/card.ts';
import { checkSameRois } from '../model/same-rois.ts';
import type { Progress } from '../progress.ts';
import { type Comparisons, compareScans, QUICK_BUDGET } from './comparisons.ts';
import { filteringFindings, type Processing, processingOf, repetitionTimeFindings } from './filtering.ts';
import { type Finding, gravestFirst } from './finding.ts';
import { decodeNetwork, type Fingerprint, fingerprintOfSurvey } from './fingerprint.ts';
import { type Geometry, geometryOf } from './geometry.ts';
import { knownOrders } from './known-orders.ts';
import { motionFcFindings, motionFindings } from './motion.ts';
import { nearDuplicateFindings } from './near-duplicates.ts';
import { duplicateRoiFindings, oneClassFindings, outlierFindings } from './outliers.ts';
import { orderAgainstModel, orderAgainstPlaces, orderOfScans } from './roi-order.ts';
import { type Survey, spreadSample, surveyScans } from './survey.ts';
import { unlikeModelFindings } from './unlike-model.ts';
import { volumeFindings } from './volumes.ts';

/** Scans that are looked at before pretraining or embedding. */
const QUICK_SAMPLE = 40;

export interface CheckOptions {
  /** Where the ROIs lie, for data sets whose atlas is not built in. */
  readonly atlas?: Atlas | undefined;
  /** What a model was trained on. */
  readonly model?: Fingerprint | undefined;
}

/** What all checks found, and what they rest on. */
export interface Checks {
  /** The gravest first. */
  readonly findings: readonly Finding[];
  readonly survey: Survey;
  readonly comparisons: Comparisons;
  readonly processing: readonly Processing[];
  readonly geometry: Geometry | undefined;
}

/**
 * Every check, over all scans; they are read once, or twice when their connectivity is too much to keep.
 *
 * @param equal groups of scan ids with the same series, which are known already
 */
export function checkDataset(
  dataset: Dataset,
  {
    atlas,
    model,
    equal = [],
    progress,
  }: CheckOptions & { readonly equal?: readonly (readonly string[])[]; readonly progress?: Progress },
): Checks {
  const all = dataset.scans.map((_, i) => i);
  const twice =
    (pass: number): Progress =>
    (done, total) =>
      progress?.(pass * total + done, 2 * total);
  const survey = surveyScans(dataset, all, twice(0));
  const geometry = geometryOf(dataset, atlas);
  const comparisons = compareScans(dataset, survey, ordersOf(dataset, geometry), { progress: twice(1) });
  const processing = processingOf(dataset, survey.scans);
  const findings = gravestFirst([
    ...orderFindings(dataset, survey, geometry, model),
    ...orderOfScans(dataset, comparisons),
    ...(model === undefined ? [] : unlikeModelFindings(fingerprintOfSurvey(dataset, survey), model)),
    ...nearDuplicateFindings(dataset, survey.scans, equal),
    ...duplicateRoiFindings(dataset, survey.scans),
    ...repetitionTimeFindings(dataset, processing),
    ...filteringFindings(dataset, processing),
    ...outlierFindings(dataset, comparisons),
    ...volumeFindings(dataset, all),
    ...motionFindings(dataset, all),
    ...motionFcFindings(comparisons.motion, geometry),
    ...oneClassFindings(dataset, all),
  ]);
  return { findings, survey, comparisons, processing, geometry };
}

/** The count and the names of the ROIs against those of a model, where embedding would refuse. */
export function roisOfModelFindings(card: ModelCard, dataset: Dataset): Finding[] {
  try {
    checkSameRois(card, dataset);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ id: 'roi-order', level: 'error', scans: [], message: error.message, evidence: {} }];
  }
}

/** The order of ROIs and the likeness to a model, on up to 40 scans: seconds. */
export function quickCheck(dataset: Dataset, { atlas, model }: CheckOptions): Finding[] {
  const survey = surveyScans(dataset, spreadSample(dataset, QUICK_SAMPLE));
  const geometry = geometryOf(dataset, atlas);
  const comparisons = compareScans(dataset, survey, ordersOf(dataset, geometry), { budget: QUICK_BUDGET });
  return gravestFirst([
    ...orderFindings(dataset, survey, geometry, model),
    ...orderOfScans(dataset, comparisons),
    ...(model === undefined ? [] : unlikeModelFindings(fingerprintOfSurvey(dataset, survey), model)),
  ]);
}

function ordersOf({ roiNames }: Dataset, geometry: Geometry | undefined) {
  return knownOrders(geometry?.rois ?? roiNames.map((name) => ({ name })));
}

function orderFindings(
  dataset: Dataset,
  { mean }: Survey,
  geometry: Geometry | undefined,
  model: Fingerprint | undefined,
): Finding[] {
  const { roiNames } = dataset;
  const orders = ordersOf(dataset, geometry);
  const reference = model === undefined ? undefined : decodeNetwork(model, roiNames.length);
  return [
    ...(geometry === undefined ? [] : orderAgainstPlaces(mean.matrix, roiNames, geometry, orders, mean.scans)),
    ...(reference === undefined ? [] : orderAgainstModel(mean.matrix, reference, roiNames, orders, mean.scans)),
  ];
}
