/** @file A data set as large as one likes, for measuring: a few simulated scans, written again and again. Node only. */
import type { DatasetDescription } from '../dataset/description.ts';
import { type NewScan, writeDataset } from '../dataset/write-dataset.ts';
import type { Progress } from '../progress.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { simulateCohort } from '../simulate/simulate.ts';

export interface StandInOptions {
  readonly scans: number;
  /** At most `scans`; the rest are second, third, … sessions. */
  readonly participants: number;
  readonly timepoints: number;
  readonly rois: number;
}

/** Different scans; copying them is as good for speed as simulating all, and takes minutes instead of hours. */
const DIFFERENT_SCANS = 200;

/** Writes the data set. @throws InputError when the directory exists */
export function writeStandIn(
  directory: string,
  { scans, participants, timepoints, rois }: StandInOptions,
  progress?: Progress,
): Promise<DatasetDescription> {
  const subjects = Math.min(DIFFERENT_SCANS, scans);
  const cohort = simulateCohort({ subjects, rois, seed: 1, effect: 0, sessions: 1, sites: 1, timepoints });
  const { atlas, parcels } = cohort.parcellation;
  const pool = Array.from(cohort.scans(), ({ series }) => series);
  return writeDataset(
    directory,
    {
      atlas,
      roiNames: parcels.map(({ name }) => name),
      phenotypeColumns: ['dx', 'sex', 'age'],
      sources: [],
      reading: { standIn: { scans, differentScans: subjects } },
    },
    copies(pool, scans, participants),
    { overwrite: false, total: scans, ...(progress === undefined ? {} : { progress }) },
  );
}

function* copies(pool: readonly TimeSeries[], scans: number, participants: number): Generator<NewScan> {
  for (let i = 0; i < scans; i++) {
    const person = i % participants;
    const session = Math.floor(i / participants) + 1;
    const participantId = `sub-${String(person + 1).padStart(6, '0')}`;
    yield {
      scan: {
        scanId: `${participantId}_ses-${session}`,
        participantId,
        session: `${session}`,
        run: '',
        site: `site-${person % 20}`,
        tr: 2,
        phenotype: { dx: `${person % 2}`, sex: person % 3 === 0 ? 'F' : 'M', age: `${20 + (person % 50)}` },
      },
      series: pool[i % pool.length],
    };
  }
}
