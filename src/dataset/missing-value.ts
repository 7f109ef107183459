/** @file What a phenotype table writes where it has no value. */

/** True for an empty cell, `n/a`, `NA`, `NaN`, `null`, and ABIDE's -9999. */
export function isMissing(cell: string): boolean {
  const text = cell.trim();
  return /^(n\/a|na|nan|null)?$/i.test(text) || (text !== '' && Number(text) === -9999);
}
