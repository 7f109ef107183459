/** @file What to mind of matrices that were brought to form. */
import type { Diagonal } from '../connectivity/clean-matrix.ts';
import type { Source } from '../dataset/description.ts';

/** One sentence for each sort of diagonal that was changed, or that speaks against the values. */
export function diagonalWarnings(sources: readonly Source[]): string[] {
  const count = (diagonal: Diagonal, ...fisherZ: boolean[]) => {
    const n = sources.filter((of) => fisherZ.includes(of.fisherZ === true) && of.diagonals?.includes(diagonal)).length;
    return { n, of: `in ${n} of ${sources.length} scans` };
  };
  const zero = count('zero', false, true);
  const undefinedOnes = count('undefined', false, true);
  const infinite = count('infinite', false);
  const unity = count('one', true);
  return [
    ...(zero.n === 0 ? [] : [`the diagonal was 0 ${zero.of}; it is 1 now`]),
    ...(undefinedOnes.n === 0 ? [] : [`the diagonal was NaN ${undefinedOnes.of}; it is 1 now`]),
    ...(infinite.n === 0
      ? []
      : [
          `the diagonal was infinite ${infinite.of}, as Fisher's z of 1 is; it is 1 now, and the other ` +
            'values were taken for correlations: pass --fisher-z if they are z',
        ]),
    ...(unity.n === 0
      ? []
      : [
          `the diagonal was 1 ${unity.of}, as of correlations, and the values were taken for Fisher's z: ` +
            'leave out --fisher-z if they are correlations',
        ]),
  ];
}
