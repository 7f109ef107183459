/** @file Head motion of scans: its column, found by the names it goes by. */
import type { Dataset } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';

/** Mean framewise displacement (mm) as preprocessors and data sets call it, in lower case without marks, best first. */
const COLUMNS = [
  'meanfd',
  'fdmean',
  'funcmeanfd',
  'meanframewisedisplacement',
  'framewisedisplacementmean',
  'meanfdpower',
  'meanfdjenkinson',
  'fdmeanjenkinson',
  'rmsmean',
  'meanfdrms',
];

/** The mean framewise displacement of scans, mm, by index; undefined when no column or hardly a value is known. */
export function motionOf({ phenotypeColumns, scans }: Dataset, chosen: readonly number[]) {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const column = COLUMNS.flatMap((known) => phenotypeColumns.filter((name) => plain(name) === known))[0];
  if (column === undefined) return undefined;
  const values = new Map<number, number>();
  for (const index of chosen) {
    const cell = scans[index].phenotype[column] ?? '';
    const fd = isMissing(cell) ? Number.NaN : Number(cell);
    if (fd >= 0 && Number.isFinite(fd)) values.set(index, fd);
  }
  return values.size < 3 ? undefined : { column, values };
}
