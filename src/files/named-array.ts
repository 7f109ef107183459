/** @file The one array of numbers in a file of named variables that is wanted: the one named, or the only matrix. */
import { InputError } from '../errors/input-error.ts';
import { cellArray } from './cell-array.ts';
import type { FileArray } from './file-array.ts';
import { seedsAmongTargets } from './seeds-and-targets.ts';
import type { StructVariable, Variable, Variables } from './variable.ts';

/** A file's variables, and how it parts the names of a path. */
export interface VariableFile {
  readonly variables: Variables;
  readonly separator: '.' | '/';
  readonly where: string;
}

interface Found {
  readonly path: string;
  readonly variable: Variable;
  /** Where it lies: names of columns may lie beside it. */
  readonly siblings: Variables;
}

const DEEPEST_SEARCH = 4;
const LISTED = 12;

/**
 * @param path `name`, `struct.field`, `cell{2}` (from 1), `/group/name`; undefined: the only matrix there is
 * @throws InputError when there is no such array, or without `path` none or several; the message lists them
 */
export async function readNamedArray(file: VariableFile, path: string | undefined): Promise<FileArray> {
  const found = path === undefined ? await onlyMatrix(file) : await follow(file, path);
  return readFound(file, found);
}

async function readFound({ where, separator }: VariableFile, { path, variable, siblings }: Found): Promise<FileArray> {
  const at = `${where}, array '${path}'`;
  switch (variable.kind) {
    case 'numbers':
      return (await seedsAmongTargets(variable, siblings)) ?? { shape: variable.shape, values: await variable.read() };
    case 'cell': {
      const array = await cellArray(variable, siblings, at);
      if (array !== undefined) return array;
      throw new InputError({
        where: at,
        problem: 'the cells do not make one array',
        expected: 'columns of one length, or matrices of one shape',
        found: list((await variable.items()).map((item, i) => `${path}{${i + 1}} (${describe(item)})`)),
        fix: `name one of them, as --array '${path}{1}'`,
      });
    }
    case 'struct':
      throw new InputError({
        where: at,
        problem: 'a group of variables, no array',
        found: list([...(await variable.fields())].map(([name, v]) => `${path}${separator}${name} (${describe(v)})`)),
        fix: 'name one of them',
      });
    case 'text':
    case 'other':
      throw new InputError({ where: at, problem: 'no array of numbers', found: describe(variable) });
  }
}

/** Matrices at the top win over those in structs and groups, whole variables over cells. */
async function onlyMatrix(file: VariableFile): Promise<Found> {
  const { variables, where } = file;
  const top = foundIn(variables, '');
  const matrices = top.filter(({ variable }) => longAxes(variable) > 1);
  const nested = matrices.length > 0 ? matrices : await nestedMatrices(top, file.separator, where, 0);
  const candidates = nested.length > 0 ? nested : top.filter(({ variable }) => longAxes(variable) === 1);
  if (candidates.length === 1) return candidates[0];
  const shown = candidates.length > 0 ? candidates : top;
  throw new InputError({
    where,
    problem: candidates.length > 1 ? 'the file holds several arrays' : 'the file holds no matrix',
    expected: 'one matrix of numbers',
    found: list(shown.map(({ path, variable }) => `${path} (${describe(variable)})`)),
    ...(candidates.length > 1 ? { fix: 'name the one that is wanted with --array' } : {}),
  });
}

async function nestedMatrices(
  level: readonly Found[],
  separator: string,
  where: string,
  depth: number,
): Promise<Found[]> {
  const matrices: Found[] = [];
  for (const found of level) {
    const { path, variable, siblings } = found;
    if (variable.kind === 'cell' && (await cellArray(variable, siblings, where, { look: true })) !== undefined)
      matrices.push(found);
    if (variable.kind !== 'struct' || depth >= DEEPEST_SEARCH) continue;
    const inside = foundIn(await variable.fields(), `${path}${separator}`);
    matrices.push(...inside.filter(({ variable }) => longAxes(variable) > 1));
    matrices.push(...(await nestedMatrices(inside, separator, where, depth + 1)));
  }
  return matrices;
}

function foundIn(variables: Variables, prefix: string): Found[] {
  // MATLAB 7.3 keeps the contents of cells in a group of this name.
  const own = [...variables].filter(([name]) => !name.startsWith('#'));
  return own.map(([name, variable]) => ({ path: `${prefix}${name}`, variable, siblings: variables }));
}

/** Axes longer than 1; undefined when it holds no numbers. */
function longAxes(variable: Variable): number {
  return variable.kind === 'numbers' ? variable.shape.filter((length) => length > 1).length : -1;
}

/** Names may hold dots and slashes themselves: the longest that fits is taken at each step. */
async function follow(file: VariableFile, path: string): Promise<Found> {
  let siblings: Variables = file.variables;
  let rest = path.replace(/^\//, '');
  for (;;) {
    const fitting = [...siblings.keys()].filter((key) => rest === key || /^[./{(]/.test(afterPrefix(rest, key)));
    const name = fitting.sort((a, b) => b.length - a.length)[0];
    let variable = name === undefined ? undefined : siblings.get(name);
    if (name === undefined || variable === undefined) throw notThere(file, path, siblings);
    rest = rest.slice(name.length);
    for (let index = /^[{(](\d+)[})]/.exec(rest); index !== null; index = /^[{(](\d+)[})]/.exec(rest)) {
      const item: Variable | undefined =
        variable.kind === 'cell' ? (await variable.items())[Number(index[1]) - 1] : undefined;
      if (item === undefined) throw notThere(file, path, siblings);
      variable = item;
      rest = rest.slice(index[0].length);
    }
    if (rest === '') return { path, variable, siblings };
    if (variable.kind !== 'struct' || !/^[./]/.test(rest)) throw notThere(file, path, siblings);
    siblings = await (variable satisfies StructVariable).fields();
    rest = rest.slice(1);
  }
}

function afterPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '';
}

function notThere({ where }: VariableFile, path: string, siblings: Variables): InputError {
  const found = list(foundIn(siblings, '').map(({ path, variable }) => `${path} (${describe(variable)})`));
  return new InputError({ where, problem: `no array '${path}'`, found: found || 'none' });
}

function describe(variable: Variable): string {
  switch (variable.kind) {
    case 'numbers':
      return `${variable.shape.join(' x ') || 'one'} ${variable.className}`;
    case 'cell':
      return `${variable.shape.join(' x ')} cell`;
    case 'text':
      return 'text';
    case 'struct':
      return 'struct';
    case 'other':
      return variable.className;
  }
}

function list(items: readonly string[]): string {
  const shown = items.slice(0, LISTED).join(', ');
  return items.length > LISTED ? `${shown} and ${items.length - LISTED} more` : shown || 'nothing';
}
