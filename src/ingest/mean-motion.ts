/** @file Motion of a scan that a preprocessor has denoised already, by the table beside its series. Node only. */
import { isMissing } from '../dataset/missing-value.ts';
import { meanDisplacement } from '../denoise/motion.ts';
import { InputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import { parseTable } from '../files/table.ts';

const COLUMN = 'framewise_displacement';

/**
 * Mean framewise displacement of all volumes, mm, censored ones too, as `mean_fd` for `scans.tsv`; nothing when the table
 * does not say.
 *
 * @param path a table with a row a volume (XCP-D: `_motion.tsv`)
 * @throws InputError when it cannot be read, or a displacement is no length
 */
export function meanMotion(path: string): Readonly<Record<string, string>> {
  const { columns, rows } = parseTable(readText(path), path);
  if (!columns.includes(COLUMN)) return {};
  const displacement = Float64Array.from(rows, (row, i) => {
    // The first volume has none before it.
    const value = isMissing(row[COLUMN]) ? Number.NaN : Number(row[COLUMN]);
    if (isMissing(row[COLUMN]) || (value >= 0 && value < Infinity)) return value;
    throw new InputError({
      where: `${path} row ${i + 2}`,
      problem: 'the framewise displacement is no length',
      expected: 'mm',
      found: `"${row[COLUMN]}"`,
    });
  });
  const mean = meanDisplacement(displacement);
  return mean === undefined ? {} : { mean_fd: mean.toFixed(4) };
}
