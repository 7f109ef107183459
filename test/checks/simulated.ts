/** @file Simulated data sets in memory, with faults to plant. */
import type { Dataset, Scan } from '../../src/dataset/dataset.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';
import { simulateCohort } from '../../src/simulate/simulate.ts';

export interface Recipe {
  readonly subjects?: number;
  readonly timepoints?: number;
  readonly sites?: number;
  readonly seed?: number;
  /** Changes the series of a scan; given its index. */
  readonly series?: (series: TimeSeries, index: number) => TimeSeries;
  readonly scan?: (scan: Scan, index: number) => Scan;
}

/** Scans of the Schaefer atlas of 100 ROIs, one a participant, with columns `dx` and `mean_fd`. */
export function simulated({
  subjects = 16,
  timepoints = 100,
  sites = 1,
  seed = 3,
  series: change = (series) => series,
  scan: changeScan = (scan) => scan,
}: Recipe = {}): Dataset {
  const cohort = simulateCohort({ subjects, rois: 100, seed, effect: 0, sessions: 1, sites, timepoints });
  const made = [...cohort.scans()].map(({ visit, series }, index) => ({
    series: change(series, index),
    scan: changeScan(
      {
        scanId: visit.participant.id,
        participantId: visit.participant.id,
        session: '',
        run: '',
        site: visit.participant.site.name,
        timepoints,
        offset: index * timepoints,
        tr: visit.participant.site.tr,
        phenotype: { dx: String(visit.participant.dx), mean_fd: visit.meanFd.toFixed(4) },
      },
      index,
    ),
  }));
  return {
    directory: 'simulated.dataset',
    atlas: cohort.parcellation.atlas,
    roiNames: cohort.parcellation.parcels.map(({ name }) => name),
    scans: made.map(({ scan }) => scan),
    phenotypeColumns: ['dx', 'mean_fd'],
    hash: '0'.repeat(64),
    readSeries: (index) => made[index].series,
    close: () => undefined,
  };
}

/** Column i of the result is column `order[i]`. */
export function reorder({ values, timepoints, rois }: TimeSeries, order: ArrayLike<number>): TimeSeries {
  const out = Float32Array.from(values, (_, at) => values[Math.floor(at / rois) * rois + order[at % rois]]);
  return { values: out, timepoints, rois };
}

/** Some ROIs trade places in a ring. */
export function ringOf(rois: number, members: readonly number[]): Int32Array {
  const order = Int32Array.from({ length: rois }, (_, i) => i);
  for (const [k, roi] of members.entries()) order[roi] = members[(k + 1) % members.length];
  return order;
}
