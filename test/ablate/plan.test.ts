/** @file The cells of an ablation: what each part varies, which cells share a run, and what is refused. */
import { expect, test } from 'vitest';
import { PARTS, type Part } from '../../src/ablate/parts.ts';
import { type PlanRequest, partsNamed, planAblation } from '../../src/ablate/plan.ts';
import { parsePlanFile } from '../../src/ablate/plan-file.ts';
import { type Settings, settingsSchema } from '../../src/pretrain/settings.ts';
import { madeUpDataset } from '../pretrain/made-up.ts';

/** 8 scans of 30 to 50 time points, 20 ROIs. */
const dataset = madeUpDataset(8);
const base = settingsSchema.parse({ model: { layers: 2, heads: 4, ffn: 16, feature: 8 }, training: { epochs: 3 } });
const planOf = (parts: readonly Part[], rest: Partial<PlanRequest> = {}) =>
  planAblation({ base, parts, further: [], ...rest }, dataset);
const settingsOf = (parts: readonly Part[], of: (settings: Settings) => unknown, rest?: Partial<PlanRequest>) =>
  Object.fromEntries(
    planOf(parts, rest).cells.flatMap((cell) => (cell.kind === 'pretrained' ? [[cell.name, of(cell.settings)]] : [])),
  );

test('loss parts: alignment always, each masked loss by its weight or not at all', () => {
  const weights = ({ objective }: Settings) => [objective.contrastive_weight, objective.reconstruction_weight];
  expect(settingsOf(['losses'], weights)).toEqual({
    full: [0.1, 2],
    'losses-lra': [0, 0],
    'losses-lra-nce': [0.1, 0],
    'losses-lra-mse': [0, 2],
    'losses-all': [0.1, 2],
  });
});

test('ways of dropping drop as many points of a scan of median length', () => {
  const lengths = dataset.scans.map(({ timepoints }) => timepoints).sort((a, b) => a - b);
  expect([lengths[0], lengths[4]]).toEqual([30, 37]);
  expect(settingsOf(['ways'], ({ data }) => data.drop)).toEqual({
    full: { kind: 'percent', percent: 20 },
    'ways-percent-20': { kind: 'percent', percent: 20 },
    'ways-count-7': { kind: 'count', count: 7 },
    'ways-window-30': { kind: 'window', length: 30 },
  });
});

test("drop rates have the full method's own among them", () => {
  const other = { ...base, data: { ...base.data, drop: { kind: 'percent', percent: 30 } as const } };
  const rates = Object.keys(settingsOf(['drop'], () => 0, { base: other }));
  expect(rates).toEqual(['full', 'drop-0', 'drop-20', 'drop-30', 'drop-40', 'drop-60', 'drop-80']);
});

test('masked ROIs: half and double, no more than there are', () => {
  const counts = ({ objective }: Settings) => [objective.contrastive_rois, objective.reconstruction_rois];
  const other = { ...base, objective: { ...base.objective, contrastive_rois: 12, reconstruction_rois: 1 } };
  expect(settingsOf(['masked'], counts, { base: other })).toEqual({
    full: [12, 1],
    'masked-nce-6': [6, 1],
    'masked-nce-12': [12, 1],
    'masked-mse-1': [12, 1],
    'masked-mse-2': [12, 2],
  });
});

test('sizes: around the layers given, or those asked for', () => {
  const size = ({ model }: Settings) => [model.preset, model.layers, model.heads, model.ffn];
  expect(settingsOf(['size'], size)).toEqual({
    full: ['small', 2, 4, 16],
    'size-1-layers': ['small', 1, 4, 16],
    'size-2-layers': ['small', 2, 4, 16],
    'size-4-layers': ['small', 4, 4, 16],
  });
  // A preset keeps the heads, which have to fit the ROIs, and is else as it is called.
  expect(settingsOf(['size'], size, { sizes: ['base', '3'] })).toMatchObject({
    'size-base': ['base', undefined, 4, undefined],
    'size-3-layers': ['small', 3, 4, 16],
  });
});

