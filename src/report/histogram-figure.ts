/** @file How values are spread: bars, and a curve of what would be expected. */
import { axis, axisNames, type Box, frame, rangeAround, xNumbers, yNameOffset, yNumbers } from './axes.ts';
import { COLOURS, REFERENCE_DASH } from './palette.ts';
import { BODY_TOP, element, emptyNote, figureDocument, INK, MUTED, pointList, text, tooltip } from './svg.ts';

export interface HistogramFigure {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly values: readonly number[];
  /** Bars; fewer when there are fewer distinct values. */
  readonly bars?: number;
  /** Density of what chance would give, and its name. */
  readonly expected?: { readonly density: (x: number) => number; readonly name: string };
  readonly notes?: readonly string[];
}

const BOX: Box = { left: 70, top: BODY_TOP + 4, right: 580, bottom: BODY_TOP + 204 };
const BARS = 30;
const CURVE_POINTS = 100;

/**
 * The figure as an SVG document.
 *
 * @throws RangeError for a value that is not finite (a programming error)
 */
export function histogramFigure({
  title,
  xName,
  yName,
  values,
  bars = BARS,
  expected,
  notes = [],
}: HistogramFigure): string {
  const range = rangeAround(values);
  const x = axis('linear', range, [BOX.left, BOX.right]);
  const width = (range[1] - range[0]) / bars;
  const counts = new Array<number>(bars).fill(0);
  for (const value of values) counts[Math.min(bars - 1, Math.floor((value - range[0]) / width))]++;
  const curve = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const at = range[0] + ((range[1] - range[0]) * i) / CURVE_POINTS;
    return { at, count: (expected?.density(at) ?? 0) * values.length * width };
  });
  const most = [...counts, ...curve.map(({ count }) => count)].reduce((a, b) => Math.max(a, b), 1);
  const yRange = [0, most * 1.05] as const;
  const y = axis('linear', yRange, [BOX.bottom, BOX.top]);
  const drawn = counts.flatMap((count, i) => {
    if (count === 0) return [];
    const [low, high] = [range[0] + i * width, range[0] + (i + 1) * width];
    const label = tooltip(`${Number(low.toPrecision(4))} to ${Number(high.toPrecision(4))}: ${count}`);
    const [left, right] = [x.at(low), x.at(high)];
    // One scan among thousands is still to be seen.
    const height = Math.max(1.5, BOX.bottom - y.at(count));
    const box = { x: left, y: BOX.bottom - height, width: Math.max(1, right - left - 1), height };
    return [element('rect', { ...box, fill: COLOURS[0] }, label)];
  });
  const line = pointList(curve.map(({ at, count }) => [x.at(at), y.at(count)]));
  const chance =
    expected === undefined
      ? []
      : [
          element('polyline', {
            points: line,
            fill: 'none',
            stroke: INK,
            'stroke-width': 1.5,
            'stroke-dasharray': REFERENCE_DASH,
          }),
          text([BOX.right, BOX.top + 10], `dotted: ${expected.name}`, { anchor: 'end', colour: MUTED }),
        ];
  return figureDocument({
    title,
    description: `Histogram of ${values.length} values of ${xName}.`,
    body: [
      ...yNumbers(BOX, { ...y, ticks: y.ticks.filter(Number.isInteger) }),
      ...xNumbers(BOX, x),
      ...drawn,
      ...chance,
      frame(BOX),
      ...axisNames(BOX, xName, yName, yNameOffset(yRange)),
      ...(values.length === 0 ? [emptyNote([(BOX.left + BOX.right) / 2, BOX.top + 90])] : []),
    ],
    bottom: BOX.bottom + 40,
    notes,
  });
}
