/** @file What a file of named variables (MATLAB, HDF5) holds: a tree whose values are read when they are asked for. */
import { InputError } from '../errors/input-error.ts';

export type Variable = NumberVariable | TextVariable | CellVariable | StructVariable | OtherVariable;

/** An array of numbers; logical values are 0 and 1. */
export interface NumberVariable {
  readonly kind: 'numbers';
  readonly className: string;
  readonly shape: readonly number[];
  /** C order; integers as float64. @throws InputError when the values are damaged, complex, or beyond reason */
  readonly read: () => Promise<Float32Array | Float64Array>;
}

export interface TextVariable {
  readonly kind: 'text';
  /** Rows of text; MATLAB keeps several names as rows padded with blanks, which are taken off. */
  readonly read: () => Promise<readonly string[]>;
}

/** A cell array, or an array of several structs. */
export interface CellVariable {
  readonly kind: 'cell';
  readonly shape: readonly number[];
  /** In MATLAB's order, first axis fastest. */
  readonly items: () => Promise<readonly Variable[]>;
}

/** A struct or a group. */
export interface StructVariable {
  readonly kind: 'struct';
  readonly fields: () => Promise<Variables>;
}

/** Something that holds no numbers: a function handle, an object, a table. */
export interface OtherVariable {
  readonly kind: 'other';
  readonly className: string;
}

export type Variables = ReadonlyMap<string, Variable>;

/** Cells and fields that one file may hold: millions would fill the memory with nothing. */
const MOST_VARIABLES = 2 ** 16;
/** Cells within structs within cells, …: deeper than anyone works. */
const DEEPEST = 16;

/** Counts the variables of a file and how deep they lie. */
export interface VariableCount {
  /** @throws InputError when there are too many, or they lie too deep */
  readonly add: (count: number, depth: number) => void;
}

export function countVariables(where: string): VariableCount {
  let total = 0;
  return {
    add: (count, depth) => {
      total += count;
      if (total > MOST_VARIABLES || depth > DEEPEST)
        throw new InputError({
          where,
          problem: 'the file holds too many variables, or one within the other too often',
          expected: `at most ${MOST_VARIABLES} and ${DEEPEST} levels`,
          fix: 'save the series in a file of its own',
        });
    },
  };
}

/** Rows of characters, each with the blanks at its end taken off. @param codes column-major, UTF-16 units */
export function textRows(codes: ArrayLike<number>, rows: number, columns: number): string[] {
  return Array.from({ length: rows }, (_, row) => {
    let text = '';
    for (let column = 0; column < columns; column++) text += String.fromCharCode(codes[column * rows + row]);
    return text.replace(/[\s\0]+$/, '');
  });
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
