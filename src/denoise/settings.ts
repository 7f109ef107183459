/** @file What is asked of denoising, and how it is said on a command line. */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { BandPass } from './butterworth.ts';
import type { Scrub } from './censor.ts';
import { INTERPOLATIONS, type Interpolation } from './interpolate.ts';
import { ALIASES, type Alias, RECIPES, type Strategy } from './strategy.ts';

export interface DenoiseSettings {
  readonly strategy: Strategy;
  /** Take out mean and linear trend. */
  readonly detrend: boolean;
  /** Butterworth filter, Hz. */
  readonly bandPass?: BandPass | undefined;
  /** Regress out slow cosines: a high-pass at 1/128 Hz. */
  readonly cosine?: boolean | undefined;
  /** true: mean 0 and standard deviation 1. `psc`: percent signal change. */
  readonly standardise: boolean | 'psc';
  readonly scrub?: Scrub | undefined;
  /** Of censored volumes, before the filter; cubic when nothing is said. */
  readonly interpolation?: Interpolation | undefined;
  /** Fewest volumes that scrubbing must leave. */
  readonly minimumVolumes?: number | undefined;
  /** Fewest minutes that scrubbing must leave; 4 when nothing is said and the TR is known. */
  readonly minimumMinutes?: number | undefined;
}

/** Options of a command, as text. */
export interface DenoiseRequest {
  readonly denoise?: string;
  readonly bandPass?: string;
  readonly detrend?: boolean;
  readonly cosine?: boolean;
  readonly scrubFd?: string;
  readonly scrubDvars?: string;
  readonly scrubBefore?: string;
  readonly scrubAfter?: string;
  readonly scrubSegment?: string;
  readonly interpolate?: string;
  /** `--standardise` alone is true. */
  readonly standardise?: string | boolean;
  readonly minVolumes?: string;
  readonly minMinutes?: string;
}

/** Others may lie beside them in what a command was given. */
const OPTIONS = [
  'denoise',
  'bandPass',
  'detrend',
  'cosine',
  'scrubFd',
  'scrubDvars',
  'scrubBefore',
  'scrubAfter',
  'scrubSegment',
  'interpolate',
  'standardise',
  'minVolumes',
  'minMinutes',
] as const satisfies readonly (keyof DenoiseRequest)[];

/** Every name that `--denoise` takes. */
export const STRATEGY_NAMES: readonly string[] = [...Object.keys(RECIPES), ...Object.keys(ALIASES)];

/** Stretches of fewer kept volumes are censored, when nothing is said (nilearn; Power et al. 2014). */
const SHORTEST_SEGMENT = 5;

/**
 * Settings from options. A preset of nilearn (`simple`, `scrubbing`, `compcor`, `ica_aroma`) brings cosine drifts and
 * thresholds of its own, which options override.
 *
 * @returns undefined when nothing is asked for
 * @throws InputError naming the option
 */
export function parseDenoiseSettings(request: DenoiseRequest): DenoiseSettings | undefined {
  if (OPTIONS.every((option) => request[option] === undefined || request[option] === false)) return undefined;
  const preset = presetOf(request.denoise ?? 'none');
  const bandPass = request.bandPass === undefined ? undefined : parseBand(request.bandPass);
  // A band-pass takes the place of a preset's drifts.
  const cosine = request.cosine ?? (preset.cosine && bandPass?.[0] === undefined);
  if (cosine === true && bandPass?.[0] !== undefined)
    throw new InputError({
      where: '--cosine',
      problem: 'the lower edge of --band-pass is a high-pass filter already',
      fix: 'leave out one of them',
    });
  return {
    strategy: preset.strategy,
    detrend: request.detrend === true,
    standardise: parseStandardise(request.standardise),
    bandPass,
    cosine: cosine === true ? true : undefined,
    scrub: parseScrub(request, preset.scrub),
    interpolation: parseInterpolation(request.interpolate),
    minimumVolumes: whole('--min-volumes', request.minVolumes, 1),
    minimumMinutes: above('--min-minutes', request.minMinutes),
  };
}

