/** @file Units of a NIfTI header (xyzt_units: bits 0-2 space, bits 3-5 time). */

/** Millimetres in one unit of space: metre, millimetre, micrometre; unknown is taken as millimetre, as all tools do. */
export function spatialUnit(units: number): number {
  switch (units & 7) {
    case 1:
      return 1000;
    case 3:
      return 1e-3;
    default:
      return 1;
  }
}

/** The code of seconds among the units. */
export const SECONDS = 8;

/** Shortest and longest time from volume to volume that is believed, in seconds. */
const TR_RANGE = [0.02, 60] as const;

/**
 * Seconds from volume to volume, from pixdim[4]. Undefined when the unit is none of time, or the number is one that no
 * scanner uses (2000 "seconds" are milliseconds under a wrong unit; a sidecar has to say it). Without a unit the number
 * is taken as seconds, but for 1, which stands there by default.
 */
export function repetitionTime(step: number, units: number): number | undefined {
  const unit = secondsOf(units & 0x38);
  if (unit === undefined || ((units & 0x38) === 0 && step === 1)) return undefined;
  // Through decimal digits: 0.8 was stored as float32, and 2200 ms are 2.2 s.
  const seconds = Number((step * unit).toPrecision(7));
  return seconds >= TR_RANGE[0] && seconds <= TR_RANGE[1] ? seconds : undefined;
}

function secondsOf(code: number): number | undefined {
  switch (code) {
    case 0:
    case SECONDS:
      return 1;
    case 16:
      return 1e-3;
    case 24:
      return 1e-6;
    default:
      return undefined;
  }
}
