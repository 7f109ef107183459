/** @file Tables of estimates with intervals, for machines (TSV) and for readers (Markdown). */
import { formatTsv } from '../files/table.ts';
import type { Estimate } from '../statistics/interval.ts';
import { explainedEstimate, numberText } from './estimate-text.ts';

/** An estimate, a number, words, or nothing. */
export type Cell = Estimate | number | string | null;

export interface Column {
  readonly name: string;
  /** After the point, 3 when not given; 0 for counts. */
  readonly digits?: number | undefined;
}

export interface ReportTable {
  /** What a row is: `baseline`, `site`. */
  readonly rowName: string;
  readonly columns: readonly Column[];
  /** One cell a column, in order. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly Cell[] }[];
}

const DIGITS = 3;

/**
 * A row a line. An estimate takes three columns, `auc`, `auc_low` and `auc_high`. What is missing is `n/a`, so that number
 * columns stay numbers to pandas and R, and the last column, `notes`, says why (it is there when any row needs it).
 */
export function reportTsv({ rowName, columns, rows }: ReportTable): string {
  const estimated = columns.map((_, k) => rows.some(({ cells }) => isEstimate(cells[k] ?? null)));
  const names = columns.flatMap(({ name }, k) => (estimated[k] ? [name, `${name}_low`, `${name}_high`] : [name]));
  const lines = rows.map(({ name, cells }) => {
    const written = columns.flatMap((column, k) => tsvCells(cells[k] ?? null, column, estimated[k]));
    return [name, ...written, notesOf(columns, cells)];
  });
  const header = [rowName, ...names, 'notes'];
  const kept = lines.some((line) => line.at(-1) !== '') ? header.length : header.length - 1;
  const columnNames = header.slice(0, kept).map(oneLine);
  return formatTsv(
    columnNames,
    lines.map((line) => Object.fromEntries(columnNames.map((name, i) => [name, oneLine(line[i])]))),
  );
}

function tsvCells(cell: Cell, { digits = DIGITS }: Column, estimated: boolean): string[] {
  const numbers = (values: readonly (number | null)[]) => values.map((value) => numberText(value, digits));
  if (isEstimate(cell)) return numbers([cell.mean, cell.low, cell.high]);
  const point = typeof cell === 'string' ? cell : numberText(cell, digits);
  return estimated ? [point, ...numbers([null, null])] : [point];
}

function notesOf(columns: readonly Column[], cells: readonly Cell[]): string {
  const notes = columns.flatMap(({ name }, k) => {
    const cell = cells[k] ?? null;
    return isEstimate(cell) && cell.reason !== undefined ? [`${name}: ${cell.reason}`] : [];
  });
  return notes.join('; ');
}

/** A table of GitHub's Markdown: `0.720 [0.650, 0.790]`, `n/a (only one class is there)`. Text is escaped. */
export function reportMarkdown({ rowName, columns, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const numeric = columns.map((_, k) => rows.every(({ cells }) => typeof cells[k] !== 'string'));
  const lines = rows.map(({ name, cells }) =>
    line([name, ...columns.map((column, k) => markdownCell(cells[k] ?? null, column))].map(escapeMarkdown)),
  );
  const header = line([rowName, ...columns.map(({ name }) => name)].map(escapeMarkdown));
  const rule = line(['---', ...numeric.map((is) => (is ? '---:' : '---'))]);
  return `${[header, rule, ...lines].join('\n')}\n`;
}

function markdownCell(cell: Cell, { digits = DIGITS }: Column): string {
  if (isEstimate(cell)) return explainedEstimate(cell, digits);
  return typeof cell === 'string' ? cell : numberText(cell, digits);
}

function isEstimate(cell: Cell): cell is Estimate {
  return typeof cell === 'object' && cell !== null;
}

/** Line breaks and tabs would end the cell. */
function oneLine(content: string): string {
  return content.replace(/[\t\r\n]+/g, ' ');
}

/** Characters that mean something in a cell of Markdown; `[` alone is text, an interval keeps it. */
function escapeMarkdown(content: string): string {
  return oneLine(content)
    .replace(/[\\|*_`~]/g, '\\$&')
    .replace(/\](?=[([])/g, '\\]')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}
