import { describe, expect, it } from 'vitest';
import { type ForestRow, forestFigure } from '../../src/report/forest-figure.ts';
import { elements, faults } from './svg-check.ts';

const row = (name: string, mean: number, low: number, high: number): ForestRow => ({
  name,
  estimate: { mean, low, high },
});
const figure = (rows: readonly ForestRow[], more = {}) =>
  forestFigure({ title: 'AUC by site', valueName: 'AUC', groups: [{ name: '', rows }], ...more });
const texts = (svg: string) => elements(svg, 'text').map(({ text }) => text);
const black = (svg: string) =>
  elements(svg, 'line').filter(({ attributes: { stroke, 'stroke-width': w } }) => stroke === '#222222' && w === '1.5');

/** Px of a value, read off two numbers of the axis. */
function pxOf(svg: string): (value: number) => number {
  const numbers = elements(svg, 'text').filter(
    ({ attributes, text }) => attributes['text-anchor'] === 'middle' && Number.isFinite(Number(text)),
  );
  const [first, last] = [numbers[0], numbers[numbers.length - 1]];
  const [x0, x1] = [Number(first.attributes.x), Number(last.attributes.x)];
  return (value) => x0 + ((value - Number(first.text)) / (Number(last.text) - Number(first.text))) * (x1 - x0);
}

describe('a row', () => {
  it('has its point, its bounds and its numbers where the axis says', () => {
    const svg = figure([row('A', 0.7, 0.55, 0.8)], { range: [0.5, 1] });
    const at = pxOf(svg);
    const [whole, low, high] = black(svg);
    expect(Number(whole.attributes.x1)).toBeCloseTo(at(0.55), 1);
    expect(Number(whole.attributes.x2)).toBeCloseTo(at(0.8), 1);
    expect(low.attributes.x1).toBe(whole.attributes.x1);
    expect(high.attributes.x1).toBe(whole.attributes.x2);
    const mark = elements(svg, 'rect').find(({ attributes }) => attributes.width === '6.4');
    expect(Number(mark?.attributes.x) + 3.2).toBeCloseTo(at(0.7), 1);
    expect(texts(svg)).toContain('0.700 [0.550, 0.800]');
  });

  it('ends in an arrow where its bound is beyond the axis', () => {
    const svg = figure([row('A', 0.6, 0.2, 0.8)], { range: [0.5, 1] });
    const [arrow] = elements(svg, 'polyline');
    const left = pxOf(svg)(0.5);
    expect(Number(arrow.attributes.points.split(' ')[1].split(',')[0])).toBeCloseTo(left, 1);
    // The line and the end at 0.8.
    expect(black(svg)).toHaveLength(2);
  });

  it('without interval is a point, without value is empty, and the notes say why', () => {
    const none = { mean: null, low: null, high: null, reason: 'one class' };
    const svg = figure([
      { name: 'A', estimate: { mean: 0.7, low: null, high: null, reason: 'one repeat' } },
      { name: 'B', estimate: none },
      { name: 'C', estimate: none },
    ]);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['0.700', 'n/a', 'A: no interval, one repeat.', 'B, C: no value, one class.']),
    );
    expect(elements(svg, 'rect').filter(({ attributes }) => attributes.width === '6.4')).toHaveLength(1);
    expect(black(svg)).toEqual([]);
  });

  it('takes NaN for a missing value', () => {
    expect(texts(figure([row('A', Number.NaN, Number.NaN, 0.8)]))).toContain('A: no value, no reason is given.');
  });
});

it('draws the reference where the axis says, and makes room for it', () => {
  const svg = figure([row('A', 0.72, 0.71, 0.73)], { reference: { name: 'chance', value: 0.5 } });
  const reference = elements(svg, 'line').find(({ attributes }) => attributes.stroke === '#d55e00');
  expect(Number(reference?.attributes.x1)).toBeCloseTo(pxOf(svg)(0.5), 1);
  expect(pxOf(svg)(0.5)).toBeLessThan(pxOf(svg)(0.71));
  expect(texts(svg)).toContain('chance');
  expect(texts(svg)).toContain('0.5');
});

it('says where a reference is that the axis does not reach', () => {
  const svg = figure([row('A', 0.72, 0.71, 0.73)], { range: [0.6, 0.8], reference: { name: 'chance', value: 0.5 } });
  expect(texts(svg)).toContain('chance: 0.500, beyond the axis.');
  expect(elements(svg, 'line').some(({ attributes }) => attributes.stroke === '#d55e00')).toBe(false);
});

it('sets rows under headings', () => {
  const svg = forestFigure({
    title: 'Ablation',
    valueName: 'AUC',
    groups: [
      { name: 'loss', rows: [row('LRA', 0.7, 0.6, 0.8), { ...row('all', 0.8, 0.7, 0.9), emphasised: true }] },
      { name: 'drop', rows: [row('20 %', 0.7, 0.6, 0.8)] },
    ],
  });
  const at = (name: string) => elements(svg, 'text').find(({ text }) => text === name)?.attributes;
  const heights = ['loss', 'LRA', 'all', 'drop', '20 %'].map((name) => Number(at(name)?.y));
  expect(heights.map((y) => y - heights[0])).toEqual([0, 20, 40, 60, 80]);
  expect([at('loss')?.x, at('LRA')?.x]).toEqual(['12', '22']);
  expect([at('LRA')?.['font-weight'], at('all')?.['font-weight']]).toEqual([undefined, 'bold']);
  expect(faults(svg)).toEqual([]);
});

it('keeps names apart that differ in the middle, whole in their tooltips', () => {
  const name = (i: number) => `Universitätsklinikum Hamburg-Eppendorf scanner ${i} sequence B`;
  const svg = figure(Array.from({ length: 12 }, (_, i) => ({ ...row(name(i), 0.7, 0.6, 0.8), detail: '10 / 20' })));
  const shown = elements(svg, 'text').filter(({ text }) => text.startsWith('U'));
  expect(new Set(shown.map(({ text }) => text)).size).toBe(12);
  expect(shown.map(({ children }) => children[0].text)).toEqual(Array.from({ length: 12 }, (_, i) => name(i)));
  expect(faults(svg)).toEqual([]);
});
