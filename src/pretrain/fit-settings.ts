/** @file Settings against the data they are for, before anything is made. */
import { keptTimepoints } from '../connectivity/pseudo-fc.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { requireSeries } from '../dataset/scan-connectivity.ts';
import { InputError } from '../errors/input-error.ts';
import type { Settings } from './settings.ts';

/** A batch is at most the whole data set. @throws InputError for too few scans, ROIs or time points, or no series */
export function fitToData(settings: Settings, dataset: Dataset): Settings {
  const { scans, roiNames, directory } = dataset;
  requireSeries(dataset, 'pretraining draws time points');
  if (scans.length < 2)
    throw new InputError({
      where: directory,
      problem: 'pretraining compares scans',
      expected: 'at least 2',
      found: `${scans.length}`,
    });
  const { contrastive_rois: contrastive, reconstruction_rois: reconstruction } = settings.objective;
  if (Math.max(contrastive, reconstruction) > roiNames.length)
    throw new InputError({
      where: directory,
      problem: `cannot hide ${Math.max(contrastive, reconstruction)} ROIs`,
      found: `${roiNames.length} ROIs`,
      fix: 'lower objective.contrastive_rois and objective.reconstruction_rois in --config',
    });
  // The shortest scan is the first that a rule leaves too little of.
  const shortest = scans.reduce((least, { timepoints }, i) => (timepoints < scans[least].timepoints ? i : least), 0);
  const { timepoints } = scans[shortest];
  keptTimepoints(settings.data.drop, timepoints, { seed: 0, epoch: 0, scan: shortest, view: 1 });
  const batch = Math.min(settings.training.batch, scans.length);
  return { ...settings, training: { ...settings.training, batch } };
}
