/** @file A simulated cohort as a data set on disk, with the truth about it. Node only. */
import type { DatasetDescription } from '../dataset/description.ts';
import { writeDataset } from '../dataset/write-dataset.ts';
import type { Progress } from '../progress.ts';
import { type Cohort, type CohortOptions, simulateCohort } from './simulate.ts';

/** Raised when the same options give other numbers than before. */
const GENERATOR_VERSION = 1;

const PHENOTYPE_COLUMNS = ['dx', 'sex', 'age', 'mean_fd'];

/**
 * Simulates a cohort and writes it. `reading.simulation` of `dataset.json` holds the options and what was planted.
 *
 * @throws InputError for an option out of range, and when the directory exists and may not be overwritten
 */
export function writeCohort(
  directory: string,
  options: CohortOptions,
  { overwrite, progress }: { readonly overwrite: boolean; readonly progress?: Progress },
): Promise<DatasetDescription> {
  const cohort = simulateCohort(options);
  const { atlas, parcels } = cohort.parcellation;
  return writeDataset(
    directory,
    {
      atlas,
      roiNames: parcels.map((parcel) => parcel.name),
      phenotypeColumns: PHENOTYPE_COLUMNS,
      sources: [],
      reading: { simulation: { generatorVersion: GENERATOR_VERSION, ...options, planted: plantedTruth(cohort) } },
    },
    newScans(cohort),
    { overwrite, total: options.subjects * options.sessions, ...(progress === undefined ? {} : { progress }) },
  );
}

/** What explanation should find: for each planted coupling, its two groups of ROIs by name. */
function plantedTruth({ planted, parcellation }: Cohort) {
  return planted.map(({ by, between, effect }) => ({
    by,
    effect,
    statistic:
      by === 'age'
        ? 'standard deviations of the mean FC over the edges for each standard deviation of age'
        : "Cohen's d of the mean FC over the edges",
    edges: 'every ROI of the first network with every ROI of the second',
    networks: between,
    rois: between.map((network) =>
      parcellation.parcels.filter((parcel) => parcel.network === network).map(({ name }) => name),
    ),
  }));
}

function* newScans({ scans }: Cohort) {
  for (const { visit, series } of scans()) {
    const { participant, session, meanFd } = visit;
    yield {
      scan: {
        scanId: `${participant.id}_ses-${session + 1}`,
        participantId: participant.id,
        session: `${session + 1}`,
        run: '',
        site: participant.site.name,
        tr: participant.site.tr,
        phenotype: {
          dx: `${participant.dx}`,
          sex: participant.sex,
          age: participant.age.toFixed(1),
          mean_fd: meanFd.toFixed(4),
        },
      },
      series,
    };
  }
}
