/** @file Bad files of tasks on the real command line: one sentence, exit code 2, nothing written. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brainmass-tasks-bad-'));

const FILES = {
  'key.yaml': 'tasks:\n  - {name: a, dataset: a.dataset, lable: dx}\n',
  'label.yaml': 'tasks:\n  - {name: a, dataset: a.dataset}\n',
  'filter.yaml': 'tasks:\n  - {name: a, dataset: a.dataset, label: dx, filters: [age > old]}\n',
  'lost.yaml': 'tasks:\n  - {name: a, dataset: a.dataset, label: dx}\n',
};

beforeAll(() => {
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent('a bad file of tasks', () => {
  it.each([
    ['evaluate any.run --tasks key.yaml --out new', 'key.yaml task 1: there is no key lable; did you mean label?'],
    ['tasks check label.yaml', 'label.yaml task 1: label is missing; see docs/tasks.md for all keys.'],
    [
      'tasks check filter.yaml',
      'filter.yaml task 1 (a): filter "age > old" compares with what is no number, found "old".',
    ],
    ['tasks check none.yaml', 'none.yaml: no such file or folder.'],
    [
      'evaluate any.run --tasks lost.yaml --out new',
      'lost.yaml: 1 of 1 tasks cannot be run, the first because lost.yaml task 1 (a): a.dataset: there is no such data set; make one with brainmass ingest; brainmass tasks check lost.yaml says what is missing for each.',
    ],
    [
      'evaluate any.run a.dataset --label dx --few-shot 1,x --out new',
      '--few-shot 1,x: this is not a number of participants, expected whole numbers from 1 and percentages up to 100 %, such as 1,2,4,10%, found "x".',
    ],
  ])('%s', async (command, sentence) => {
    const outcome = await new Promise((resolve) => {
      execFile(process.execPath, [program, ...command.split(' ')], { cwd: folder }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, stdout, stderr });
      });
    });
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: `brainmass: ${sentence}\n` });
    expect(readdirSync(folder).sort()).toEqual(Object.keys(FILES).sort());
  });
});
