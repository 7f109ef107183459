/** @file Head motion from volume to volume: framewise displacement. */
import { InputError } from '../errors/input-error.ts';
import { MOTION, UNORDERED_MOTION } from './confound-names.ts';
import type { ConfoundsTable } from './confounds-table.ts';

/** A rotation is measured by the way it moves a point on a sphere of this radius, mm: about brain to centre of the head. */
const HEAD_RADIUS = 50;

/** Differences to the volume before; 0 at the first, which has none before it. */
export function backwardDifference(values: Float64Array): Float64Array {
  return values.map((value, t) => (t === 0 ? 0 : value - values[t - 1]));
}

/**
 * Framewise displacement, mm a volume: the sum of the absolute changes of the three translations and the three
 * rotations, as arcs at 50 mm (Power et al. 2012, NeuroImage 59:2142-2154). NaN at the first volume.
 *
 * @param motion translations x, y, z in mm, then rotations in radians
 */
export function framewiseDisplacement(motion: readonly Float64Array[]): Float64Array {
  const changes = motion.map(backwardDifference);
  return Float64Array.from(changes[0], (_, t) =>
    t === 0 ? Number.NaN : changes.reduce((sum, change, k) => sum + Math.abs(change[t]) * (k < 3 ? 1 : HEAD_RADIUS), 0),
  );
}

/** FD of a table: its own column, else computed from its motion parameters; undefined when it has neither. */
export function tableDisplacement({ columns }: ConfoundsTable): Float64Array | undefined {
  const given = columns.get('framewise_displacement');
  if (given?.some((value) => !Number.isNaN(value))) return given;
  const motion = MOTION.map((name) => columns.get(name)).filter((column) => column !== undefined);
  return motion.length === MOTION.length ? framewiseDisplacement(motion) : undefined;
}

/**
 * The values, when only the first volume (which has no change before it) is without one.
 *
 * @throws InputError naming the volume of another
 */
export function allButFirst(values: Float64Array, name: string, where: string): Float64Array {
  const missing = values.findIndex((value, t) => t > 0 && Number.isNaN(value));
  if (missing > 0)
    throw new InputError({
      where,
      problem: `${name} is missing at volume ${missing + 1}`,
      expected: 'n/a at the first volume at most',
    });
  return values;
}

/** Why a table gives no FD, and what to do. */
export function noDisplacement(table: ConfoundsTable | undefined, where: string): InputError {
  const unordered = table !== undefined && UNORDERED_MOTION.every((name) => table.columns.has(name));
  return new InputError({
    where,
    problem: unordered
      ? 'framewise displacement needs to know which motion parameters are rotations'
      : 'there is neither framewise displacement nor motion to compute it from',
    fix: unordered
      ? 'pass --motion-order fsl, spm, afni or hcp'
      : 'leave out --scrub-fd, or give the confounds of the preprocessor',
  });
}

/** Mean FD, mm: over all volumes but the first, which has none. Undefined where there is no value. */
export function meanDisplacement(displacement: Float64Array): number | undefined {
  const known = displacement.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
