/** @file Which line of a text matrix names its columns, if one does. */
import { scanNumber } from './number-scanner.ts';

/** Names that stand over a column of row numbers: nothing (pandas), or what pandas calls nothing when it reads it. */
const INDEX_NAMES = new Set(['', 'Unnamed: 0']);

/**
 * True when the first line of data is in fact a header: most of its cells are words, or its first cell is one (or
 * empty) and the others count 0, 1, 2, … or 1, 2, 3, …, or all count so and the next line does not hold whole numbers.
 * (One odd cell among numbers is a misprint, not a header.)
 */
export function isHeader(cells: readonly string[], next: readonly string[] | undefined): boolean {
  const words = cells.filter((cell) => !isNumeric(cell)).length;
  if (words * 2 > cells.length) return true;
  const startsWithWord = INDEX_NAMES.has(cells[0]) || !isNumeric(cells[0]);
  if (startsWithWord && cells.length > 2 && isCount(cells.slice(1))) return true;
  return cells.length > 2 && isCount(cells) && next !== undefined && !next.every((cell) => /^\d+$/.test(cell));
}

/**
 * True when the first line of a matrix with as many `rows` below it names its columns by whole numbers (labels of an
 * atlas), with a corner or without.
 */
export function namesSquare(cells: readonly string[], rows: number): boolean {
  const corner = INDEX_NAMES.has(cells[0]) || !isNumeric(cells[0]);
  const names = corner ? cells.slice(1) : cells;
  return rows > 1 && names.length === rows && names.every((name) => /^\d+$/.test(name));
}

/**
 * How many columns before the numbers the header proves to be none: a row index, or the names of image and volume that
 * AFNI's 3dROIstats writes (`File`, `Sub-brick`: the `.1D` of ADHD-200 preprocessed).
 */
export function indexColumns(header: readonly string[]): number {
  if (header[0] === 'File' && header[1] === 'Sub-brick' && header.length > 2) return 2;
  return hasRowIndex(header) ? 1 : 0;
}

/** True when the first column must be a row index: alone it has no name, or alone a word among 0, 1, 2, … or 1, 2, 3, …. */
function hasRowIndex(header: readonly string[]): boolean {
  const [corner, ...names] = header;
  if (corner !== undefined && !isNumeric(corner) && names.length > 1 && isCount(names)) return true;
  return header.length > 1 && INDEX_NAMES.has(header[0]) && header.slice(1).every((name) => name !== '');
}

/**
 * The column names in the comment line just above the data, when it has a distinct one for every column: `#1<TAB>#2…`
 * (C-PAC and the Preprocessed Connectomes Project) or `# name name …` (NumPy).
 */
export function headerInComment(cells: readonly string[], columns: number): string[] | undefined {
  const names = cells.map((cell) => cell.replace(/^[#%]+\s*/, '')).filter((name, i) => i > 0 || name !== '');
  const distinct = new Set(names).size === names.length && !names.includes('');
  return names.length === columns && columns > 1 && distinct ? names : undefined;
}

function isNumeric(cell: string): boolean {
  const bytes = new TextEncoder().encode(cell);
  return scanNumber(bytes, 0, bytes.length) !== undefined;
}

function isCount(cells: readonly string[]): boolean {
  const first = cells[0] === '0' ? 0 : 1;
  return cells.every((cell, i) => cell === String(first + i));
}
