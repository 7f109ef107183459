/** @file The ROC curves of a model and its baselines, averaged over splits, with bands. */
import type { Estimate } from '../statistics/interval.ts';
import { axis, axisNames, type Box, frame, xNumbers, yNumbers } from './axes.ts';
import { estimateText, explainedEstimate, missingNotes } from './estimate-text.ts';
import { type LegendEntry, legend } from './legend.ts';
import { drawMark, REFERENCE_DASH, type SeriesStyle, seriesStyle } from './palette.ts';
import { type AverageRoc, averageRoc, type ScoredSplit } from './roc-average.ts';
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
} from './svg.ts';

export interface RocCurve {
  /** `model` or a baseline. */
  readonly name: string;
  /** For the legend, so that figure and table say the same. */
  readonly auc: Estimate;
  readonly splits: readonly ScoredSplit[];
}

export interface RocFigure {
  readonly title: string;
  /** The model first. */
  readonly curves: readonly RocCurve[];
  /** Participants tested on for each one trained on: the band knows that splits overlap. */
  readonly testOverTrain: number;
}

const BOX: Box = { left: 60, top: BODY_TOP + 4, right: 380, bottom: BODY_TOP + 324 };
const LEGEND_LEFT = BOX.right + 18;
/** More bands than this hide each other; then only the first curve has one. */
const MOST_BANDS = 3;
/** Points of the average between two marks. */
const MARK_STEP = 20;

/** The figure as an SVG document. */
export function rocFigure({ title, curves, testOverTrain }: RocFigure): string {
  const x = axis('linear', [0, 1], [BOX.left, BOX.right]);
  const y = axis('linear', [0, 1], [BOX.bottom, BOX.top]);
  const place = (fpr: number, tpr: number): Point => [x.at(fpr), y.at(tpr)];
  const averages = curves.map(({ splits }) => averageRoc(splits, testOverTrain));
  const banded = curves.length <= MOST_BANDS ? averages : averages.slice(0, 1);
  const drawn = averages.some(({ points }) => points.length > 0);
  const body = [
    ...yNumbers(BOX, y),
    ...xNumbers(BOX, x),
    line(place(0, 0), place(1, 1), MUTED, 1.5, REFERENCE_DASH),
    ...banded.flatMap((average, i) => bandOf(average, seriesStyle(i), place)),
    // The first curve lies on top.
    ...averages
      .map((average, i) => curveElements(average, i, place))
      .toReversed()
      .flat(),
    frame(BOX),
    ...axisNames(BOX, 'false positive rate (1 - specificity)', 'true positive rate (sensitivity)'),
    ...(drawn ? [] : [emptyNote(place(0.5, 0.85), 'no curve')]),
  ];
  const entries: LegendEntry[] = curves.map(({ name, auc }, i) => ({
    name,
    detail: `AUC ${estimateText(auc, 3)}`,
    style: seriesStyle(i),
  }));
  entries.push({ name: 'chance', style: { ...seriesStyle(0), colour: MUTED }, reference: true });
  const { elements, bottom } = legend(entries, [LEGEND_LEFT, BOX.top], FIGURE_WIDTH - LEGEND_LEFT);
  return figureDocument({
    title,
    description: `ROC curves. ${curves.map(({ name, auc }) => `${name}: AUC ${explainedEstimate(auc, 3)}`).join('; ')}`,
    body: [...body, ...elements],
    bottom: Math.max(BOX.bottom + 40, bottom),
    notes: notesOf(curves, averages, banded),
  });
}

function bandOf({ points }: AverageRoc, { colour }: SeriesStyle, place: (x: number, y: number) => Point): string[] {
  const bounded = points.flatMap(({ fpr, low, high }) => (low === null || high === null ? [] : [{ fpr, low, high }]));
  if (bounded.length === 0) return [];
  const outline = [
    ...bounded.map(({ fpr, high }) => place(fpr, high)),
    ...bounded.toReversed().map(({ fpr, low }) => place(fpr, low)),
  ];
  return [element('polygon', { points: pointList(outline), fill: colour, opacity: 0.15 })];
}

function curveElements({ points }: AverageRoc, i: number, place: (x: number, y: number) => Point): string[] {
  if (points.length === 0) return [];
  const style = seriesStyle(i);
  const path = pointList([place(0, 0), ...points.map(({ fpr, tpr }) => place(fpr, tpr))]);
  // Marks of different curves at different places, or they would hide each other.
  const marked = points.filter((_, at) => at % MARK_STEP === (5 + 3 * i) % MARK_STEP);
  return [
    element('polyline', {
      points: path,
      fill: 'none',
      stroke: style.colour,
      'stroke-width': i === 0 ? 2.5 : 1.5,
      'stroke-dasharray': style.dash,
    }),
    ...marked.map(({ fpr, tpr }) => drawMark(place(fpr, tpr), style)),
  ];
}

function notesOf(
  curves: readonly RocCurve[],
  averages: readonly AverageRoc[],
  banded: readonly AverageRoc[],
): string[] {
  const withBand = banded.some(({ points }) => points.some(({ low }) => low !== null));
  const most = curves.reduce((count, { splits }) => Math.max(count, splits.length), 0);
  const of = banded.length < averages.length ? ` (${curves[0].name} only)` : '';
  const notes = withBand
    ? [`Mean of ${most} splits; band: 95 % interval, corrected for their overlap${of}.`]
    : most === 1
      ? ['One split: no band.']
      : [];
  for (const [i, { leftOut }] of averages.entries())
    if (leftOut > 0)
      notes.push(
        `${curves[i].name}: ${leftOut} of ${curves[i].splits.length} splits test one class only and are left out.`,
      );
  return [...notes, ...missingNotes(curves.map(({ name, auc }) => ({ name: `AUC of ${name}`, estimate: auc })))];
}
