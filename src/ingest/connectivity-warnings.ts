/** @file What to mind of matrices that were brought to form. */
import type { Diagonal } from '../connectivity/clean-matrix.ts';

/** Of one scan: what its diagonal held, and whether its values were taken for Fisher's z. */
export interface DiagonalCount {
  readonly diagonals: ReadonlySet<Diagonal>;
  readonly fisherZ: boolean;
}

/** One sentence for each sort of diagonal that was changed, or that speaks against the values. */
export function diagonalWarnings(seen: readonly DiagonalCount[], scans: number): string[] {
  const count = (diagonal: Diagonal, fisherZ: boolean) =>
    seen.filter((scan) => scan.fisherZ === fisherZ && scan.diagonals.has(diagonal)).length;
  const changed = (['zero', 'undefined'] as const).flatMap((diagonal) => {
    const n = count(diagonal, false) + count(diagonal, true);
    return n === 0
      ? []
      : [`the diagonal was ${diagonal === 'zero' ? '0' : 'NaN'} in ${n} of ${scans} scans; it is 1 now`];
  });
  const infinite = count('infinite', false);
  const unity = count('one', true);
  return [
    ...changed,
    ...(infinite === 0
      ? []
      : [
          `the diagonal was infinite in ${infinite} of ${scans} scans, as Fisher's z of 1 is; it is 1 now, and the other ` +
            'values were taken for correlations: pass --fisher-z if they are z',
        ]),
    ...(unity === 0
      ? []
      : [
          `the diagonal was 1 in ${unity} of ${scans} scans, as of correlations, and the values were taken for Fisher's z: ` +
            'leave out --fisher-z if they are correlations',
        ]),
  ];
}
