/** @file Do probabilities mean what they say? Reliability points on the diagonal, and how many predictions each stands for. */
import type { Calibration } from '../statistics/calibration.ts';
import { axis, axisNames, type Box, frame, rangeAround, tickText, xNumbers, yNumbers } from './axes.ts';
import { numberText } from './estimate-text.ts';
import { type LegendEntry, legend } from './legend.ts';
import { drawMark, REFERENCE_DASH, seriesStyle } from './palette.ts';
import {
  BODY_TOP,
  element,
  emptyNote,
  FIGURE_WIDTH,
  figureDocument,
  line,
  MUTED,
  type Point,
  pointList,
  SMALL_TEXT,
  text,
  tooltip,
} from './svg.ts';
import { textWidth } from './text-fit.ts';

export interface CalibrationCurve {
  readonly name: string;
  /** Null where there are no probabilities, and then why. */
  readonly calibration: Calibration | null;
  readonly reason?: string | undefined;
}

export interface CalibrationFigure {
  readonly title: string;
  /** The model first. */
  readonly curves: readonly CalibrationCurve[];
}

const BOX: Box = { left: 60, top: BODY_TOP + 4, right: 380, bottom: BODY_TOP + 324 };
/** Below the plot, over the same probabilities: how many predictions. */
const COUNTS: Box = { left: BOX.left, top: BOX.bottom + 24, right: BOX.right, bottom: BOX.bottom + 84 };
const BAR = 12;
const LEGEND_LEFT = BOX.right + 18;

/** The figure as an SVG document. */
export function calibrationFigure({ title, curves }: CalibrationFigure): string {
  const x = axis('linear', [0, 1], [BOX.left, BOX.right]);
  const y = axis('linear', [0, 1], [BOX.bottom, BOX.top]);
  const place = (predicted: number, observed: number): Point => [x.at(predicted), y.at(observed)];
  const known = curves.map(({ calibration }) => calibration?.points ?? []);
  const body = [
    ...yNumbers(BOX, y),
    line(place(0, 0), place(1, 1), MUTED, 1.5, REFERENCE_DASH),
    ...known.flatMap((points, i) => {
      const style = seriesStyle(i);
      const places = points.map(({ predicted, observed }) => place(predicted, observed));
      const path = { points: pointList(places), fill: 'none', stroke: style.colour, 'stroke-width': 1.5 };
      return [
        element('polyline', { ...path, 'stroke-dasharray': style.dash }),
        ...points.map(({ n }, k) => drawMark(places[k], style, tooltip(`${curves[i].name}: ${n} predictions`))),
      ];
    }),
    frame(BOX),
    text([BOX.left - 42, (BOX.top + BOX.bottom) / 2], 'share of positives', { anchor: 'middle', turned: true }),
    ...(known.some((points) => points.length > 0) ? [] : [emptyNote(place(0.5, 0.85))]),
    ...countElements(known),
  ];
  const entries: LegendEntry[] = curves.map((curve, i) => ({
    name: curve.name,
    detail: summary(curve),
    style: seriesStyle(i),
  }));
  entries.push({ name: 'perfect', style: { ...seriesStyle(0), colour: MUTED }, reference: true });
  const { elements, bottom } = legend(entries, [LEGEND_LEFT, BOX.top], FIGURE_WIDTH - LEGEND_LEFT);
  return figureDocument({
    title,
    description: `Calibration of predicted probabilities. ${curves.map((curve) => `${curve.name}: ${summary(curve)}, ${lineSummary(curve)}`).join('; ')}`,
    body: [...body, ...elements],
    bottom: Math.max(COUNTS.bottom + 40, bottom),
    notes: [
      ...curves.map((curve) => `${curve.name}: ${lineSummary(curve)}.`),
      'Perfect: Brier score and expected calibration error (ECE) 0, slope 1, intercept 0.',
    ],
  });
}

/** Bars at the mean probability of each bin; those of several curves stand beside each other. */
function countElements(known: readonly Calibration['points'][]): string[] {
  const most = known.flat().reduce((count, { n }) => Math.max(count, n), 0);
  const x = axis('linear', [0, 1], [COUNTS.left, COUNTS.right]);
  const range = rangeAround([0, Math.max(most, 1)]);
  const y = { ...axis('linear', range, [COUNTS.bottom, COUNTS.top]), ticks: range };
  const width = BAR / Math.max(known.length, 1);
  const bars = known.flatMap((points, i) =>
    points.map(({ predicted, n }) =>
      element('rect', {
        x: x.at(predicted) - BAR / 2 + i * width,
        y: y.at(n),
        width,
        height: COUNTS.bottom - y.at(n),
        fill: seriesStyle(i).colour,
      }),
    ),
  );
  return [
    ...yNumbers(COUNTS, y),
    ...bars,
    ...(known.length === 1 ? barNumbers(known[0], x.at, y.at) : []),
    frame(COUNTS),
    ...xNumbers(COUNTS, x),
    ...axisNames(COUNTS, 'predicted probability', 'count'),
  ];
}

/** Counts above the bars of one curve, those without room left out. */
function barNumbers(points: Calibration['points'], xAt: (p: number) => number, yAt: (n: number) => number): string[] {
  let free = COUNTS.left + 2;
  return points.flatMap(({ predicted, n }) => {
    const half = textWidth(tickText(n), SMALL_TEXT) / 2;
    if (xAt(predicted) - half < free) return [];
    free = xAt(predicted) + half + 2;
    return [text([xAt(predicted), yAt(n) - 3], tickText(n), { anchor: 'middle', size: SMALL_TEXT })];
  });
}

function summary({ calibration }: CalibrationCurve): string {
  if (calibration === null) return 'n/a';
  return `Brier ${numberText(calibration.brier, 3)}, ECE ${numberText(calibration.expected_error, 3)}`;
}

function lineSummary({ calibration, reason }: CalibrationCurve): string {
  if (calibration === null) return `no probabilities${reason === undefined ? '' : `, ${reason}`}`;
  const { n, slope, intercept } = calibration;
  const determined = (name: string, { value, reason: why }: Calibration['slope']) =>
    `${name} ${numberText(value, 2)}${value === null && why !== undefined ? ` (${why})` : ''}`;
  return `${n} predictions, ${determined('slope', slope)}, ${determined('intercept', intercept)}`;
}
