/** @file What a file that no preprocessor's layout explains holds, by its name. */
import type { Content } from '../preprocessors/found.ts';

const BY_ENDING: readonly (readonly [RegExp, Content])[] = [
  [/\.ptseries\.nii$/i, 'parcel-series'],
  [/\.dtseries\.nii$/i, 'dense-series'],
  [/\.pconn\.nii$/i, 'connectivity'],
  [/\.(nii|img|hdr)(\.gz)?$/i, 'volume'],
];

/** What a file that no preprocessor's layout explains holds, by its name. */
export function contentOf(path: string): Content {
  return BY_ENDING.find(([ending]) => ending.test(path))?.[1] ?? 'series';
}
