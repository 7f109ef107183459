/** @file Whether a data set's ROIs are those of a model. */
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import type { ModelCard } from './card.ts';

/**
 * A token's meaning is its ROI, so the data set's ROIs must be the model's, in the same order.
 *
 * @throws InputError naming the first ROI that differs
 */
export function checkSameRois({ size, roi_names: names, atlas }: ModelCard, dataset: Dataset): void {
  if (dataset.roiNames.length !== size.rois)
    throw new InputError({
      where: dataset.directory,
      problem: 'the data set has another number of ROIs than the model',
      expected: `${size.rois} ROIs${atlas === undefined ? '' : ` (${atlas})`}`,
      found: `${dataset.roiNames.length} (${dataset.atlas})`,
      fix: 'ingest the scans with --project to the atlas of the model, or pretrain on this atlas',
    });
  const differing = names?.findIndex((name, roi) => name !== dataset.roiNames[roi]) ?? -1;
  if (differing >= 0)
    throw new InputError({
      where: dataset.directory,
      problem: `the ROIs are not in the order of the model: ROI ${differing + 1} differs`,
      expected: `"${names![differing]}"`,
      found: `"${dataset.roiNames[differing]}"`,
      fix: 'ingest the scans with the atlas of the model',
    });
}
