/** @file Rows of a name, a point and its interval, beside a line to compare with: sites, tasks, baselines, ablations. */
import type { Estimate } from '../statistics/interval.ts';
import { type Axis, axis, type Box, type Range, rangeAround, xNumbers } from './axes.ts';
import { estimateText, explainedEstimate, isNumber, missingNotes, numberText } from './estimate-text.ts';
import { COLOURS, drawMark, REFERENCE_DASH, type SeriesStyle, seriesStyle } from './palette.ts';
import {
  BODY_TOP,
  element,
  emptyNote,
  FIGURE_WIDTH,
  figureDocument,
  GRID,
  INK,
  line,
  MUTED,
  type Point,
  pointList,
  SMALL_TEXT,
  TEXT_SIZE,
  text,
} from './svg.ts';
import { shortenedApart, textWidth } from './text-fit.ts';

export interface ForestRow {
  readonly name: string;
  readonly estimate: Estimate;
  /** In a column of its own: `34 / 40`. */
  readonly detail?: string | undefined;
  /** Drawn to be seen first: the model among its baselines. */
  readonly emphasised?: boolean | undefined;
}

export interface ForestFigure {
  readonly title: string;
  /** What the estimates are: `AUC`. */
  readonly valueName: string;
  /** What `detail` is: `patients / controls`. */
  readonly detailName?: string | undefined;
  /** Rows under headings; an empty name is no heading. */
  readonly groups: readonly { readonly name: string; readonly rows: readonly ForestRow[] }[];
  /** A vertical line: chance, the whole sample, the full model. */
  readonly reference?: { readonly name: string; readonly value: number } | undefined;
  /** Of the axis; as wide as the intervals when not given. */
  readonly range?: Range | undefined;
  /** After the point, 3 when not given. */
  readonly digits?: number | undefined;
}

const LEFT = 12;
const GAP = 14;
const ROW = 20;
const DETAIL_WIDTH = 110;
const NUMBER_WIDTH = 165;
/** Names are shortened before the plot gets narrower than this. */
const PLOT_WIDTH = 180;
/** Bold text is wider. */
const BOLD = 1.1;
/** Of rows below a heading. */
const INDENT = 10;
const PLAIN: SeriesStyle = { colour: INK, dash: undefined, mark: 'square' };
const EMPHASISED: SeriesStyle = { ...seriesStyle(0), mark: 'diamond' };

/** Where the columns of a figure are, in px. */
interface Columns {
  readonly nameWidth: number;
  /** Right edge of the details, which may take no room. */
  readonly detailRight: number;
  readonly detailWidth: number;
  readonly numberWidth: number;
  readonly plotLeft: number;
  readonly plotRight: number;
}

/** The figure as an SVG document. */
export function forestFigure(figure: ForestFigure): string {
  const { groups, reference, digits = 3 } = figure;
  const rows = groups.flatMap((group) => group.rows);
  const columns = columnsOf(figure, digits);
  const headings = groups.filter(({ name }) => name !== '').length;
  const top = BODY_TOP + ROW;
  const plot: Box = {
    left: columns.plotLeft,
    right: columns.plotRight,
    top,
    bottom: top + ROW * Math.max(1, rows.length + headings) + 4,
  };
  const values = rows.flatMap(({ estimate: { mean, low, high } }) => [mean, low, high]).filter(isNumber);
  const marked = isNumber(reference?.value) ? [reference.value] : [];
  const x = axis('linear', figure.range ?? rangeAround([...values, ...marked]), [plot.left, plot.right]);
  const indented = groups.some(({ name }) => name !== '');
  const nameRoom = (columns.nameWidth - (indented ? INDENT : 0)) / BOLD;
  const names = shortenedApart(
    rows.map(({ name }) => name),
    nameRoom,
    TEXT_SIZE,
  );
  const [stripes, lines] = [[] as string[], [] as string[]];
  let y = top + ROW / 2 + 2;
  let shown = 0;
  for (const { name, rows: own } of groups) {
    if (name !== '') {
      lines.push(text([LEFT, y + 4], name, { bold: true, width: columns.nameWidth / BOLD }));
      y += ROW;
    }
    for (const [i, row] of own.entries()) {
      if (i % 2 === 0) stripes.push(stripe(y));
      lines.push(rowName(row, names[shown++], [LEFT + (name === '' ? 0 : INDENT), y + 4]));
      lines.push(...rowTexts(row, y, columns, digits), ...rowMarks(row, y, x));
      y += ROW;
    }
  }
  if (rows.length === 0) lines.push(emptyNote([(plot.left + plot.right) / 2, y + 4], 'no rows'));
  return figureDocument({
    title: figure.title,
    description: `${figure.valueName} with 95 % intervals. ${rows.map(({ name, estimate }) => `${name}: ${explainedEstimate(estimate, digits)}`).join('; ')}`,
    body: [...stripes, ...axisElements(plot, x, figure), ...headers(figure, columns), ...lines],
    bottom: plot.bottom + 40,
    notes: notesOf(figure, rows, x),
  });
}

