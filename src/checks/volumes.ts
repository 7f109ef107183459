/** @file Scans with too little data: too few volumes after scrubbing, or from the start. */
import type { Dataset, Scan } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';
import { brief, type Finding, someScans } from './finding.ts';

/** Minutes of data that studies ask for after scrubbing: Satterthwaite et al., NeuroImage 64:240-256, 2013. */
const LEAST_MINUTES = 4;
/** Where no repetition time is known: that many minutes at 2 s. */
const LEAST_VOLUMES = 120;
/** A scan that lost more than this part of its volumes is one of motion. */
const MOST_CENSORED = 0.5;
/** What `ingest --scrub-fd` and `--scrub-dvars` write. */
const CENSORED_COLUMN = 'n_censored';

/**
 * A warning about scans that scrubbing left too short, or with less than half of their volumes; a note about scans that
 * are short as they are.
 */
export function volumeFindings({ scans, readConnectivity }: Dataset, chosen: readonly number[]): Finding[] {
  const known = chosen.map((index) => scans[index]).filter(({ timepoints }) => timepoints > 0);
  const scrubbed = known.filter((scan) => (censoredOf(scan) ?? 0) > 0);
  const spoilt = scrubbed.filter((scan) => isShort(scan) || shareLost(scan) > MOST_CENSORED);
  // Of matrices without series nobody says what they were computed from unless asked.
  const short = readConnectivity === undefined ? known.filter((scan) => isShort(scan) && !spoilt.includes(scan)) : [];
  return [...scrubbedFinding(spoilt, scrubbed.length), ...shortFinding(short)];
}

function scrubbedFinding(spoilt: readonly Scan[], scrubbed: number): Finding[] {
  if (spoilt.length === 0) return [];
  const sorted = [...spoilt].sort((a, b) => a.timepoints - b.timepoints);
  const [worst] = sorted;
  const ids = sorted.map(({ scanId }) => scanId);
  const read = worst.timepoints + (censoredOf(worst) ?? 0);
  return [
    {
      id: 'few-volumes',
      level: 'warning',
      scans: ids,
      message:
        `scrubbing left less than ${LEAST_MINUTES} minutes, or less than half of the volumes, of ${someScans(ids)}: of ` +
        `${worst.scanId} ${worst.timepoints} of ${read} volumes${inMinutes(worst)}`,
      evidence: {
        scans: ids.length,
        scrubbed_scans: scrubbed,
        fewest_volumes_kept: worst.timepoints,
        volumes_read: read,
        ...minutes(worst),
      },
    },
  ];
}

function shortFinding(short: readonly Scan[]): Finding[] {
  if (short.length === 0) return [];
  const sorted = [...short].sort((a, b) => lengthOf(a) - lengthOf(b));
  const [worst] = sorted;
  const ids = sorted.map(({ scanId }) => scanId);
  const without = short.some(({ tr }) => tr === undefined)
    ? ` (without a repetition time: fewer than ${LEAST_VOLUMES} volumes)`
    : '';
  return [
    {
      id: 'few-volumes',
      level: 'note',
      scans: ids,
      message:
        `${someScans(ids)} ${ids.length === 1 ? 'has' : 'have'} less than ${LEAST_MINUTES} minutes of data${without}; ` +
        `${worst.scanId} has ${worst.timepoints} volumes${inMinutes(worst)}: connectivity of short scans is noisy`,
      evidence: { scans: ids.length, fewest_volumes: worst.timepoints, ...minutes(worst) },
    },
  ];
}

/** Volumes that scrubbing took from a scan; undefined when nobody says. */
function censoredOf({ phenotype }: Scan): number | undefined {
  const cell = phenotype[CENSORED_COLUMN] ?? '';
  const count = isMissing(cell) ? Number.NaN : Number(cell);
  return Number.isInteger(count) && count >= 0 ? count : undefined;
}

function shareLost(scan: Scan): number {
  const censored = censoredOf(scan) ?? 0;
  return censored / (scan.timepoints + censored);
}

function isShort(scan: Scan): boolean {
  return lengthOf(scan) < LEAST_MINUTES;
}

/** Minutes, taken as 2 s a volume where the repetition time is not known. */
function lengthOf({ timepoints, tr }: Scan): number {
  return tr === undefined ? (LEAST_MINUTES * timepoints) / LEAST_VOLUMES : (timepoints * tr) / 60;
}

function minutes({ timepoints, tr }: Scan): { readonly minutes?: number } {
  return tr === undefined ? {} : { minutes: (timepoints * tr) / 60 };
}

function inMinutes({ timepoints, tr }: Scan): string {
  return tr === undefined ? '' : ` (${brief((timepoints * tr) / 60)} min)`;
}