type Preset = { readonly strategy: Strategy; readonly cosine?: boolean; readonly scrub?: Alias['scrub'] };

function presetOf(name: string): Preset {
  if (isStrategy(name)) return { strategy: name };
  if (isAlias(name)) return ALIASES[name];
  const nearest = nearestName(name, STRATEGY_NAMES);
  throw new InputError({
    where: '--denoise',
    problem: `there is no strategy "${name}"`,
    expected: `one of ${STRATEGY_NAMES.join(', ')}`,
    ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}?` }),
  });
}

const isStrategy = (name: string): name is Strategy => Object.hasOwn(RECIPES, name);
const isAlias = (name: string): name is keyof typeof ALIASES => Object.hasOwn(ALIASES, name);

const EDGE = String.raw`(\d*\.?\d+(?:e[-+]?\d+)?)?`;

function parseBand(text: string): BandPass {
  const [, low, high] = new RegExp(`^${EDGE}-${EDGE}$`, 'i').exec(text.slice(0, 100).replace(/\s|hz/gi, '')) ?? [];
  const band = [edge(low), edge(high)] as const;
  const known = band.filter((value) => value !== undefined);
  if (known.length === 0 || !known.every((value) => value > 0 && value < 1e6) || !(known[0] < (known[1] ?? 1e6)))
    throw new InputError({
      where: '--band-pass',
      problem: 'not a band of frequencies',
      expected: 'LOW-HIGH in Hz (0.01-0.1), LOW- for a high-pass or -HIGH for a low-pass',
      found: `"${text}"`,
    });
  return band;
}

const edge = (text: string | undefined) => (text === undefined ? undefined : Number(text));

function parseScrub(request: DenoiseRequest, preset: Alias['scrub']): Scrub | undefined {
  const fd = above('--scrub-fd', request.scrubFd) ?? preset?.fd;
  const dvars = above('--scrub-dvars', request.scrubDvars) ?? preset?.dvars;
  const before = whole('--scrub-before', request.scrubBefore, 0);
  const after = whole('--scrub-after', request.scrubAfter, 0);
  const segment = whole('--scrub-segment', request.scrubSegment, 0);
  if (fd === undefined && dvars === undefined) {
    if (before === undefined && after === undefined && segment === undefined) return undefined;
    throw new InputError({
      where: before !== undefined ? '--scrub-before' : after !== undefined ? '--scrub-after' : '--scrub-segment',
      problem: 'it is not said which volumes are censored',
      fix: 'add --scrub-fd MM or --scrub-dvars Z',
    });
  }
  return {
    ...(fd === undefined ? {} : { fd }),
    ...(dvars === undefined ? {} : { dvars }),
    before: before ?? 0,
    after: after ?? 0,
    segment: segment ?? preset?.segment ?? SHORTEST_SEGMENT,
  };
}

function parseStandardise(value: string | boolean | undefined): DenoiseSettings['standardise'] {
  if (value === undefined || typeof value === 'boolean') return value === true;
  if (value === 'z' || value === 'psc') return value === 'psc' ? 'psc' : true;
  throw new InputError({
    where: '--standardise',
    problem: 'no such unit',
    expected: 'z (standard deviations) or psc (percent signal change)',
    found: `"${value}"`,
  });
}

function parseInterpolation(text: string | undefined): Interpolation | undefined {
  if (text === undefined) return undefined;
  const found = INTERPOLATIONS.find((name) => name === text);
  if (found === undefined)
    throw new InputError({
      where: '--interpolate',
      problem: 'no such interpolation',
      expected: INTERPOLATIONS.join(' or '),
      found: `"${text}"`,
    });
  return found;
}

function above(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1e6))
    throw new InputError({
      where: option,
      problem: 'not a usable number',
      expected: 'a number above 0',
      found: `"${text}"`,
    });
  return value;
}

function whole(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new InputError({
      where: option,
      problem: 'not a usable number',
      expected: `a whole number of at least ${least}`,
      found: `"${text}"`,
    });
  return value;
}
