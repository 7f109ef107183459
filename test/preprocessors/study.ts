/** A made-up study on disk: files by name, empty unless they say something. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { discover } from '../../src/preprocessors/discover.ts';
import type { Discovery, Selection, Tool } from '../../src/preprocessors/found.ts';

/** A folder with these files, in this order; removed after the test. Values other than text are written as JSON. */
export function study(files: readonly string[] | Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'brainmass-study-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  addFiles(folder, files);
  return folder;
}

export function addFiles(folder: string, files: readonly string[] | Readonly<Record<string, unknown>>): void {
  const entries = Array.isArray(files) ? files.map((name) => [name, '']) : Object.entries(files);
  for (const [name, content] of entries as [string, unknown][]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** `dataset_description.json` of a derivative. */
export function madeBy(...names: string[]): unknown {
  return {
    Name: 'outputs',
    BIDSVersion: '1.9.0',
    DatasetType: 'derivative',
    GeneratedBy: names.map((Name) => ({ Name })),
  };
}

/** What is found, without the folder: every path becomes relative to it. */
export function found(folder: string, selection: Selection = {}): Discovery {
  const discovery = discover(folder, selection);
  if (discovery === undefined) throw new Error('nothing was recognised');
  return JSON.parse(JSON.stringify(discovery).replaceAll(JSON.stringify(`${folder}/`).slice(1, -1), ''));
}

/** A scan as the tests write it down: paths are those of the names, empty parts are left out. */
export function scan(tool: Tool, content: string, name: string, more: object = {}): object {
  return { tool, content, name, path: name, participant: '', session: '', run: '', site: '', ...more };
}

export function skips({ skipped }: Discovery): Record<string, string> {
  return Object.fromEntries(skipped.map(({ name, reason, faulty }) => [name, faulty ? `! ${reason}` : reason]));
}
