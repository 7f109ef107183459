/** @file A scan denoised with the confounds that lie beside it. Node only. */
import { basename } from 'node:path';
import { type MotionOrder, parseConfounds } from '../denoise/confounds-table.ts';
import { denoise } from '../denoise/denoise.ts';
import type { DenoiseSettings } from '../denoise/settings.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import type { TimeSeries } from '../series/time-series.ts';
import type { ScanFile } from './scan-to-read.ts';

/** @throws InputError when the confounds cannot be read, or the scan cannot be denoised as asked */
export function denoiseScan(
  series: TimeSeries,
  { path, where, confounds, tr }: ScanFile,
  settings: DenoiseSettings,
  motionOrder: MotionOrder | undefined,
): { readonly series: TimeSeries; readonly measures: Readonly<Record<string, string>> } {
  const table =
    confounds === undefined ? undefined : parseConfounds(readText(confounds.table), confounds.table, { motionOrder });
  const sidecar = confounds?.sidecar === undefined ? undefined : parseSidecar(confounds.sidecar);
  const denoised = denoise(series, { confounds: table, sidecar, tr, settings, image: basename(path), where });
  const censored = series.timepoints - denoised.keptVolumes.length;
  return {
    series: denoised.series,
    measures: {
      ...(denoised.meanFd === undefined ? {} : { mean_fd: denoised.meanFd.toFixed(4) }),
      ...(settings.scrub === undefined ? {} : { n_censored: String(censored) }),
    },
  };
}

function parseSidecar(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError({ where: path, problem: 'the sidecar is not JSON', fix: 'copy it again' }, { cause });
  }
}
