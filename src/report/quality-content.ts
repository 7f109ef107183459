/** @file What a quality page is made of. */
import type { Checks } from '../checks/check-dataset.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { Inspection } from '../dataset/inspect.ts';

export interface QualityPage {
  /** As the data set was named. */
  readonly directory: string;
  readonly dataset: Dataset;
  readonly inspection: Inspection;
  readonly checks: Checks;
}
