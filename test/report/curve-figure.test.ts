import { describe, expect, it } from 'vitest';
import { type CurvePanel, curveFigure } from '../../src/report/curve-figure.ts';
import { elements, faults } from './svg-check.ts';

const panel: CurvePanel = {
  title: '',
  xName: 'epochs',
  yName: 'AUC',
  yRange: [0.5, 1],
  curves: [
    {
      name: 'model',
      points: [
        { x: 0, y: 0.5, low: 0.5, high: 0.75 },
        { x: 100, y: 1, low: 0.75, high: 1 },
      ],
    },
  ],
  references: [{ name: 'raw FC', y: 0.75 }],
};
const figure = (...panels: CurvePanel[]) => curveFigure({ title: 'age > 15 & more', panels });

describe('one panel', () => {
  it('puts the ends of a curve into the corners of the plot, and its band around it', () => {
    const svg = figure(panel);
    expect(elements(svg, 'polyline')[0].attributes.points).toBe('58,300 584,44');
    expect(elements(svg, 'polygon')[0].attributes.points).toBe('58,172 584,44 584,172 58,300');
    const reference = elements(svg, 'line').find(({ attributes }) => attributes.stroke === '#d55e00');
    expect(reference?.attributes).toMatchObject({ x1: '58', x2: '584', y1: '172', y2: '172' });
    expect(faults(svg)).toEqual([]);
  });

  it('sets powers of two at equal distances on a log2 axis', () => {
    const points = [1, 2, 4, 8, 16, 32].map((x) => ({ x, y: 0.75 }));
    const svg = figure({ ...panel, xKind: 'log2', curves: [{ name: 'model', points }] });
    const xs = elements(svg, 'circle').map(({ attributes }) => Number(attributes.cx));
    expect(xs.slice(0, 6)).toEqual([58, 163.2, 268.4, 373.6, 478.8, 584]);
    const numbers = elements(svg, 'text').map(({ text }) => text);
    expect(numbers).toEqual(expect.arrayContaining(['1', '2', '4', '8', '16', '32']));
  });

  it('refuses a log2 axis from zero', () => {
    expect(() => figure({ ...panel, xKind: 'log2' })).toThrow(RangeError);
  });

  it('parts line and band at a missing value, and says why it is missing', () => {
    const points = [1, 2, 3, 4, 5].map((x) =>
      x === 3 ? { x, y: null, reason: 'too few' } : { x, y: 0.75, low: 0.5, high: 1 },
    );
    const svg = figure({ ...panel, curves: [{ name: 'model', points }] });
    expect(elements(svg, 'polyline').map(({ attributes }) => attributes.points)).toEqual([
      '58,172 189.5,172',
      '452.5,172 584,172',
    ]);
    expect(elements(svg, 'polygon')).toHaveLength(2);
    expect(svg).toContain('model: no value at 3 (too few).');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('takes %s for a missing value', (y) => {
    const svg = figure({ ...panel, curves: [{ name: 'model', points: [{ x: 1, y, low: y, high: y }] }] });
    expect(svg).toContain('model: no value at 1.');
    expect(faults(svg)).toEqual([]);
  });

  it('draws the interval of a single point as a whisker', () => {
    const svg = figure({ ...panel, curves: [{ name: 'model', points: [{ x: 4, y: 0.75, low: 0.5, high: 1 }] }] });
    const whisker = elements(svg, 'line').find(
      ({ attributes }) => attributes.x1 === '321' && attributes.stroke === '#0072b2',
    );
    expect(whisker?.attributes).toMatchObject({ x2: '321', y1: '300', y2: '44' });
  });

  it('says that values lie beyond a given axis', () => {
    const points = [{ x: 0, y: 0.2 }];
    expect(figure({ ...panel, curves: [{ name: 'model', points }] })).toContain('beyond the axis');
    expect(figure(panel)).not.toContain('beyond the axis');
  });
});

describe('panels', () => {
  const named = (title: string, names: string[]): CurvePanel => ({
    ...panel,
    title,
    curves: names.map((name) => ({ ...panel.curves[0], name })),
    references: [],
  });

  it('stand two in a row on one page', () => {
    const svg = figure(named('a', ['model']), named('b', ['model']), named('c', ['model']));
    expect(elements(svg, 'svg')[0].attributes.viewBox).toMatch(/^0 0 600 /);
    const lines = elements(svg, 'polyline').map(({ attributes }) => attributes.points);
    expect(lines).toEqual(['58,244 284,58', '358,244 584,58', '58,494 284,308']);
    expect(faults(svg)).toEqual([]);
  });

  it('keep the look of a curve by its name, with one legend', () => {
    const svg = figure(named('a', ['x', 'y']), named('b', ['y']));
    // The first curve is drawn last.
    const strokes = elements(svg, 'polyline').map(({ attributes }) => attributes.stroke);
    expect(strokes).toEqual(['#d55e00', '#0072b2', '#d55e00']);
    expect(elements(svg, 'text').filter(({ text }) => text === 'y')).toHaveLength(1);
  });

  it('share a note that is true of all, and name the panel of one that is not', () => {
    const gap = { name: 'model', points: [{ x: 1, y: null }] };
    const [a, b] = [named('task a', ['model']), named('task b', ['model'])];
    expect(figure({ ...a, curves: [gap] }, { ...b, curves: [gap] })).toContain('>model: no value at 1.<');
    expect(figure({ ...a, curves: [gap] }, b)).toContain('>task a; model: no value at 1.<');
  });
});
