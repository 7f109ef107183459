/** @file `scans.tsv`: one row a scan, tab-separated, never quoted. */
import { InputError } from '../errors/input-error.ts';
import type { Scan } from './dataset.ts';

/** The columns that every `scans.tsv` begins with; the phenotype columns follow. */
export const SCAN_COLUMNS = [
  'scan_id',
  'participant_id',
  'session',
  'run',
  'site',
  'n_timepoints',
  'offset',
  'tr',
] as const;

/**
 * Refuses phenotype columns that `scans.tsv` cannot hold: empty, repeated, or named like one of {@link SCAN_COLUMNS}.
 *
 * @throws InputError
 */
export function checkPhenotypeColumns(columns: readonly string[]): void {
  const seen = new Set<string>(SCAN_COLUMNS);
  for (const column of columns) {
    if (seen.has(column)) {
      const reserved = (SCAN_COLUMNS as readonly string[]).includes(column);
      throw new InputError({
        where: `column "${column}"`,
        problem: reserved ? 'the data set keeps this name for itself' : 'the column occurs twice',
        fix: 'rename the column',
      });
    }
    if (column === '') throw new InputError({ problem: 'a phenotype column has no name', fix: 'name every column' });
    refuseSeparators(column, 'column');
    seen.add(column);
  }
}

/** The text of `scans.tsv`. @throws InputError when a value holds a tab or a line break */
export function formatScans(scans: readonly Scan[], phenotypeColumns: readonly string[]): string {
  const lines = [[...SCAN_COLUMNS, ...phenotypeColumns].join('\t')];
  for (const scan of scans) {
    const cells = [
      scan.scanId,
      scan.participantId,
      scan.session,
      scan.run,
      scan.site,
      String(scan.timepoints),
      String(scan.offset),
      scan.tr === undefined ? '' : String(scan.tr),
      ...phenotypeColumns.map((column) => (Object.hasOwn(scan.phenotype, column) ? scan.phenotype[column] : '')),
    ];
    for (const cell of cells) refuseSeparators(cell, `scan ${scan.scanId}`);
    lines.push(cells.join('\t'));
  }
  return `${lines.join('\n')}\n`;
}

function refuseSeparators(cell: string, where: string): void {
  if (/[\t\r\n]/.test(cell))
    throw new InputError({
      where,
      problem: `the value ${JSON.stringify(cell)} holds a tab or a line break`,
      fix: 'replace it by a space',
    });
}

/**
 * Reads `scans.tsv`. Ids and phenotypes stay text: `0051463` keeps its zeros.
 *
 * @param where the file's path, for messages
 * @throws InputError with the row when the table is not as {@link formatScans} writes it
 */
export function parseScans(text: string, where: string): { scans: Scan[]; phenotypeColumns: string[] } {
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  const header = (lines[0] ?? '').split('\t');
  const missing = SCAN_COLUMNS.findIndex((column, i) => header[i] !== column);
  if (missing >= 0)
    throw new InputError({
      where: `${where} column ${missing + 1}`,
      problem: 'the header is not that of a data set',
      expected: `"${SCAN_COLUMNS[missing]}"`,
      found: `"${header[missing] ?? ''}"`,
      fix: 'write the data set again with brainmass ingest',
    });
  const phenotypeColumns = header.slice(SCAN_COLUMNS.length);
  checkPhenotypeColumns(phenotypeColumns);
  const scans = lines.slice(1).map((line, i) => parseScan(line.split('\t'), phenotypeColumns, `${where} row ${i + 2}`));
  return { scans, phenotypeColumns };
}

function parseScan(cells: readonly string[], phenotypeColumns: readonly string[], where: string): Scan {
  const width = SCAN_COLUMNS.length + phenotypeColumns.length;
  if (cells.length !== width)
    throw new InputError({
      where,
      problem: 'the row is not whole',
      expected: `${width} cells`,
      found: `${cells.length}`,
    });
  const [scanId, participantId, session, run, site, timepoints, offset, tr] = cells;
  return {
    scanId,
    participantId,
    session,
    run,
    site,
    timepoints: wholeNumber(timepoints, 'n_timepoints', where),
    offset: wholeNumber(offset, 'offset', where),
    tr: tr === '' ? undefined : repetitionTime(tr, where),
    // Not by assignment: a column may be called `__proto__`.
    phenotype: Object.fromEntries(phenotypeColumns.map((column, i) => [column, cells[SCAN_COLUMNS.length + i]])),
  };
}

function wholeNumber(cell: string, column: string, where: string): number {
  const value = Number(cell);
  if (!/^\d+$/.test(cell) || !Number.isSafeInteger(value))
    throw new InputError({ where, problem: `${column} is not a whole number`, found: JSON.stringify(cell) });
  return value;
}

/** A repetition time in seconds. @throws InputError when the cell is not a positive number */
export function repetitionTime(cell: string, where: string): number {
  const value = Number(cell);
  if (!(value > 0 && value < 100))
    throw new InputError({
      where,
      problem: 'the repetition time (TR) is not a number of seconds',
      found: JSON.stringify(cell),
    });
  return value;
}
