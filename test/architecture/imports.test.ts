/** @file The house stays a house: imports go one way, browser code is free of Node, files stay short. */
import { describe, expect, test } from 'vitest';
import { BROWSER_ENTRIES, GROUND_FLOOR, MAY_IMPORT, NODE_ONLY } from './rooms.ts';
import { parseSource, readSources, type SourceFile } from './source-files.ts';

const sources = readSources();
const files = [...sources.values()];

/** `model` of `model/size.ts`; `progress.ts` of itself. */
const roomOf = (path: string) => path.split('/')[0];
const named = (list: readonly string[], path: string) => list.includes(path) || list.includes(roomOf(path));
const ours = ({ imports }: SourceFile) => imports.filter(({ target }) => sources.has(target));

/** Imports between rooms that the table does not allow. */
function forbidden(from: SourceFile): string[] {
  const room = roomOf(from.path);
  const allowed = GROUND_FLOOR[room] ?? [...Object.keys(GROUND_FLOOR), ...(MAY_IMPORT[room] ?? [])];
  return ours(from)
    .filter(({ target }) => roomOf(target) !== room && !named(allowed, target))
    .map(({ target }) => `${from.path} imports ${target}`);
}

const NODE_PACKAGES = new Set(['onnxruntime-node', 'commander', 'koffi', 'tsx']);
const NODE_GLOBALS = ['process', 'Buffer', 'require', 'global', 'setImmediate', '__dirname', '__filename'];

/** What of Node a file uses by itself. */
function usesOfNode({ imports, names }: SourceFile): string[] {
  const modules = imports.filter(({ target, typeOnly }) => !typeOnly && isOfNode(target)).map(({ target }) => target);
  return [...modules, ...NODE_GLOBALS.filter((name) => names.has(name))];
}

const isOfNode = (target: string) => target.startsWith('node:') || NODE_PACKAGES.has(target);

/** Chains of imports from a file to whatever uses Node: `a.ts > b.ts > node:fs`. */
function waysToNode(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const file = sources.get(path)!;
  const loaded = ours(file).filter(({ typeOnly }) => !typeOnly);
  return [...usesOfNode(file), ...loaded.flatMap(({ target }) => waysToNode(target, seen))].map(
    (way) => `${path} > ${way}`,
  );
}

/** A path of rooms or files that ends where it began, if there is one. */
function cycle(edges: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const finished = new Set<string>();
  const walk = (room: string, path: readonly string[]): string | undefined => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room].join(' > ');
    if (finished.has(room)) return undefined;
    for (const next of edges.get(room) ?? []) {
      const found = walk(next, [...path, room]);
      if (found !== undefined) return found;
    }
    finished.add(room);
    return undefined;
  };
  for (const room of edges.keys()) {
    const found = walk(room, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('rooms', () => {
  test('every room is in the table', () => {
    const known = [...Object.keys(GROUND_FLOOR), ...Object.keys(MAY_IMPORT)];
    expect([...new Set(files.map(({ path }) => roomOf(path)))].filter((room) => !known.includes(room))).toEqual([]);
  });

  test('a room imports only what the table allows', () => {
    expect(files.flatMap(forbidden)).toEqual([]);
  });

  test('every import of ours names a file that exists, with its extension', () => {
    const relative = files.flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !sources.has(target)).map(({ target }) => ({ path, target })),
    );
    expect(relative.filter(({ target }) => /^\.|\.tsx?$/.test(target))).toEqual([]);
  });

  test('every exception in the table is still needed', () => {
    const exceptions = Object.entries(MAY_IMPORT).flatMap(([room, list]) =>
      list.filter((entry) => entry.endsWith('.ts')).map((target) => ({ room, target })),
    );
    const needed = ({ room, target }: { room: string; target: string }) =>
      files.some((file) => roomOf(file.path) === room && ours(file).some((found) => found.target === target));
    expect(exceptions.filter((exception) => !needed(exception))).toEqual([]);
  });

  test('no rooms import each other in a circle', () => {
    const edges = new Map<string, Set<string>>();
    for (const file of files)
      for (const { target } of ours(file)) {
        const [from, to] = [roomOf(file.path), roomOf(target)];
        if (from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to));
      }
    expect(edges.size).toBeGreaterThan(8);
    expect(cycle(edges)).toBeUndefined();
  });
});

