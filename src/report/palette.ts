/** @file How curves are told apart: by colour, by dash and by mark, so that grey copies and colour-blind readers can too. */
import { element, type Point, pointList } from './svg.ts';

export interface SeriesStyle {
  readonly colour: string;
  /** `stroke-dasharray`; undefined is a solid line. */
  readonly dash: string | undefined;
  readonly mark: Mark;
}

const MARKS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'ring'] as const;
type Mark = (typeof MARKS)[number];

/**
 * Okabe and Ito's colours (jfly.uni-koeln.de/color) without their yellow, orange and light blue, which are too pale for
 * lines on white; black and wine instead. All have 3:1 against white (WCAG 2.1, 1.4.11).
 */
export const COLOURS = ['#0072b2', '#d55e00', '#008a65', '#b0568a', '#000000', '#7a4fb5', '#8a6d00'] as const;
const DASHES = [undefined, '7 3', '2 3', '9 3 2 3', '4 2'] as const;

/** The style of curve `i`: 7 colours, 5 dashes and 6 marks, so that 30 curves differ even without colour. */
export function seriesStyle(i: number): SeriesStyle {
  return { colour: COLOURS[i % COLOURS.length], dash: DASHES[i % DASHES.length], mark: MARKS[i % MARKS.length] };
}

/** Dashes of straight lines that are no curves: chance, baselines. */
export const REFERENCE_DASH = '1.5 2.5';

/** A mark about 8 px across; `content` may hold a tooltip. */
export function drawMark([x, y]: Point, { colour, mark }: SeriesStyle, content = ''): string {
  const around = (offsets: readonly Point[]) =>
    element('polygon', { points: pointList(offsets.map(([dx, dy]) => [x + dx, y + dy])), fill: colour }, content);
  switch (mark) {
    case 'circle':
      return element('circle', { cx: x, cy: y, r: 3.5, fill: colour }, content);
    case 'ring':
      return element('circle', { cx: x, cy: y, r: 3.5, fill: 'white', stroke: colour, 'stroke-width': 1.5 }, content);
    case 'square':
      return element('rect', { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4, fill: colour }, content);
    case 'triangle':
      return around([
        [0, -4.5],
        [4.2, 3],
        [-4.2, 3],
      ]);
    case 'diamond':
      return around([
        [0, -4.8],
        [4.8, 0],
        [0, 4.8],
        [-4.8, 0],
      ]);
    case 'cross':
      return element('path', { d: crossPath([x, y]), fill: 'none', stroke: colour, 'stroke-width': 2 }, content);
  }
}

function crossPath([x, y]: Point): string {
  const ends = pointList([
    [x - 3.5, y - 3.5],
    [x + 3.5, y + 3.5],
    [x - 3.5, y + 3.5],
    [x + 3.5, y - 3.5],
  ]).split(' ');
  return `M${ends[0]}L${ends[1]}M${ends[2]}L${ends[3]}`;
}
