/** @file A simulated cohort: participants one after the other, each with the scans of all visits. */
import { InputError } from '../errors/input-error.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { simulateBold } from './bold.ts';
import { makeBrain } from './brain.ts';
import { makeParticipant, makeSite, makeVisit, type Visit } from './cohort.ts';
import { type Parcellation, parcellation } from './parcellation.ts';
import { type PlantedCoupling, plantedCouplings } from './planted.ts';

/** What cohort to simulate. */
export interface CohortOptions {
  readonly subjects: number;
  readonly rois: number;
  readonly seed: number;
  /** Cohen's d between patients and controls of the planted coupling; 0 plants none. */
  readonly effect: number;
  /** Visits of each participant. */
  readonly sessions: number;
  readonly sites: number;
  /** Length of every scan; undefined: the usual length of each site's scanner. */
  readonly timepoints?: number | undefined;
}

/** A cohort: its parcellation, the truth about it, and its scans, made when asked for. */
export interface Cohort {
  readonly parcellation: Parcellation;
  readonly planted: readonly PlantedCoupling[];
  readonly scans: () => Generator<SimulatedScan>;
}

interface SimulatedScan {
  readonly visit: Visit;
  readonly series: TimeSeries;
}

/** A scan shorter than this says too little of a correlation; data sets refuse it too. */
const FEWEST_TIMEPOINTS = 20;

/**
 * Prepares a cohort. Every scan is a function of the seed, the participant's and the session's number, and the options
 * that concern it, so that a longer cohort starts with a shorter one.
 *
 * @throws InputError for an option out of range
 */
export function simulateCohort(options: CohortOptions): Cohort {
  const { subjects, rois, seed, effect, sessions, timepoints } = options;
  checkWhole('--subjects', subjects, 1, 1_000_000);
  checkWhole('--sessions', sessions, 1, 1000);
  checkWhole('--sites', options.sites, 1, 1000);
  checkWhole('--seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (timepoints !== undefined) checkWhole('--timepoints', timepoints, FEWEST_TIMEPOINTS, 100_000);
  const planted = plantedCouplings(effect);
  const parcels = parcellation(rois);
  const brain = makeBrain(parcels, planted);
  return {
    parcellation: parcels,
    planted,
    *scans() {
      const sites = Array.from({ length: options.sites }, (_, index) => makeSite(seed, index, timepoints));
      for (let index = 0; index < subjects; index++) {
        const participant = makeParticipant(seed, index, sites);
        for (let session = 0; session < sessions; session++) {
          const visit = makeVisit(seed, participant, session);
          yield { visit, series: simulateBold(brain, seed, visit) };
        }
      }
    },
  };
}

function checkWhole(option: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InputError({
      where: option,
      problem: 'the number is impossible',
      expected: `a whole number from ${least} to ${most}`,
      found: `${value}`,
    });
}
