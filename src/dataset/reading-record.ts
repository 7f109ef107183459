/** @file `reading` of `dataset.json`: whether two data sets were read the same way. */

/** What was done once, not how a scan was read. */
const ABOUT_ONE_RUN: ReadonlySet<string> = new Set([
  'participants',
  'columns',
  'ids',
  'tr',
  'rowsWithoutFile',
  'leftOut',
  'shard',
  'mergedFrom',
]);

export type ReadingRecord = Readonly<Record<string, unknown>>;

/** The first thing that was read otherwise, with what each says of it; undefined when all is alike. */
export function readOtherwise(
  one: ReadingRecord,
  other: ReadingRecord,
): { readonly what: string; readonly one: string; readonly other: string } | undefined {
  const said = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
  const what = Object.keys({ ...one, ...other }).find(
    (key) => !ABOUT_ONE_RUN.has(key) && said(one[key]) !== said(other[key]),
  );
  return what === undefined ? undefined : { what, one: said(one[what]), other: said(other[what]) };
}

/** The record without what is about one run. */
export function howRead(record: ReadingRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !ABOUT_ONE_RUN.has(key)));
}
