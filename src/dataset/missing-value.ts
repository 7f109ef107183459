/** @file What a phenotype table writes where it has no value. */

/** True for an empty cell, `n/a`, `NA`, `NaN`, `null`, ABIDE's -9999 and ADHD-200's -999. */
export function isMissing(cell: string): boolean {
  const text = cell.trim();
  return /^(n\/a|na|nan|null)?$/i.test(text) || (text !== '' && [-9999, -999].includes(Number(text)));
}
