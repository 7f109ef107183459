/** @file The people of a simulated cohort: sites with their scanners, participants, and their visits. */
import { normal, permutation } from '../random/draws.ts';
import { drawsFor } from './address.ts';

/** A place with its own scanner. */
export interface Site {
  readonly index: number;
  readonly name: string;
  /** Repetition time, seconds. */
  readonly tr: number;
  readonly timepoints: number;
  /** Amplitude of the series in the scanner's own units. */
  readonly gain: number;
  /** Natural logarithm of the strength of the global signal, relative to the average site. */
  readonly globalLevel: number;
  /** Mean age of the people it recruits, years. */
  readonly meanAge: number;
  /** Natural logarithm of the median mean framewise displacement. */
  readonly motion: number;
}

/** One person: what does not change from visit to visit. */
export interface Participant {
  readonly index: number;
  readonly id: string;
  readonly site: Site;
  /** 1 patient, 0 control. */
  readonly dx: 0 | 1;
  readonly sex: 'F' | 'M';
  /** Years, one decimal. */
  readonly age: number;
  /** How much this person moves: standard deviations of log framewise displacement. */
  readonly motion: number;
  readonly globalLevel: number;
}

/** One scan of one person. */
export interface Visit {
  readonly participant: Participant;
  /** 0, 1, … */
  readonly session: number;
  /** Mean framewise displacement, mm. */
  readonly meanFd: number;
  readonly globalLevel: number;
}

/**
 * Scanners of ABIDE I: repetition time in seconds, usual number of volumes. In the order in which sites are made, so
 * that few sites differ already.
 */
const SCANNERS = [
  [2, 196],
  [2.5, 152],
  [1.5, 206],
  [3, 116],
  [2, 236],
  [1.67, 246],
  [2, 176],
  [2.2, 196],
] as const;

/** Age is centred and scaled by these (years) where its effect is planted. */
export const AGE_MEAN = 18;
export const AGE_SD = 6;

/** Mean framewise displacement over ABIDE I's 651 scans: median 0.078 mm, log standard deviation 0.69. */
const MEDIAN_FD = 0.078;
const LOG_FD_SD = { site: 0.25, participant: 0.5, visit: 0.37 };

/** Spread of the log strength of the global signal, from the spread of mean FC: 0.11 over scans, 0.04 over sites. */
const GLOBAL_LEVEL_SD = { site: 0.07, participant: 0.22, visit: 0.2 };

/** Site `index` of the simulation; `timepoints` overrules the scanner's usual length. */
export function makeSite(seed: number, index: number, timepoints: number | undefined): Site {
  const draws = drawsFor(seed, 'site', index);
  const [tr, usual] = SCANNERS[index % SCANNERS.length];
  return {
    index,
    name: `site-${index + 1}`,
    tr,
    timepoints: timepoints ?? usual,
    gain: 10 * Math.exp(0.4 * normal(draws)),
    globalLevel: GLOBAL_LEVEL_SD.site * normal(draws),
    meanAge: AGE_MEAN + 4 * normal(draws),
    motion: Math.log(MEDIAN_FD) + LOG_FD_SD.site * normal(draws),
  };
}

/**
 * Participant `index`, who goes to site `index mod sites`. Every four people of a site are a male and a female patient
 * and a male and a female control in random order: diagnosis is balanced within site and sex, and independent of
 * everything else that is drawn.
 */
export function makeParticipant(seed: number, index: number, sites: readonly Site[]): Participant {
  const site = sites[index % sites.length];
  const place = Math.floor(index / sites.length);
  const block = Math.floor(place / 4) * sites.length + site.index;
  const cell = permutation(drawsFor(seed, 'balance', block), 4)[place % 4];
  const draws = drawsFor(seed, 'person', index);
  return {
    index,
    id: `sub-${String(index + 1).padStart(4, '0')}`,
    site,
    dx: cell % 2 === 1 ? 1 : 0,
    sex: cell >= 2 ? 'M' : 'F',
    age: Math.round(10 * Math.max(6, site.meanAge + (AGE_SD - 1) * normal(draws))) / 10,
    motion: normal(draws),
    globalLevel: GLOBAL_LEVEL_SD.participant * normal(draws),
  };
}

/** Visit `session` of a participant. */
export function makeVisit(seed: number, participant: Participant, session: number): Visit {
  const draws = drawsFor(seed, 'visit', participant.index, session);
  const { site } = participant;
  const logFd = site.motion + LOG_FD_SD.participant * participant.motion + LOG_FD_SD.visit * normal(draws);
  return {
    participant,
    session,
    meanFd: Math.exp(logFd),
    globalLevel: site.globalLevel + participant.globalLevel + GLOBAL_LEVEL_SD.visit * normal(draws),
  };
}
