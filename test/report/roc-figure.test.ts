import { expect, it } from 'vitest';
import { type RocCurve, rocFigure } from '../../src/report/roc-figure.ts';
import { elements, faults } from './svg-check.ts';

const auc = { mean: 0.75, low: 0.6, high: 0.9 };
const perfect = { decisions: [2, 1], positive: [true, false] };
const reversed = { decisions: [1, 2], positive: [true, false] };
const curve = (name: string, splits: RocCurve['splits']): RocCurve => ({ name, auc, splits });
const figure = (...curves: RocCurve[]) => rocFigure({ title: 'asd', curves, testOverTrain: 0.2 });

it('draws a perfect curve along the edges of the plot', () => {
  const points = elements(figure(curve('model', [perfect, perfect])), 'polyline')[0].attributes.points.split(' ');
  expect(points.slice(0, 2)).toEqual(['60,360', '60,40']);
  expect(points.at(-1)).toBe('380,40');
  expect(new Set(points.slice(1).map((point) => point.split(',')[1]))).toEqual(new Set(['40']));
});

it('draws the mean of a perfect and a reversed curve at one half', () => {
  const svg = figure(curve('model', [perfect, reversed]));
  const points = elements(svg, 'polyline')[0].attributes.points.split(' ');
  expect(points.slice(0, 3)).toEqual(['60,360', '60,200', '63.2,200']);
  // t(0.975, 1) sqrt((1/2 + 0.2) / 2) is above one half: the band is the whole plot.
  expect(elements(svg, 'polygon')[0].attributes.points).toMatch(/^60,40 63.2,40 .* 63.2,360 60,360$/);
});

it('writes the AUC it is given into the legend', () => {
  const shown = elements(figure(curve('model', [perfect])), 'text').map(({ text }) => text);
  expect(shown).toEqual(expect.arrayContaining(['model', 'AUC 0.750 [0.600, 0.900]', 'chance', 'One split: no band.']));
});

it('has one band when many curves would hide each other', () => {
  const bands = (svg: string) => elements(svg, 'polygon').filter(({ attributes }) => attributes.opacity !== undefined);
  const curves = ['model', 'a', 'b', 'c'].map((name) => curve(name, [perfect, reversed]));
  expect(bands(figure(...curves.slice(0, 3)))).toHaveLength(3);
  expect(bands(figure(...curves))).toHaveLength(1);
  expect(figure(...curves)).toContain('overlap (model only).');
});

it('says what it leaves out', () => {
  const svg = figure({
    name: 'model',
    auc: { mean: null, low: null, high: null, reason: 'only one class is there' },
    splits: [{ decisions: [1], positive: [true] }],
  });
  expect(svg).toContain('model: 1 of 1 splits test one class only and are left out.');
  expect(svg).toContain('AUC of model: no value, only one class is there.');
  expect(elements(svg, 'text').map(({ text }) => text)).toContain('no curve');
  expect(faults(svg)).toEqual([]);
});
