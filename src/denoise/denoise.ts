/** @file One scan denoised: censored, filtered, its confounds regressed out, in a unit of choice. */
import { InputError } from '../errors/input-error.ts';
import { checkSeries } from '../series/check-series.ts';
import { missingRois } from '../series/missing-rois.ts';
import type { TimeSeries } from '../series/time-series.ts';
import { butterworth } from './butterworth.ts';
import { keptVolumes, type Scrub } from './censor.ts';
import { clean, selectRows } from './clean.ts';
import type { ConfoundsTable } from './confounds-table.ts';
import { cosineDrifts } from './drift.ts';
import { standardisedDvars } from './dvars.ts';
import { checkFreedom, checkLength, checkTr, degreesOfFreedom } from './feasibility.ts';
import { allButFirst, meanDisplacement, noDisplacement, tableDisplacement } from './motion.ts';
import { type Regressors, strategyRegressors, tableCosines, unsteadyMarks } from './regressors.ts';
import type { DenoiseSettings } from './settings.ts';
import { checkMeans, levelOf, percentSignalChange, standardise } from './standardise.ts';
import { RECIPES, type Recipe } from './strategy.ts';

export interface DenoiseInput {
  readonly confounds?: ConfoundsTable | undefined;
  /** The parsed JSON beside fMRIPrep's table: says which tissue an aCompCor component is of. */
  readonly sidecar?: unknown;
  /** Repetition time, seconds. */
  readonly tr?: number | undefined;
  readonly settings: DenoiseSettings;
  /** The name of the scan's file, when `where` does not hold it: ICA-AROMA's images are known by it. */
  readonly image?: string | undefined;
  /** The scan, for errors. */
  readonly where: string;
}

export interface Denoised {
  /** The volumes kept. ROIs without signal are zeros. */
  readonly series: TimeSeries;
  /** Volumes of the input that are left, from 0. */
  readonly keptVolumes: Int32Array;
  /** Mean framewise displacement of all volumes, mm, where motion is known. */
  readonly meanFd?: number | undefined;
  /** Confounds regressed out, by name. */
  readonly regressors: readonly string[];
  /** Those of them that others say already, and so took nothing. */
  readonly dependent: readonly string[];
  /** Independent values left in each series: volumes, less what the filter and the regression took. */
  readonly degreesOfFreedom: number;
}

/**
 * Denoises a scan. In order: volumes are censored by motion; when there is a band-pass, they are interpolated; series and
 * confounds are detrended and filtered alike; censored volumes are dropped; the filtered confounds are regressed out;
 * the series is standardised. All in float64.
 *
 * @throws InputError when the confounds do not fit the scan or the strategy, a filter has no TR or lies beyond the Nyquist
 *   frequency, scrubbing leaves too little, or the regression would leave fewer than 10 degrees of freedom
 */
export function denoise(series: TimeSeries, input: DenoiseInput): Denoised {
  const { confounds, settings, tr, where } = input;
  const { rois, timepoints } = series;
  checkSeries(series, where);
  checkTr(settings, tr, where);
  if (confounds !== undefined && confounds.volumes !== timepoints)
    throw new InputError({
      where,
      problem: 'the confounds are of another number of volumes than the scan',
      expected: `${timepoints}`,
      found: `${confounds.volumes}`,
      fix: 'give the confounds of this run, with the same first volumes dropped',
    });
  const displacement = confounds === undefined ? undefined : tableDisplacement(confounds);
  const kept = keptOf(series, input, displacement);
  const filter = settings.bandPass === undefined || tr === undefined ? undefined : butterworth(settings.bandPass, tr);
  checkLength(kept, timepoints, filter?.padding ?? 0, input);
  const regressors = allRegressors(series, input);
  const names = [...regressors.keys()];
  if (names.length >= kept.length) checkFreedom(kept.length - names.length, kept.length, names.length, where);

  const values = Float64Array.from(series.values);
  const keptRows = { values: Float32Array.from(selectRows(values, rois, kept)), timepoints: kept.length, rois };
  const missing = new Set(missingRois(keptRows));
  const before = levelOf(selectRows(values, rois, kept), rois);
  if (settings.standardise === 'psc') checkMeans(before, missing, where);
  const cleaned = clean(values, rois, [...regressors.values()], {
    kept,
    detrend: settings.detrend,
    filter,
    interpolation: settings.interpolation ?? 'cubic',
  });
  const freedom = degreesOfFreedom(kept.length, cleaned.rank, settings, tr);
  checkFreedom(freedom, kept.length, cleaned.rank, where);
  if (settings.standardise === true) standardise(cleaned.values, rois, before);
  if (settings.standardise === 'psc') percentSignalChange(cleaned.values, rois, before);
  for (const roi of missing) for (let t = 0; t < kept.length; t++) cleaned.values[t * rois + roi] = 0;
  return {
    series: { values: Float32Array.from(cleaned.values), timepoints: kept.length, rois },
    keptVolumes: kept,
    meanFd: displacement === undefined ? undefined : meanDisplacement(displacement),
    regressors: names,
    dependent: cleaned.dependent.map((at) => names[at]),
    degreesOfFreedom: freedom,
  };
}

