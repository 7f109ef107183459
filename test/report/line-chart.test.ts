import { expect, it } from 'vitest';
import { type LineChart, lineCharts, ticks } from '../../src/report/line-chart.ts';

const chart: LineChart = {
  title: 'age > 15 & more',
  xLabel: 'epoch',
  yLabel: 'AUC',
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

it('puts the ends of a curve into the corners of the plot, and its band around it', () => {
  const svg = lineCharts([chart]);
  expect(svg).toContain('<polyline points="52.0,258.0 400.0,30.0"');
  expect(svg).toContain('<polygon points="52.0,144.0 400.0,30.0 400.0,144.0 52.0,258.0"');
  expect(svg).toContain('y1="144.0" y2="144.0" stroke="#d55e00" stroke-dasharray="5 3"');
});

it('escapes text', () => {
  expect(lineCharts([chart])).toContain('age &#62; 15 &#38; more');
});

it('sets charts side by side', () => {
  const svg = lineCharts([chart, chart]);
  expect(svg).toContain('width="840"');
  expect(svg).toContain('translate(420 0)');
});

it.each([
  [
    [0, 100],
    [0, 20, 40, 60, 80, 100],
  ],
  [
    [0.5, 1],
    [0.5, 0.6, 0.7, 0.8, 0.9, 1],
  ],
  [
    [0.55, 0.93],
    [0.6, 0.7, 0.8, 0.9],
  ],
  [[3, 3], [3]],
] as const)('ticks of %j are round numbers', (range, expected) => {
  expect(ticks(range)).toEqual(expected);
});
