import { describe, expect, test } from 'vitest';
import { histogramFigure } from '../../src/report/histogram-figure.ts';
import { stripFigure } from '../../src/report/strip-figure.ts';
import { elements, faults } from './svg-check.ts';

const histogram = (values: readonly number[], more: Partial<Parameters<typeof histogramFigure>[0]> = {}) =>
  histogramFigure({ title: 'Length', xName: 'volumes', yName: 'scans', values, ...more });

/** Bars as their tooltips say: `[from, to, count]`. */
function bars(svg: string): number[][] {
  return elements(svg, 'rect').flatMap(({ children }) =>
    children.flatMap(({ text }) => {
      const match = /^(\S+) to (\S+): (\d+)$/.exec(text);
      return match === null ? [] : [match.slice(1).map(Number)];
    }),
  );
}

const texts = (svg: string) => elements(svg, 'text').map(({ text }) => text);

describe('histograms', () => {
  test('count every value once, the greatest in the last bar', () => {
    const values = [0, 1, 1.9, 2, 5, 9.99, 10];
    expect(bars(histogram(values, { bars: 5 }))).toEqual([
      [0, 2, 3],
      [2, 4, 1],
      [4, 6, 1],
      [8, 10, 2],
    ]);
  });

  test.each([
    ['nothing', []],
    ['one value', [180]],
    ['equal values', [0, 0, 0]],
    ['tiny and huge ones', [1e-300, 1e300]],
    ['negative ones', [-1e9, -3, -2.5]],
    ['many', Array.from({ length: 5000 }, (_, i) => Math.sin(i) * i)],
  ])('%s: a figure without faults that holds them all', (_, values) => {
    const svg = histogram(values);
    expect(faults(svg)).toEqual([]);
    expect(bars(svg).reduce((sum, [, , count]) => sum + count, 0)).toBe(values.length);
    if (values.length === 0) expect(texts(svg)).toContain('no values');
  });

  test('heights follow the counts, and one among thousands is still to be seen', () => {
    const svg = histogram([...Array.from({ length: 5000 }, () => 0), 1, 2, 2], { bars: 2 });
    const heights = elements(svg, 'rect').flatMap(({ attributes, children }) =>
      children.some(({ name }) => name === 'title') ? [Number(attributes.height)] : [],
    );
    expect(heights[0]).toBeGreaterThan(180);
    expect(heights[1]).toBeGreaterThanOrEqual(1.5);
  });

  test('counts have whole numbers beside them', () => {
    const numbers = texts(histogram([3])).filter((text) => /^[\d.]+$/.test(text));
    expect(numbers).toContain('1');
    expect(numbers).not.toContain('0.5');
  });

  test('what chance would give is drawn to the scale of the bars', () => {
    const values = Array.from({ length: 100 }, (_, i) => i / 99);
    const svg = histogram(values, { bars: 10, expected: { name: 'even', density: () => 1 } });
    const [curve] = elements(svg, 'polyline');
    const [bar] = elements(svg, 'rect').filter(({ children }) => children.length > 0);
    const heights = curve.attributes.points.split(' ').map((point) => Number(point.split(',')[1]));
    // Ten of a hundred in each tenth.
    for (const y of heights) expect(y).toBeCloseTo(Number(bar.attributes.y), 0);
    expect(texts(svg)).toContain('dotted: even');
    expect(faults(svg)).toEqual([]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d cannot be drawn', (value) => {
    expect(() => histogram([1, value, 2])).toThrow(RangeError);
  });
});

describe('strips', () => {
  const strip = (dots: readonly { group: string; value: number; flagged?: boolean }[]) =>
    stripFigure({
      title: 'Likeness',
      xName: 'correlation',
      dots: dots.map((dot, i) => ({ name: `scan ${i}`, flagged: false, ...dot })),
      notes: ['Rings: outliers.'],
    });

  test('a dot for each scan in the row of its group, further right the greater; rings are flagged', () => {
    const svg = strip([
      { group: 'A', value: 0.2 },
      { group: 'B', value: 0.9, flagged: true },
      { group: 'A', value: 0.5 },
    ]);
    const dots = elements(svg, 'circle').map(({ attributes, children }) => ({
      name: children[0].text,
      x: Number(attributes.cx),
      y: Number(attributes.cy),
      ring: attributes.fill === 'white',
    }));
    expect(dots.map(({ name, ring }) => [name, ring])).toEqual([
      ['scan 0: 0.2', false],
      ['scan 2: 0.5', false],
      ['scan 1: 0.9', true],
    ]);
    expect(dots[0].x).toBeLessThan(dots[1].x);
    expect(dots[1].x).toBeLessThan(dots[2].x);
    expect(Math.abs(dots[0].y - dots[1].y)).toBeLessThanOrEqual(10);
    expect(dots[2].y).toBeGreaterThan(Math.max(dots[0].y, dots[1].y));
    expect(texts(svg)).toEqual(expect.arrayContaining(['A', 'B', '2', '1', 'correlation', 'Rings: outliers.']));
    expect(faults(svg)).toEqual([]);
  });

  test('thousands of scans at 60 sites of any name: 40 rows, and the rest is said', () => {
    const svg = strip(
      Array.from({ length: 6000 }, (_, i) => ({
        group: `site ${i % 60} <&"${'x'.repeat(i % 60)}`,
        value: Math.cos(i),
      })),
    );
    expect(faults(svg)).toEqual([]);
    expect(elements(svg, 'circle')).toHaveLength(4000);
    expect(texts(svg)).toContain('20 more groups are not shown.');
  });

  test('one scan, no scan, and scans without a site', () => {
    expect(faults(strip([{ group: '', value: 0.7 }]))).toEqual([]);
    expect(texts(strip([{ group: '', value: 0.7 }]))).toContain('all');
    expect(faults(strip([]))).toEqual([]);
  });

  test('NaN cannot be drawn', () => {
    expect(() => strip([{ group: 'A', value: Number.NaN }])).toThrow(RangeError);
  });
});
