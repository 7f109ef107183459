/** @file Matrices of numbers in text: `.1D`, `.csv`, `.tsv`, `.txt`, with or without header and comments. */
import { InputError } from '../errors/input-error.ts';
import { decodeText } from '../files/text.ts';
import type { Matrix } from './matrix.ts';
import { scanNumber } from './number-scanner.ts';
import {
  type Delimiter,
  delimiterOf,
  MOST_COLUMNS,
  MOST_ROWS,
  splitCells,
  splitLines,
  type TextLine,
} from './text-cells.ts';
import { headerInComment, indexColumns, isHeader, namesSquare } from './text-header.ts';

/**
 * Reads one matrix. Cells are parted by commas, semicolons, tabs or any blanks; comment lines start with `#`, `%` or
 * `//`; a header (also in a comment, as C-PAC writes it), a row index and a delimiter that ends every line are
 * recognised. Missing values (`nan`, `NA`, `n/a`, an empty cell) are NaN in the result, for the caller to judge.
 *
 * @param options `rowNames`: the first column may hold names (all words; or anything, where a header shows one column more
 *   than there are rows); else a word there is no number
 * @throws InputError with row (line of the file) and column when rows differ in length or a cell is no number
 */
export function parseTextMatrix(
  file: Uint8Array,
  where: string,
  options: { readonly rowNames?: boolean } = {},
): Matrix {
  const bytes = asUtf8(file, where);
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const all = splitLines(bytes, hasMark ? 3 : 0);
  if (all.length > MOST_ROWS) throw tooLarge('rows', MOST_ROWS, where);
  const firstData = all.findIndex((line) => !isComment(bytes, line));
  const lines = firstData < 0 ? [] : all.slice(firstData).filter((line) => !isComment(bytes, line));
  if (lines.length === 0) throw new InputError({ where, problem: 'the file holds no numbers' });

  const delimiter = sniffDelimiter(bytes, lines);
  if (lines.slice(0, 2).some((line) => splitCells(bytes, line, delimiter, []) > MOST_COLUMNS))
    throw tooLarge('columns', MOST_COLUMNS, where);
  const cells = (line: TextLine | undefined) => (line === undefined ? undefined : textCells(bytes, line, delimiter));
  const headed =
    isHeader(cells(lines[0]) ?? [], cells(lines[1])) ||
    (options.rowNames === true && namesSquare(cells(lines[0]) ?? [], lines.length - 1));
  const header = headed ? cells(lines[0]) : undefined;
  const data = headed ? lines.slice(1) : lines;
  if (data.length === 0) throw new InputError({ where, problem: 'the file holds a header and no numbers' });

  const rowNames =
    options.rowNames === true ? firstColumnNames(bytes, data, delimiter, header !== undefined) : undefined;
  const matrix = readRows(bytes, data, delimiter, where, header, rowNames);
  if (header !== undefined || firstData === 0) return matrix;
  const comment = headerInComment(textCells(bytes, all[firstData - 1], delimiter), matrix.columns);
  return comment === undefined ? matrix : { ...matrix, header: comment };
}

function tooLarge(what: 'rows' | 'columns', most: number, where: string): InputError {
  return new InputError({
    where,
    problem: `the file has too many ${what} to be a scan or its connectivity`,
    expected: `at most ${most}`,
    fix: 'save it as .npy if it really is one',
  });
}

/** The second line's, the first often being a header with other marks in it; the first's where that shows none. */
function sniffDelimiter(bytes: Uint8Array, [first, second]: readonly TextLine[]): Delimiter {
  const shown = second === undefined ? 'blanks' : delimiterOf(bytes, second);
  return shown === 'blanks' && (second === undefined || splitCells(bytes, second, shown, []) === 1)
    ? delimiterOf(bytes, first)
    : shown;
}

/** The cells of the first column, where they are names. */
function firstColumnNames(
  bytes: Uint8Array,
  lines: readonly TextLine[],
  delimiter: Delimiter,
  headed: boolean,
): string[] | undefined {
  const cells: number[] = [];
  const ranges = lines.map((line) => {
    const count = splitCells(bytes, line, delimiter, cells);
    return { count, start: cells[0], end: cells[1] };
  });
  if (ranges[0].count < 2) return undefined;
  const square = headed && ranges[0].count === lines.length + 1;
  if (!square && !ranges.every(({ start, end }) => scanNumber(bytes, start, end) === undefined)) return undefined;
  const decoder = new TextDecoder();
  return ranges.map(({ start, end }) => decoder.decode(bytes.subarray(start, end)));
}