describe('browser', () => {
  const safe = files.filter(({ path }) => !named(NODE_ONLY, path)).map(({ path }) => path);

  test('what a page needs is on its side', () => {
    expect(BROWSER_ENTRIES.filter((path) => !safe.includes(path))).toEqual([]);
  });

  test('browser-safe files and all that they import are free of Node', () => {
    expect(safe.length).toBeGreaterThan(80);
    expect(safe.flatMap((path) => waysToNode(path))).toEqual([]);
  });

  test('every file that is said to need Node does', () => {
    const files = NODE_ONLY.filter((entry) => entry.endsWith('.ts'));
    expect(files.filter((path) => !sources.has(path) || waysToNode(path).length === 0)).toEqual([]);
  });
});

describe('files', () => {
  test('do not import each other in a circle, not even types', () => {
    // In the engine a node knows how it is lowered, and the gradient of an operation is made of others.
    const outside = files.filter(({ path }) => roomOf(path) !== 'graph');
    expect(cycle(new Map(outside.map((file) => [file.path, new Set(ours(file).map(({ target }) => target))])))).toBe(
      undefined,
    );
  });

  test('have at most 300 lines', () => {
    expect(files.filter(({ lines }) => lines > 300).map(({ path, lines }) => ({ path, lines }))).toEqual([]);
  });

  test('begin by saying what they are', () => {
    const silent = files.filter(({ beginning }) => !/^\/\*\*\s+(\* )?@file \S/.test(beginning));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

describe('the checks themselves', () => {
  test('find imports of every form, and tell types from values', () => {
    const text = `
      import a, { type B } from '../graph/tensor.ts';
      import type { C } from './size.ts';
      import 'node:fs';
      export { d } from '../graph/lower.ts';
      export type { E } from 'zod';
      const f = await import('../runtime/node.ts');
      let g: import('../cli/main.ts').G;
      // import 'node:path';
      const h = "import 'node:os'";`;
    expect(parseSource('model/x.ts', text).imports).toEqual([
      { target: 'graph/tensor.ts', typeOnly: false },
      { target: 'model/size.ts', typeOnly: true },
      { target: 'node:fs', typeOnly: false },
      { target: 'graph/lower.ts', typeOnly: false },
      { target: 'zod', typeOnly: true },
      { target: 'runtime/node.ts', typeOnly: false },
      { target: 'cli/main.ts', typeOnly: true },
    ]);
  });

  test('tell a use of a global from a name that only looks like one', () => {
    const uses = (text: string) => usesOfNode(parseSource('model/x.ts', text));
    expect(uses('export const cores = process.env.CORES;')).toEqual(['process']);
    expect(uses('export const bytes = Buffer.from(text);')).toEqual(['Buffer']);
    expect(uses('interface A { process: number; b: ArrayBuffer }\nexport const f = (a: A) => a.process;')).toEqual([]);
  });

  test('refuse an import that the table does not allow', () => {
    const upward = parseSource('graph/x.ts', "import { modelSize } from '../model/size.ts';");
    expect(forbidden(upward)).toEqual(['graph/x.ts imports model/size.ts']);
    const ground = parseSource('errors/x.ts', "import { philox4x32 } from '../random/philox.ts';");
    expect(forbidden(ground)).toEqual(['errors/x.ts imports random/philox.ts']);
    expect(forbidden(parseSource('graph/x.ts', "import { InputError } from '../errors/input-error.ts';"))).toEqual([]);
  });

  test('find a circle', () => {
    const edges = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c', 'd'])],
      ['d', new Set(['b'])],
    ]);
    expect(cycle(edges)).toBe('b > d > b');
    expect(cycle(new Map([['a', new Set(['b'])]]))).toBeUndefined();
  });
});
