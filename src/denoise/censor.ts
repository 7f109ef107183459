/** @file Which volumes stay: those in steady state, with little motion, in stretches that are long enough. */

/** Which volumes are censored ("scrubbed"), and what goes with them. */
export interface Scrub {
  /** Censor volumes with a framewise displacement above this, mm. */
  readonly fd?: number | undefined;
  /** Censor volumes with a standardised DVARS above this. */
  readonly dvars?: number | undefined;
  /** Volumes censored before each such one too (Power et al. 2012: 1). */
  readonly before?: number | undefined;
  /** And after it (Power et al. 2012: 2). */
  readonly after?: number | undefined;
  /** Stretches of kept volumes shorter than this are censored too (Power et al. 2014, and nilearn: 5). */
  readonly segment?: number | undefined;
}

/** What is known of each volume; NaN (the first volume) is above no threshold. */
export interface VolumeQuality {
  readonly displacement?: Float64Array | undefined;
  readonly dvars?: Float64Array | undefined;
  /** 1 at volumes before the magnetisation was steady, as fMRIPrep marks them. */
  readonly unsteady: readonly Float64Array[];
}

/**
 * The volumes that stay, ascending, from 0. Volumes not in steady state are always dropped.
 *
 * @param scrub undefined: no volume is dropped for motion
 */
export function keptVolumes(volumes: number, quality: VolumeQuality, scrub: Scrub | undefined): Int32Array {
  const censored = new Uint8Array(volumes);
  for (const marks of quality.unsteady) for (let t = 0; t < volumes; t++) if (marks[t] > 0) censored[t] = 1;
  if (scrub !== undefined) {
    const { fd = Number.POSITIVE_INFINITY, dvars = Number.POSITIVE_INFINITY, before = 0, after = 0 } = scrub;
    for (let t = 0; t < volumes; t++) {
      const moved = (quality.displacement?.[t] ?? 0) > fd || (quality.dvars?.[t] ?? 0) > dvars;
      if (moved) censored.fill(1, Math.max(0, t - before), t + after + 1);
    }
    dropShortStretches(censored, scrub.segment ?? 0);
  }
  return Int32Array.from(Array.from(censored.keys()).filter((t) => censored[t] === 0));
}

function dropShortStretches(censored: Uint8Array, shortest: number): void {
  for (let start = 0; start < censored.length; ) {
    if (censored[start] === 1) {
      start++;
      continue;
    }
    const next = censored.indexOf(1, start);
    const end = next < 0 ? censored.length : next;
    if (end - start < shortest) censored.fill(1, start, end);
    start = end;
  }
}