function readRows(
  bytes: Uint8Array,
  lines: readonly TextLine[],
  delimiter: Delimiter,
  where: string,
  header: readonly string[] | undefined,
  rowNames: readonly string[] | undefined,
): Matrix {
  const cells: number[] = [];
  const width = splitCells(bytes, lines[0], delimiter, cells);
  const first = rowNames !== undefined ? 1 : Math.min(indexColumns(header ?? []), width - 1);
  const kept = width - first;
  // A file has fewer cells than bytes: rows too short to fill the product are reported below, before they matter.
  const values = new Float64Array(Math.min(lines.length * kept, bytes.length + lines.length));
  let lastIsEmpty = true;
  let to = 0;
  for (const line of lines) {
    const count = splitCells(bytes, line, delimiter, cells);
    if (count !== width)
      throw new InputError({
        where: `${where} row ${line.number}`,
        problem: 'rows differ in length',
        expected: `${width} values, as in row ${lines[0].number}`,
        found: `${count}`,
      });
    for (let cell = first; cell < width; cell++) {
      const value = scanNumber(bytes, cells[2 * cell], cells[2 * cell + 1]);
      if (value === undefined) throw notANumber(bytes, cells[2 * cell], cells[2 * cell + 1], where, line, cell);
      values[to++] = value;
    }
    lastIsEmpty &&= cells[2 * width - 2] === cells[2 * width - 1];
  }
  // Every line ends in a delimiter: there is no column behind it.
  const ended = lastIsEmpty && kept > 1 && (header === undefined || header[width - 1] === '' || header.length < width);
  const columns = ended ? kept - 1 : kept;
  const body = {
    rows: lines.length,
    columns,
    values: ended ? withoutLastColumn(values, kept) : values,
    ...(rowNames === undefined ? {} : { rowNames }),
  };
  if (header === undefined) return body;
  // R leaves out the name of the column of names.
  const cornerless = rowNames !== undefined && header.length === columns;
  const names = cornerless ? header : header.slice(first, first + columns);
  if (names.length < columns || header.length > width)
    throw new InputError({
      where,
      problem: 'the header does not fit the rows',
      expected: `${width} names`,
      found: `${header.length}`,
    });
  return { ...body, header: names };
}

function withoutLastColumn(values: Float64Array, columns: number): Float64Array {
  return values.filter((_, i) => i % columns !== columns - 1);
}

function notANumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  where: string,
  line: TextLine,
  cell: number,
): InputError {
  const text = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 40)));
  return new InputError({
    where: `${where} row ${line.number}, column ${cell + 1}`,
    problem: 'not a number',
    found: `'${text}'`,
    ...(text.includes(',') ? { fix: 'write decimals with a point' } : {}),
  });
}

function textCells(bytes: Uint8Array, line: TextLine, delimiter: Delimiter): string[] {
  const ranges: number[] = [];
  const count = splitCells(bytes, line, delimiter, ranges);
  const decoder = new TextDecoder();
  return Array.from({ length: count }, (_, i) => decoder.decode(bytes.subarray(ranges[2 * i], ranges[2 * i + 1])));
}

function isComment(bytes: Uint8Array, line: TextLine): boolean {
  let at = line.start;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return bytes[at] === 0x23 || bytes[at] === 0x25 || (bytes[at] === 0x2f && bytes[at + 1] === 0x2f);
}

/** UTF-16 is turned into UTF-8; a file with zero bytes is no text. */
function asUtf8(file: Uint8Array, where: string): Uint8Array {
  const utf16 = (file[0] === 0xff && file[1] === 0xfe) || (file[0] === 0xfe && file[1] === 0xff);
  const bytes = utf16 ? new TextEncoder().encode(decodeText(file, where)) : file;
  if (bytes.subarray(0, 4096).includes(0)) throw new InputError({ where, problem: 'a binary file, expected text' });
  return bytes;
}
