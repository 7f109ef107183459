/** @file Whether a scan is long enough for what is asked of it, and how much of it is left afterwards. */
import { InputError } from '../errors/input-error.ts';
import type { DenoiseSettings } from './settings.ts';

/** Minutes that scrubbing must leave, when nothing is said (Satterthwaite et al. 2013; Parkes et al. 2018). */
const FEWEST_MINUTES = 4;
/** Volumes without which no correlation means anything, as for scans that are not denoised. */
const FEWEST_VOLUMES = 20;
/** Independent values below which a correlation says next to nothing. */
const LEAST_FREEDOM = 10;

/**
 * Refuses a repetition time that cannot be one, a filter without it, and a band beyond the Nyquist frequency.
 *
 * @throws InputError
 */
export function checkTr({ bandPass }: DenoiseSettings, tr: number | undefined, where: string): void {
  if (tr !== undefined && !(tr > 0 && tr < 100))
    throw new InputError({ where, problem: 'not a repetition time', expected: 'seconds', found: `${tr}` });
  if (bandPass === undefined) return;
  if (tr === undefined)
    throw new InputError({
      where,
      problem: '--band-pass needs the repetition time, which is not known of this scan',
      fix: 'pass --tr SECONDS',
    });
  const nyquist = 1 / (2 * tr);
  const [low, high] = bandPass;
  const highest = high ?? low ?? 0;
  if (!(highest < nyquist))
    throw new InputError({
      where,
      problem: `--band-pass reaches ${highest} Hz, where a scan of this repetition time has nothing`,
      expected: `less than ${Number(nyquist.toPrecision(4))} Hz (half of one volume in ${tr} s)`,
      fix:
        high === undefined
          ? 'lower the edge'
          : `lower the edge, or leave it open${low === undefined ? '' : ` (${low}-)`}`,
    });
  if ((low ?? high ?? 0) * tr < 1e-5)
    throw new InputError({
      where,
      problem: '--band-pass has an edge too slow for any scan',
      found: `${low ?? high} Hz`,
    });
}

/** What {@link checkLength} needs to know. */
interface Lengths {
  readonly settings: DenoiseSettings;
  readonly tr?: number | undefined;
  readonly where: string;
}

/**
 * Refuses a scan of which too few volumes are left: fewer than 20, than were asked for, than 4 minutes (after scrubbing,
 * where the repetition time is known and nothing else is asked for), or than a filter needs.
 *
 * @param padding samples by which the filter extends a series
 * @throws InputError with both numbers
 */
export function checkLength(
  kept: Int32Array,
  volumes: number,
  padding: number,
  { settings, tr, where }: Lengths,
): void {
  const { scrub, minimumVolumes, minimumMinutes } = settings;
  const minutes =
    minimumMinutes ?? (scrub !== undefined && minimumVolumes === undefined && tr !== undefined ? FEWEST_MINUTES : 0);
  if (minutes > 0 && tr === undefined)
    throw new InputError({
      where,
      problem: '--min-minutes needs the repetition time, which is not known of this scan',
      fix: 'pass --tr SECONDS, or --min-volumes',
    });
  const least = Math.max(FEWEST_VOLUMES, minimumVolumes ?? 0, tr === undefined ? 0 : Math.ceil((60 * minutes) / tr));
  if (kept.length < least)
    throw new InputError({
      where,
      problem: 'too few volumes are left',
      expected: `at least ${least}${minutes > 0 ? ` (${minutes} minutes)` : ''}`,
      found: `${kept.length} of ${volumes}`,
      fix: 'leave the scan out, or allow more motion or a shorter scan (--scrub-fd, --min-minutes, --min-volumes)',
    });
  const span = kept[kept.length - 1] - kept[0] + 1;
  if (span <= padding)
    throw new InputError({
      where,
      problem: 'the scan is too short to be filtered',
      expected: `more than ${padding} volumes`,
      found: `${span}`,
      fix: 'leave the scan out, or leave out --band-pass',
    });
}

/**
 * Independent values left in each series. A band-pass leaves, of n volumes, n times the share of frequencies it passes
 * (Davey et al. 2013, NeuroImage 64); what the regressors take, mean and trend come off that.
 */
export function degreesOfFreedom(
  volumes: number,
  rank: number,
  { bandPass, detrend }: DenoiseSettings,
  tr: number | undefined,
): number {
  const [low, high] = bandPass ?? [undefined, undefined];
  const nyquist = 1 / (2 * (tr ?? 1));
  const share = ((high ?? nyquist) - (low ?? 0)) / nyquist;
  // A high-pass has no room for mean and trend to begin with.
  const slow = low !== undefined ? 0 : detrend ? 2 : 1;
  return Math.floor(volumes * share) - rank - slow;
}

/** @throws InputError with the numbers when too little is left */
export function checkFreedom(freedom: number, volumes: number, rank: number, where: string): void {
  if (freedom >= LEAST_FREEDOM) return;
  throw new InputError({
    where,
    problem: `denoising would leave ${Math.max(0, freedom)} degrees of freedom: ${rank} independent regressors on ${volumes} volumes`,
    expected: `at least ${LEAST_FREEDOM}, after what the filter takes`,
    fix: 'choose a strategy with fewer regressors, a wider --band-pass, or leave the scan out',
  });
}
