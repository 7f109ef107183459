/** @file Tables of confounds, one row a volume: fMRIPrep's, and plain files of six motion parameters. */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import type { Matrix } from '../series/matrix.ts';
import { parseTextMatrix } from '../series/text-matrix.ts';
import { confoundName, MOTION, UNORDERED_MOTION } from './confound-names.ts';

export interface ConfoundsTable {
  /** By fMRIPrep's present names; translations in mm, rotations in radians. A missing value (`n/a`) is NaN. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly volumes: number;
}

/**
 * Which parameters stand in which column of a file without names, and their units:
 * - `fsl` (`.par`, MCFLIRT; also `bold_moest.txt` of OpenfMRI): three rotations in radians, three translations in mm.
 * - `spm` (`rp_*.txt`): three translations in mm, three rotations in radians.
 * - `afni` (`.1D`, 3dvolreg; also C-PAC): roll, pitch, yaw in degrees, then displacement superior, left, posterior in mm.
 * - `hcp` (`Movement_Regressors.txt`): three translations in mm, three rotations in degrees, and their derivatives.
 */
export const MOTION_ORDERS = ['fsl', 'spm', 'afni', 'hcp'] as const;
export type MotionOrder = (typeof MOTION_ORDERS)[number];

/**
 * The order named by `--motion-order`; undefined when it is not given.
 *
 * @throws InputError for any other name
 */
export function parseMotionOrder(text: string | undefined): MotionOrder | undefined {
  const order = MOTION_ORDERS.find((name) => name === text);
  if (text === undefined || order !== undefined) return order;
  const nearest = nearestName(text, MOTION_ORDERS);
  throw new InputError({
    where: '--motion-order',
    problem: 'no such order',
    expected: 'fsl, spm, afni or hcp',
    found: `"${text}"`,
    ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}?` }),
  });
}

const PARAMETERS = {
  fsl: ['rot_x', 'rot_y', 'rot_z', 'trans_x', 'trans_y', 'trans_z'],
  spm: MOTION,
  // Roll is about the axis through head and foot, pitch about the one through the ears, yaw about the third.
  afni: ['rot_z', 'rot_x', 'rot_y', 'trans_z', 'trans_x', 'trans_y'],
  hcp: MOTION,
} as const satisfies Readonly<Record<MotionOrder, readonly string[]>>;

/** Programs name their files so; nothing else is guessed. */
const ORDER_OF_NAME: readonly (readonly [RegExp, MotionOrder])[] = [
  [/\.par$/i, 'fsl'],
  [/(^|[/\\])bold_moest\.txt$/i, 'fsl'],
  [/(^|[/\\])rp_[^/\\]*\.txt$/i, 'spm'],
  [/(^|[/\\])movement_regressors[^/\\]*\.txt$/i, 'hcp'],
  [/\.1d$/i, 'afni'],
];

export interface ConfoundsOptions {
  /** Of a file without column names; else its name says it, or the order stays unknown (which only FD needs). */
  readonly motionOrder?: MotionOrder | undefined;
}

/**
 * Reads a table of confounds: with column names (fMRIPrep of any version, XCP-D), or six motion parameters without.
 *
 * @param where the file: names it in errors, and its name may say the order of motion parameters
 * @throws InputError when it is no table of numbers, two columns have one name, or a file without names has not 6 columns
 */
export function parseConfounds(text: string, where: string, options: ConfoundsOptions = {}): ConfoundsTable {
  const matrix = parseTextMatrix(new TextEncoder().encode(text), where);
  const { rows, columns: width, values, header } = matrix;
  const infinite = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (infinite >= 0)
    throw new InputError({
      where,
      problem: `volume ${Math.floor(infinite / width) + 1}, column ${(infinite % width) + 1} is infinite`,
      expected: 'numbers or n/a',
    });
  if (header === undefined) return { columns: plainMotion(matrix, where, options.motionOrder), volumes: rows };
  const columns = new Map<string, Float64Array>();
  for (const [i, given] of header.entries()) {
    const name = confoundName(given);
    if (columns.has(name))
      throw new InputError({
        where,
        problem: `two columns are named '${name}'`,
        ...(given === name ? {} : { found: `'${given}', an older name of it, as well` }),
        fix: 'remove one',
      });
    columns.set(name, column(matrix, i));
  }
  return { columns, volumes: rows };
}

function plainMotion(matrix: Matrix, where: string, asked: MotionOrder | undefined): ReadonlyMap<string, Float64Array> {
  const order = asked ?? ORDER_OF_NAME.find(([pattern]) => pattern.test(where))?.[1];
  if (matrix.columns !== 6 && !(order === 'hcp' && matrix.columns === 12))
    throw new InputError({
      where,
      problem: 'the columns have no names',
      expected: 'a header, or the 6 motion parameters',
      found: `${matrix.columns} columns`,
      fix: "give the preprocessor's table of confounds, or a file of motion parameters only",
    });
  const degrees = order === 'afni' || order === 'hcp';
  return new Map(
    (order === undefined ? UNORDERED_MOTION : PARAMETERS[order]).map((name, i) => {
      const values = column(matrix, i);
      return [name, degrees && name.startsWith('rot') ? values.map((angle) => (angle * Math.PI) / 180) : values];
    }),
  );
}

function column({ values, rows, columns }: Matrix, at: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + at]);
}
