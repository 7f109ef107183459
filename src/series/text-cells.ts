/** @file Lines and cells of a text file, as ranges of its bytes. */

/** A line without its line break, `bytes[start, end)`; `number` counts lines of the file from 1. */
export interface TextLine {
  readonly start: number;
  readonly end: number;
  readonly number: number;
}

/** What stands between cells. `blanks`: any run of spaces and tabs; the others enclose empty cells too. */
export type Delimiter = 'blanks' | 'tab' | 'comma' | 'semicolon';

const DELIMITER_BYTES = { tab: 0x09, comma: 0x2c, semicolon: 0x3b } as const;
const QUOTE = 0x22;

/** Lines and cells are objects in memory, far more than the text: {@link splitLines} and {@link splitCells} stop beyond. */
export const MOST_ROWS = 2 ** 20;
export const MOST_COLUMNS = 2 ** 20;

/** Every line that is not blank, up to one more than {@link MOST_ROWS}. Breaks are LF, CRLF or CR. */
export function splitLines(bytes: Uint8Array, from: number): TextLine[] {
  const lines: TextLine[] = [];
  let start = from;
  let number = 1;
  let blank = true;
  for (let at = from; at <= bytes.length && lines.length <= MOST_ROWS; at++) {
    const byte = at < bytes.length ? bytes[at] : 0x0a;
    if (byte !== 0x0a && byte !== 0x0d) {
      blank &&= isBlank(byte);
      continue;
    }
    if (!blank) lines.push({ start, end: at, number });
    if (byte === 0x0d && bytes[at + 1] === 0x0a) at++;
    start = at + 1;
    number++;
    blank = true;
  }
  return lines;
}

/** The delimiter of a line of numbers: a semicolon before a comma before a tab, blanks when there is none of these. */
export function delimiterOf(bytes: Uint8Array, line: TextLine): Delimiter {
  for (const delimiter of ['semicolon', 'comma'] as const)
    if (bytes.subarray(line.start, line.end).includes(DELIMITER_BYTES[delimiter])) return delimiter;
  const cells: number[] = [];
  const withTabs = splitCells(bytes, line, 'tab', cells);
  if (withTabs === 1) return 'blanks';
  // Numbers parted by tabs here and by spaces there are parted by blanks.
  for (let cell = 0; cell < withTabs; cell++)
    if (bytes[cells[2 * cell] - 1] !== QUOTE && bytes.subarray(cells[2 * cell], cells[2 * cell + 1]).some(isBlank))
      return 'blanks';
  return 'tab';
}

/**
 * Splits a line into cells, without the blanks and the quotes around them.
 *
 * @param cells receives start and end of each cell, in turn
 * @returns the number of cells, up to one more than {@link MOST_COLUMNS}
 */
export function splitCells(bytes: Uint8Array, line: TextLine, delimiter: Delimiter, cells: number[]): number {
  const byte = delimiter === 'blanks' ? -1 : DELIMITER_BYTES[delimiter];
  let count = 0;
  let at = skipBlanks(bytes, line.start, line.end, byte);
  while ((at < line.end || byte !== -1) && count <= MOST_COLUMNS) {
    const quoted = bytes[at] === QUOTE && at < line.end;
    const start = quoted ? at + 1 : at;
    at = start;
    if (quoted) while (at < line.end && bytes[at] !== QUOTE) at++;
    let end = at;
    while (at < line.end && bytes[at] !== byte && !(byte === -1 && isBlank(bytes[at]))) at++;
    if (!quoted) {
      end = at;
      while (end > start && isBlank(bytes[end - 1])) end--;
    }
    cells[2 * count] = start;
    cells[2 * count + 1] = end;
    count++;
    if (byte !== -1 && at >= line.end) break;
    at = skipBlanks(bytes, byte === -1 ? at : at + 1, line.end, byte);
  }
  return count;
}

function skipBlanks(bytes: Uint8Array, from: number, end: number, delimiter: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at]) && bytes[at] !== delimiter) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}
