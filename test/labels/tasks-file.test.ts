/** @file `tasks.yaml`: what is read from it, and one sentence for what cannot be. */
import { describe, expect, it } from 'vitest';
import { filteredDataset, parseFilter } from '../../src/labels/scan-filters.ts';
import { parseTasks } from '../../src/labels/tasks-file.ts';
import { TASKS_TEMPLATE } from '../../src/labels/tasks-template.ts';
import { madeUpDataset } from '../pretrain/made-up.ts';

const parse = (yaml: string) => parseTasks(yaml, 'tasks.yaml');

describe('a file of tasks', () => {
  it('gives every task what holds for all, unless it says otherwise', () => {
    const [a, b] = parse(`
protocol: logistic
repeats: 5
seed: 3
baselines: [fc_svm]
tasks:
  - {name: a, dataset: a.dataset, label: dx, positive: 1, control: 0}
  - {name: b, kind: external, dataset: [b.dataset, c.dataset], test: d.dataset, label: age>15, seed: 0, protocol: svm,
     filters: [sex = F, "age >= 18"], covariates: [age]}`);
    expect(a).toMatchObject({
      where: 'tasks.yaml task 1 (a)',
      ...{ kind: 'internal', dataset: ['a.dataset'], positive: '1', control: '0', filters: [], covariates: [] },
      ...{ protocol: 'logistic', split: 'repeated', repeats: 5, seed: 3, baselines: ['fc_svm'], permutations: 0 },
    });
    expect(b).toMatchObject({ dataset: ['b.dataset', 'c.dataset'], test: ['d.dataset'], seed: 0, protocol: 'svm' });
    expect(b.filters[1]).toEqual({ text: 'age >= 18', column: 'age', operator: '>=', value: '18' });
  });

  const one = (more: string) => `tasks: [{name: a, dataset: a.dataset, label: dx${more}}]`;
  it.each([
    ['tasks: [', 'tasks.yaml: this is not YAML: '],
    ['[1]', 'tasks.yaml: this is no file of tasks; see docs/tasks.md for all keys.'],
    ['tasks: []', 'tasks.yaml: tasks: too small'],
    ['task: []', 'tasks.yaml: there is no key task; did you mean tasks?'],
    [one(', lable: x'), 'tasks.yaml task 1: there is no key lable; did you mean label?'],
    ['tasks: [{name: a, dataset: b}]', 'tasks.yaml task 1: label is missing; see docs/tasks.md for all keys.'],
    [one(', kind: inner'), 'tasks.yaml task 1: kind: invalid option'],
    [one(', repeats: 0'), 'tasks.yaml task 1: repeats: too small'],
    [
      'tasks: [{name: a/b, dataset: b, label: c}]',
      'tasks.yaml task 1: name: a name has letters, digits, dots, dashes and underscores only, found "a/b"; see docs/tasks.md for all keys.',
    ],
    [
      'tasks: [{name: a, dataset: b, label: c}, {name: A, dataset: b, label: c}]',
      'tasks.yaml task 2 (A): task 1 has the same name; give it another.',
    ],
    [
      one(', test: b.dataset, split: k-fold'),
      'tasks.yaml task 1 (a): with test there is one split only: train on the first data set, test on the second; leave out split or test.',
    ],
    [
      one(', filters: [male]'),
      'tasks.yaml task 1 (a): this is no filter, expected COLUMN = VALUE, or !=, >, >=, <, <=, found "male".',
    ],
    [
      one(', filters: [age > old]'),
      'tasks.yaml task 1 (a): filter "age > old" compares with what is no number, found "old".',
    ],
  ])('%s', (yaml, sentence) => {
    expect(() => parse(yaml)).toThrow(sentence);
  });

  it("has the paper's fifteen tasks as its template", () => {
    const tasks = parse(TASKS_TEMPLATE);
    expect(tasks.filter(({ kind }) => kind === 'internal')).toHaveLength(8);
    expect(tasks.filter(({ kind }) => kind === 'external')).toHaveLength(7);
    expect(new Set(tasks.map(({ protocol, repeats }) => `${protocol} ${repeats}`))).toEqual(new Set(['svm 10']));
  });
});

describe('filters', () => {
  const made = madeUpDataset(6);
  const values = ['10', '18', '18.0', '', 'n/a', '40'];
  const dataset = {
    ...made,
    phenotypeColumns: ['age'],
    scans: made.scans.map((scan, i) => ({ ...scan, phenotype: { age: values[i] } })),
  };
  const kept = (text: string) =>
    filteredDataset(dataset, [parseFilter(text, '')]).scans.map(({ participantId }) => participantId);

  it.each([
    ['age = 18', ['p1', 'p2']],
    ['age != 18', ['p0', 'p5']],
    ['age>18', ['p5']],
    ['age >= 18', ['p1', 'p2', 'p5']],
    ['age < 18', ['p0']],
    ['age<=18', ['p0', 'p1', 'p2']],
  ])('%s', (text, expected) => {
    expect(kept(text)).toEqual(expected);
  });

  it('leave the series with their scans, and the hash as it is', () => {
    const view = filteredDataset(dataset, [parseFilter('age >= 18', ''), parseFilter('age < 40', '')]);
    expect(view.scans).toHaveLength(2);
    expect(view.readSeries(1)).toBe(dataset.readSeries(2));
    expect(view.hash).toBe(dataset.hash);
    expect(() => view.readSeries(2)).toThrow(RangeError);
  });

  it('refuse what cannot be compared', () => {
    expect(() => kept('ag > 3')).toThrow(
      'made-up.dataset: there is no column "ag" for the filter "ag > 3", found age, site, session, run; did you mean age?',
    );
    expect(() => kept('age > 100')).toThrow(
      'made-up.dataset: no scan passes "age > 100", found 6 scans in all; check the values, or leave a filter out.',
    );
    const worded = { ...dataset, scans: dataset.scans.map((scan) => ({ ...scan, phenotype: { age: 'old' } })) };
    expect(() => filteredDataset(worded, [parseFilter('age > 3', '')])).toThrow(
      'made-up.dataset, scan p0_rest: column "age" is not a number, and the filter "age > 3" orders it, found "old"; mend the value or leave it empty.',
    );
  });
});
