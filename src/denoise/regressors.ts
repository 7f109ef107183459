/** @file The regressors of a strategy, from a table of confounds. */
import { InputError } from '../errors/input-error.ts';
import { compCorColumns } from './compcor.ts';
import { MOTION, UNORDERED_MOTION } from './confound-names.ts';
import type { ConfoundsTable } from './confounds-table.ts';
import { backwardDifference } from './motion.ts';
import { type Expansion, RECIPES, type Recipe, type Strategy } from './strategy.ts';

/** Named columns of one value a volume, all finite. */
export type Regressors = ReadonlyMap<string, Float64Array>;

/** No confound is larger; sums over volumes and filters stay finite below it. */
const LARGEST = 1e100;

/** Names of images that ICA-AROMA has denoised: fMRIPrep before 24.0, and fMRIPost-AROMA. */
const AROMA_IMAGE = /AROMAnonaggr|nonaggrDenoised/i;

export interface RegressorSource {
  readonly table: ConfoundsTable;
  /** The parsed JSON beside the table. */
  readonly sidecar?: unknown;
  /** The name of the scan's file: says whether ICA-AROMA was applied. */
  readonly image: string;
  readonly where: string;
}

/**
 * The columns that a strategy takes out. Derivatives and squares that the table lacks are computed: backward differences,
 * 0 at the first volume. A table's own derivatives, which have no first value (`n/a`), get the same 0.
 *
 * @throws InputError when the table lacks a column or a value of it, or the image does not fit an AROMA strategy
 */
export function strategyRegressors(strategy: Strategy, source: RegressorSource): Regressors {
  const { motion, tissues, globalSignal, compCor, aroma }: Recipe = RECIPES[strategy];
  const { table, where } = source;
  const names: string[] = [];
  const expand = (signals: readonly string[], expansion: Expansion | undefined) => {
    if (expansion !== undefined) names.push(...signals.flatMap((name) => expanded(name, expansion)));
  };
  expand(motionNames(table), motion);
  expand(['white_matter', 'csf'], tissues);
  expand(['global_signal'], globalSignal);
  if (compCor !== undefined) names.push(...compCorColumns(table, source.sidecar, compCor, where));
  if (aroma === 'in-image') checkAromaImage(source, strategy);
  if (aroma === 'regressors') names.push(...aromaColumns(source));
  const missing = names.map(baseName).filter((name) => !table.columns.has(name));
  if (missing.length > 0) throw lacks([...new Set(missing)], strategy, source);
  return new Map(names.map((name) => [name, finite(regressor(name, table), name, where)]));
}

/** Cosine drifts of the table, if it has any. */
export function tableCosines({ columns }: ConfoundsTable, where: string): Regressors {
  const cosines = [...columns].filter(([name]) => /^cosine_?\d+$/.test(name));
  return new Map(cosines.map(([name, values]) => [name, finite(values, name, where)]));
}

/** Columns that mark, with a 1 each, a volume before the magnetisation was steady. */
export function unsteadyMarks({ columns }: ConfoundsTable): Float64Array[] {
  return [...columns].filter(([name]) => name.startsWith('non_steady_state_outlier')).map(([, values]) => values);
}

const SUFFIXES = { basic: [''], full: ['', '_derivative1', '_power2', '_derivative1_power2'] } as const;

function expanded(name: string, expansion: Expansion): string[] {
  return SUFFIXES[expansion].map((suffix) => `${name}${suffix}`);
}

const baseName = (name: string) => name.replace(/_power2$/, '').replace(/_derivative1$/, '');

function motionNames({ columns }: ConfoundsTable): readonly string[] {
  return columns.has(UNORDERED_MOTION[0]) ? UNORDERED_MOTION : MOTION;
}

function regressor(name: string, table: ConfoundsTable): Float64Array {
  const given = table.columns.get(name);
  if (name.endsWith('_power2'))
    return given === undefined
      ? regressor(name.replace(/_power2$/, ''), table).map((value) => value * value)
      : name.endsWith('_derivative1_power2')
        ? startingAtZero(given)
        : given;
  if (name.endsWith('_derivative1'))
    return given === undefined
      ? backwardDifference(regressor(name.replace(/_derivative1$/, ''), table))
      : startingAtZero(given);
  return given ?? new Float64Array(table.volumes);
}

function startingAtZero(values: Float64Array): Float64Array {
  return values.map((value, t) => (t === 0 && Number.isNaN(value) ? 0 : value));
}

function finite(values: Float64Array, name: string, where: string): Float64Array {
  const bad = values.findIndex((value) => !(Math.abs(value) < LARGEST));
  if (bad >= 0)
    throw new InputError({
      where,
      problem: `${name} has no usable value at volume ${bad + 1}`,
      expected: 'a number (n/a only for derivatives, at the first volume)',
      fix: 'choose a strategy without it, or leave the scan out',
    });
  return values;
}

function aromaColumns({ table: { columns }, image, where }: RegressorSource): string[] {
  if (AROMA_IMAGE.test(image))
    throw new InputError({
      where,
      problem: 'ICA-AROMA was applied to this image already, and its components would be regressed out again',
      fix: 'choose --denoise aroma, or give the image without ICA-AROMA',
    });
  const names = [...columns.keys()].filter((name) => name.startsWith('aroma_motion_'));
  if (names.length === 0)
    throw new InputError({
      where,
      problem: 'the table has no ICA-AROMA components (aroma_motion_…)',
      fix: 'run the preprocessor with ICA-AROMA, or choose another --denoise strategy',
    });
  return names;
}

function checkAromaImage({ image, where }: RegressorSource, strategy: Strategy): void {
  if (AROMA_IMAGE.test(image)) return;
  throw new InputError({
    where,
    problem: `--denoise ${strategy} is for images that ICA-AROMA has denoised without aggression, and this is none by its name`,
    expected: 'desc-smoothAROMAnonaggr or desc-nonaggrDenoised in the name',
    fix: `give those images, or regress the components of the table out with --denoise ${strategy.replace('aroma', 'aroma-aggressive')}`,
  });
}

function lacks(missing: readonly string[], strategy: Strategy, { table, where }: RegressorSource): InputError {
  const found = [...table.columns.keys()];
  return new InputError({
    where,
    problem: `the table lacks ${missing.join(', ')} for --denoise ${strategy}`,
    found: `${found.length} columns (${found.slice(0, 5).join(', ')}${found.length > 5 ? ', …' : ''})`,
    fix: 'choose a strategy of what the table has, or give the confounds of the preprocessor',
  });
}
