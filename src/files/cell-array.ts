/** @file Cells of numbers as one array: a column a cell, or a matrix a cell. */
import { InputError } from '../errors/input-error.ts';
import type { FileArray } from './file-array.ts';
import type { CellVariable, NumberVariable, Variable, Variables } from './variable.ts';

/** Beside a cell array of ROI series, CONN keeps their names in a variable of this name. */
const NAMES = 'names';

/**
 * Cells with one column each (time points of one ROI, as CONN keeps them) become `[time, cell]`; those among them with
 * several columns are left out, and said. Cells that are all matrices of one shape become `[cell, row, column]`; a
 * single cell is its matrix.
 *
 * @param siblings the variables beside it: `names`, with a name for every cell, gives the columns their names
 * @param options.look only says whether there is an array, with its shape: no values are read
 * @returns undefined when the cells make no array
 */
export async function cellArray(
  cell: CellVariable,
  siblings: Variables,
  where: string,
  options: { readonly look?: boolean } = {},
): Promise<FileArray | undefined> {
  const items = await cell.items();
  const numbers = items.filter(isNumbers);
  if (numbers.length === 0) return undefined;
  const [first] = numbers;
  const [rows] = first.shape;
  const sameRows = numbers.length === items.length && numbers.every(({ shape: [length] }) => length === rows);
  const columns = items.map((item, i) => ({ item, i })).filter(({ item }) => isColumn(item));
  if (sameRows && rows > 1 && columns.length > 1)
    return columnsArray(items.length, columns, rows, siblings, where, options);
  const shape = first.shape.join();
  if (!numbers.every((item) => item.shape.join() === shape) || numbers.length < items.length) return undefined;
  if (first.shape.filter((length) => length > 1).length < 2) return undefined;
  const whole = items.length === 1 ? first.shape : [items.length, ...first.shape];
  return { shape: whole, values: options.look === true ? new Float64Array() : await stacked(numbers) };
}

async function columnsArray(
  cells: number,
  columns: readonly { readonly item: Variable; readonly i: number }[],
  rows: number,
  siblings: Variables,
  where: string,
  { look }: { readonly look?: boolean },
): Promise<FileArray> {
  const shape = [rows, columns.length];
  if (look === true) return { shape, values: new Float64Array() };
  const values = new Float64Array(rows * columns.length);
  for (const [column, { item }] of columns.entries()) {
    if (!isNumbers(item)) throw new Error('a column without numbers');
    const series = await item.read();
    if (series.length !== rows)
      throw new InputError({ where, problem: 'a cell holds another length than it declares' });
    for (let row = 0; row < rows; row++) values[row * columns.length + column] = series[row];
  }
  const names = await namesOf(siblings.get(NAMES), cells);
  const kept = new Set(columns.map(({ i }) => i));
  const leftOut = Array.from({ length: cells }, (_, i) => i).filter((i) => !kept.has(i));
  return {
    shape,
    values,
    ...(names === undefined ? {} : { header: columns.map(({ i }) => names[i]) }),
    ...(leftOut.length === 0 ? {} : { leftOut: leftOut.map((i) => names?.[i] ?? `cell ${i + 1}`) }),
  };
}

async function stacked(items: readonly NumberVariable[]): Promise<Float32Array | Float64Array> {
  if (items.length === 1) return items[0].read();
  const parts = await Promise.all(items.map((item) => item.read()));
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** One text for each cell, or as many rows of one text. */
export async function namesOf(names: Variable | undefined, cells: number): Promise<readonly string[] | undefined> {
  if (names?.kind === 'text') {
    const rows = await names.read();
    return rows.length === cells ? rows : undefined;
  }
  if (names?.kind !== 'cell') return undefined;
  const items = await names.items();
  if (items.length !== cells) return undefined;
  const texts = await Promise.all(items.map(async (item) => (item.kind === 'text' ? await item.read() : undefined)));
  return texts.every((text) => text !== undefined) ? texts.map((text) => text.join(' ')) : undefined;
}

function isNumbers(variable: Variable): variable is NumberVariable {
  return variable.kind === 'numbers';
}

function isColumn(variable: Variable): boolean {
  return isNumbers(variable) && variable.shape.length === 2 && variable.shape[1] === 1 && variable.shape[0] > 1;
}
