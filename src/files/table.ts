/** @file Tables of named columns: csv and tsv in, tsv out. Every cell is text; a missing value is an empty cell. */
import { CsvError, parse } from 'csv-parse/browser/esm/sync';
import { InputError } from '../errors/input-error.ts';

export interface Table {
  /** In order; no two alike, none empty. */
  readonly columns: readonly string[];
  /** Every row has every column. */
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** A record and the line of the file on which it ends, counted from 1. */
interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a table with a header. The delimiter (tab, semicolon or comma) is the header's; quotes, CRLF and empty lines
 * are understood, cells are trimmed. A first column without a name (the row index that pandas writes) is dropped.
 *
 * @param text without byte order mark, or with it
 * @throws InputError naming the row (the line of the file, the header usually being 1) when cells are missing or too
 *   many, a column has no name or another's, or a quote is not closed; for bytes that are no text (a workbook); and for a
 *   table too large to be held
 */
export function parseTable(text: string, where: string): Table {
  if (text.includes('\0'))
    throw new InputError({ where, problem: 'not a table of text', fix: 'save it as csv or tsv, in UTF-8' });
  checkSize(text, where);
  const [header, ...lines] = splitRecords(text, where);
  if (header === undefined) throw new InputError({ where, problem: 'the table is empty', expected: 'a header' });
  const names = header.record;
  const first = names[0] === '' && names.length > 1 ? 1 : 0;
  checkNames(names, first, where);
  const rows = lines.map(({ record, info }) => {
    if (record.length !== names.length)
      throw new InputError({
        where: `${where} row ${info.lines}`,
        problem: record.length < names.length ? 'cells are missing' : 'too many cells',
        expected: `${names.length}, as in the header`,
        found: `${record.length}`,
      });
    return Object.fromEntries(names.map((name, i) => [name, record[i]] as const).slice(first));
  });
  return { columns: names.slice(first), rows };
}

/** Rows and cells are objects in memory: far more than the text. There is room for 70,000 scans with 200 columns. */
const MOST_ROWS = 2 ** 20;
const MOST_CELLS = 2 ** 24;
const [TAB, LF, CR, COMMA, SEMICOLON] = [0x09, 0x0a, 0x0d, 0x2c, 0x3b];

/** Counts before anything is made of the text; what stands within quotes counts too. */
function checkSize(text: string, where: string): void {
  let rows = 1;
  let cells = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) rows++;
    else if (code === TAB || code === COMMA || code === SEMICOLON) cells++;
  }
  if (rows <= MOST_ROWS && rows + cells <= MOST_CELLS) return;
  throw new InputError({
    where,
    problem: 'the table is too large',
    expected: `at most ${MOST_ROWS} rows and ${MOST_CELLS} cells`,
    found: `${rows} rows, ${rows + cells - 1} cells`,
    fix: 'keep the rows and columns that are needed',
  });
}

function splitRecords(text: string, where: string): Line[] {
  const options = {
    delimiter: delimiterOf(text),
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
  } as const;
  try {
    const lines: unknown = parse(text, options);
    return (lines as Line[]).map(({ record, info }) => ({ record: record.map((cell) => cell.trim()), info }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const row = typeof cause.lines === 'number' ? ` row ${cause.lines}` : '';
    throw new InputError({ where: `${where}${row}`, problem: `not a table: ${cause.message}` }, { cause });
  }
}

/** A quote opens a cell only at its start; elsewhere it is text. */
const QUOTED_CELL = /(^\uFEFF?|[\t,;]) *"[^"]*(?:""[^"]*)*"/g;

/** Tab wherever the header has one, else the more frequent of semicolon and comma; quoted names do not count. */
function delimiterOf(text: string): string {
  const header = /[^\r\n]+/.exec(text)?.[0].replace(QUOTED_CELL, '$1') ?? '';
  if (header.includes('\t')) return '\t';
  return header.split(';').length > header.split(',').length ? ';' : ',';
}

function checkNames(names: readonly string[], first: number, where: string): void {
  const seen = new Set<string>();
  for (let i = first; i < names.length; i++) {
    if (names[i] === '') throw new InputError({ where, problem: `column ${i + 1} has no name in the header` });
    if (seen.has(names[i]))
      throw new InputError({ where, problem: `two columns are named '${names[i]}'`, fix: 'rename one' });
    seen.add(names[i]);
  }
}

/**
 * Writes a table as tsv that {@link parseTable} reads back.
 *
 * @param rows a column that a row lacks is an empty cell
 * @throws InputError when a value holds a tab or a line break
 */
export function formatTsv(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  const line = (cells: readonly string[], row: number) =>
    cells.map((cell, i) => tsvCell(cell, `column '${columns[i]}' row ${row}`, columns.length === 1)).join('\t');
  const lines = [
    line(columns, 1),
    ...rows.map((row, i) =>
      line(
        columns.map((column) => (Object.hasOwn(row, column) ? row[column] : '')),
        i + 2,
      ),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Quoted when it would be read otherwise: it holds a quote, or stands alone on its line. */
function tsvCell(value: string, where: string, alone: boolean): string {
  if (/[\t\r\n]/.test(value))
    throw new InputError({ where, problem: 'a value holds a tab or a line break', found: JSON.stringify(value) });
  return value.includes('"') || (alone && /^$|[,;]/.test(value)) ? `"${value.replaceAll('"', '""')}"` : value;
}