test('cells with the same settings share one run, of the name of the first', () => {
  const { cells, runs, runOf } = planOf(PARTS);
  expect(runs[0]).toMatchObject({
    name: 'full',
    steps: 3,
    cells: [
      'full',
      'losses-all',
      'drop-20',
      'ways-percent-20',
      'masked-nce-10',
      'masked-mse-5',
      'size-2-layers',
      'fc-pearson',
    ],
  });
  expect(runs.slice(1).every((run) => run.cells.length === 1 && run.cells[0] === run.name)).toBe(true);
  // Every cell but the two without pretraining.
  expect([...runOf.keys()].sort()).toEqual(
    cells
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('pfc-'))
      .sort(),
  );
  expect(runs.length).toBe(cells.length - 2 - 7);
});

test('the same settings for another number of epochs are another run', () => {
  const further = parsePlanFile('cells: [{name: longer, settings: {training: {epochs: 4}}}]', 'p').cellsAround(base);
  expect(planOf([], { further }).runs.map(({ name, steps }) => [name, steps])).toEqual([
    ['full', 3],
    ['longer', 4],
  ]);
});

test('a plan file has settings, parts and cells of its own; a table of a section is replaced whole', () => {
  const file = parsePlanFile(
    'base: {training: {epochs: 7}}\nparts: [fc]\ncells:\n  - {name: window, settings: {data: {drop: {kind: window, length: 9}}}}\n',
    'ablation.yaml',
  );
  expect(file.base.training.epochs).toBe(7);
  expect(file.parts).toEqual(['fc']);
  const [cell] = file.cellsAround({ ...base, data: { ...base.data, fc: 'ledoit-wolf' } });
  expect(cell).toMatchObject({
    name: 'window',
    part: 'further',
    settings: { ...base, data: { fc: 'ledoit-wolf', drop: { kind: 'window', length: 9 } } },
  });
});

const cellsIn = (yaml: string) => parsePlanFile(yaml, 'a.yaml').cellsAround(base);
test.each([
  [() => parsePlanFile('a: [', 'a.yaml'), /^a\.yaml: this is not YAML: /],
  [() => parsePlanFile('part: [fc]', 'a.yaml'), 'a.yaml: there is no setting part; did you mean parts?'],
  [
    () => parsePlanFile('base: {training: {epoch: 1}}', 'a.yaml'),
    'a.yaml, base: there is no setting training.epoch; did you mean training.epochs?',
  ],
  [
    () => cellsIn('cells: [{name: a, settings: {objective: {droput: 0}}}]'),
    'a.yaml, cell "a": there is no setting objective.droput; did you mean objective.dropout?',
  ],
  [
    () => cellsIn('cells: [{name: A b, settings: {}}]'),
    'a.yaml: "A b" cannot be the name of a cell, expected small letters, digits and "-".',
  ],
  [
    () => cellsIn('cells: [{name: untrained, settings: {}}]'),
    'a.yaml: a cell cannot be called "untrained"; that name is taken in every ablation, choose another.',
  ],
  [
    () => planOf(['drop'], { further: cellsIn('cells: [{name: drop-40, settings: {}}]') }),
    'two cells are called "drop-40"; give each a name of its own.',
  ],
  [
    () => planOf([]),
    'there is nothing to compare with the full method; name parts with --plan, or cells in --plan-file.',
  ],
  [
    () => partsNamed(['losses', 'drops']),
    '--plan drops: there is no such part of the method to vary, expected some of losses, drop, ways, masked, size, fc, augmentation; did you mean drop.',
  ],
  [
    () => planOf(['size'], { sizes: ['tiny'] }),
    'cell size-tiny, --preset: there is no preset tiny, expected small, base, large; did you mean small?',
  ],
  [
    () => planOf([], { further: cellsIn('cells: [{name: w, settings: {data: {drop: {kind: window, length: 31}}}}]') }),
    'cell w, scan 1: the window is longer than the scan, expected at most 30 time points, found 31; shorten the window or leave the scan out.',
  ],
])('refused in one sentence: %#', (plan, sentence) => {
  expect(plan).toThrow(sentence);
});
