import { expect, it } from 'vitest';
import { calibrationFigure } from '../../src/report/calibration-figure.ts';
import { calibrationOf } from '../../src/statistics/calibration.ts';
import { elements, faults } from './svg-check.ts';

/** One of four at 0.25 is positive, three of four at 0.75. */
const calibration = calibrationOf(
  [0.25, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 0.75],
  [true, false, false, false, true, true, true, false],
);

it('puts the points of perfect probabilities on the diagonal', () => {
  const svg = calibrationFigure({ title: 'asd', curves: [{ name: 'model', calibration }] });
  expect(elements(svg, 'polyline')[0].attributes.points).toBe('140,280 300,120');
  const marks = elements(svg, 'circle').filter(({ children }) => children.length > 0);
  expect(marks.map(({ attributes: { cx, cy } }) => [cx, cy])).toEqual([
    ['140', '280'],
    ['300', '120'],
  ]);
  expect(marks[0].children[0].text).toBe('model: 4 predictions');
});

it('draws how many predictions each point stands for', () => {
  const svg = calibrationFigure({ title: 'asd', curves: [{ name: 'model', calibration }] });
  const bars = elements(svg, 'rect').filter(({ attributes }) => attributes.fill === '#0072b2');
  // The axis of counts ends at 4, 60 px above its beginning.
  expect(bars.map(({ attributes: { x, width, height } }) => [x, width, height])).toEqual([
    ['134', '12', '60'],
    ['294', '12', '60'],
  ]);
  const shown = elements(svg, 'text').map(({ text }) => text);
  expect(shown.filter((text) => text === '4')).toHaveLength(3);
  expect(shown).toContain('model: 8 predictions, slope 1.00, intercept 0.00.');
});

it('puts bars of several curves beside each other', () => {
  const svg = calibrationFigure({
    title: 'asd',
    curves: [
      { name: 'model', calibration },
      { name: 'fc_svm', calibration },
    ],
  });
  const bars = (fill: string) =>
    elements(svg, 'rect').filter(({ attributes }) => attributes.fill === fill && attributes.width === '6');
  expect(bars('#0072b2').map(({ attributes }) => attributes.x)).toEqual(['134', '294']);
  expect(bars('#d55e00').map(({ attributes }) => attributes.x)).toEqual(['140', '300']);
  expect(faults(svg)).toEqual([]);
});

it('says why there are no probabilities', () => {
  const svg = calibrationFigure({ title: 'asd', curves: [{ name: 'model', calibration: null, reason: 'one class' }] });
  expect(svg).toContain('model: no probabilities, one class.');
  expect(faults(svg)).toEqual([]);
});