function keptOf(series: TimeSeries, input: DenoiseInput, displacement: Float64Array | undefined): Int32Array {
  const { confounds, settings, where } = input;
  const { scrub, strategy, cosine } = settings;
  if (scrub?.fd !== undefined) {
    if (displacement === undefined) throw noDisplacement(confounds, where);
    allButFirst(displacement, 'framewise displacement', where);
  }
  const untouched = confounds === undefined || (strategy === 'none' && scrub === undefined && cosine !== true);
  return keptVolumes(
    series.timepoints,
    {
      displacement,
      dvars: dvarsOf(series, confounds, scrub, where),
      unsteady: untouched ? [] : unsteadyMarks(confounds),
    },
    scrub,
  );
}

/** The table's own, which is over voxels; else over ROIs. */
function dvarsOf(
  series: TimeSeries,
  confounds: ConfoundsTable | undefined,
  scrub: Scrub | undefined,
  where: string,
): Float64Array | undefined {
  if (scrub?.dvars === undefined) return undefined;
  const given = confounds?.columns.get('std_dvars');
  return given === undefined ? standardisedDvars(series) : allButFirst(given, 'std_dvars', where);
}

function allRegressors({ timepoints }: TimeSeries, input: DenoiseInput): Regressors {
  const { confounds, settings, tr, where } = input;
  const { strategy, bandPass, cosine } = settings;
  const regressors = new Map<string, Float64Array>();
  const add = (columns: Regressors) => {
    for (const [name, values] of columns) regressors.set(name, values);
  };
  if (strategy !== 'none') {
    if (confounds === undefined)
      throw new InputError({
        where,
        problem: `--denoise ${strategy} needs the confounds of the scan, and none were found`,
        fix: 'give the outputs of the preprocessor with their tables, or leave out --denoise',
      });
    add(strategyRegressors(strategy, { table: confounds, sidecar: input.sidecar, image: input.image ?? where, where }));
  }
  const { compCor }: Recipe = RECIPES[strategy];
  // fMRIPrep takes CompCor from data without these drifts: to regress out the one without the other brings them back.
  const wanted = cosine === true || (compCor !== undefined && bandPass?.[0] === undefined);
  const given = wanted && confounds !== undefined ? tableCosines(confounds, where) : new Map();
  add(given);
  if (cosine === true && given.size === 0) add(computedCosines(timepoints, tr, where));
  return regressors;
}

function computedCosines(volumes: number, tr: number | undefined, where: string): Regressors {
  if (tr === undefined)
    throw new InputError({
      where,
      problem: '--cosine needs the repetition time, and the confounds have no cosines',
      fix: 'pass --tr SECONDS',
    });
  return new Map(
    cosineDrifts(volumes, tr).map((values, k) => [`cosine${String(k).padStart(2, '0')}`, values] as const),
  );
}