function columnsOf({ groups, detailName = '', valueName }: ForestFigure, digits: number): Columns {
  const rows = groups.flatMap((group) => group.rows);
  const widest = (widths: readonly number[]) => widths.reduce((most, width) => Math.max(most, width), 0);
  const detailWidth = widest([
    textWidth(detailName, SMALL_TEXT),
    ...rows.map(({ detail }) => textWidth(detail ?? '', TEXT_SIZE)),
  ]);
  const numberWidth = widest([
    textWidth(numberHeader(valueName), SMALL_TEXT),
    ...rows.map(({ estimate }) => textWidth(estimateText(estimate, digits), TEXT_SIZE)),
  ]);
  const names = groups.flatMap(({ name, rows: own }) => [
    textWidth(name, TEXT_SIZE) * BOLD,
    ...own.map((row) => textWidth(row.name, TEXT_SIZE) * BOLD + (name === '' ? 0 : INDENT)),
  ]);
  const detailRoom = detailWidth === 0 ? 0 : GAP + Math.min(DETAIL_WIDTH, detailWidth);
  const plotRight = FIGURE_WIDTH - LEFT - Math.min(NUMBER_WIDTH, numberWidth) - GAP;
  const nameWidth = Math.min(widest(names), plotRight - PLOT_WIDTH - GAP - detailRoom - LEFT);
  const detailRight = LEFT + nameWidth + detailRoom;
  return {
    nameWidth,
    detailRight,
    detailWidth: Math.min(DETAIL_WIDTH, detailWidth),
    numberWidth: Math.min(NUMBER_WIDTH, numberWidth),
    plotLeft: detailRight + GAP,
    plotRight,
  };
}

const numberHeader = (valueName: string) => `${valueName} [95 % interval]`;

function stripe(y: number): string {
  return element('rect', { x: LEFT / 2, y: y - ROW / 2, width: FIGURE_WIDTH - LEFT, height: ROW, fill: '#f5f5f5' });
}

function headers({ detailName, valueName }: ForestFigure, columns: Columns): string[] {
  const style = { size: SMALL_TEXT, colour: MUTED, anchor: 'end' } as const;
  const y = BODY_TOP + 12;
  const numbers = text([FIGURE_WIDTH - LEFT, y], numberHeader(valueName), { ...style, width: columns.numberWidth });
  if (detailName === undefined) return [numbers];
  return [text([columns.detailRight, y], detailName, { ...style, width: columns.detailWidth }), numbers];
}

function axisElements(plot: Box, x: Axis, { valueName, reference }: ForestFigure): string[] {
  const { left, right, top, bottom } = plot;
  const grid = x.ticks.map((value) => line([x.at(value), top], [x.at(value), bottom], GRID));
  const parts = [...grid, line([left, bottom], [right, bottom], INK), ...xNumbers(plot, x)];
  parts.push(text([(left + right) / 2, bottom + 34], valueName, { anchor: 'middle', width: right - left }));
  if (reference === undefined || !isNumber(reference.value) || !isInside(reference.value, x)) return parts;
  const at = x.at(reference.value);
  const room = right - left;
  // The name above the line, moved inwards where it would leave the plot.
  const half = Math.min(room, textWidth(reference.name, SMALL_TEXT)) / 2;
  const middle = Math.min(right - half, Math.max(left + half, at));
  parts.push(line([at, top - 4], [at, bottom], COLOURS[1], 1.5, REFERENCE_DASH));
  parts.push(
    text([middle, top - 8], reference.name, { anchor: 'middle', size: SMALL_TEXT, colour: MUTED, width: room }),
  );
  return parts;
}

function rowName({ name, emphasised }: ForestRow, shown: string, at: Point): string {
  return text(at, name, { shown, bold: emphasised ?? false });
}

function rowTexts({ estimate, detail }: ForestRow, y: number, columns: Columns, digits: number): string[] {
  const style = { anchor: 'end' } as const;
  const numbers = text([FIGURE_WIDTH - LEFT, y + 4], estimateText(estimate, digits), {
    ...style,
    width: columns.numberWidth,
  });
  if (detail === undefined) return [numbers];
  return [text([columns.detailRight, y + 4], detail, { ...style, width: columns.detailWidth }), numbers];
}

function rowMarks({ estimate: { mean, low, high }, emphasised }: ForestRow, y: number, x: Axis): string[] {
  if (!isNumber(mean)) return [];
  const style = emphasised ? EMPHASISED : PLAIN;
  return [
    ...(isNumber(low) && isNumber(high) ? whisker([low, high], y, x, style) : []),
    ...(isInside(mean, x) ? [drawMark([x.at(mean), y], style)] : []),
  ];
}

/** A line with an end at each bound; an arrow where the bound is beyond the axis. */
function whisker([low, high]: Range, y: number, x: Axis, { colour }: SeriesStyle): string[] {
  const end = (value: number, outwards: number): string => {
    const at = x.at(value);
    if (isInside(value, x)) return line([at, y - 4], [at, y + 4], colour, 1.5);
    const inner = at - 6 * outwards;
    const corners: Point[] = [
      [inner, y - 4],
      [at, y],
      [inner, y + 4],
    ];
    return element('polyline', { points: pointList(corners), fill: 'none', stroke: colour, 'stroke-width': 1.5 });
  };
  return [line([x.at(low), y], [x.at(high), y], colour, 1.5), end(low, -1), end(high, 1)];
}

const isInside = (value: number, { range }: Axis) => value >= range[0] && value <= range[1];

function notesOf({ reference, digits = 3 }: ForestFigure, rows: readonly ForestRow[], x: Axis): string[] {
  const notes = missingNotes(rows);
  if (rows.some(({ estimate: { mean } }) => isNumber(mean) && !isInside(mean, x)))
    notes.push('A row without a mark has its value beyond the axis.');
  if (reference === undefined) return notes;
  const { name, value } = reference;
  if (!isNumber(value)) return [...notes, `${name}: no value.`];
  return isInside(value, x) ? notes : [...notes, `${name}: ${numberText(value, digits)}, beyond the axis.`];
}
