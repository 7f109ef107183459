/** @file Curves with bands and reference lines, one panel or many: few-shot curves, scores against epochs. */
import {
  type AxisKind,
  axis,
  axisNames,
  type Box,
  extentOf,
  frame,
  type Range,
  rangeAround,
  xNumbers,
  yNameOffset,
  yNumbers,
} from './axes.ts';
import { type CurvePoint, drawCurve } from './curve-line.ts';
import { isNumber } from './estimate-text.ts';
import { type LegendEntry, legend } from './legend.ts';
import { REFERENCE_DASH, type SeriesStyle, seriesStyle } from './palette.ts';
import { BODY_TOP, emptyNote, FIGURE_WIDTH, figureDocument, line, text } from './svg.ts';

export interface Curve {
  /** Curves of one name look alike in all panels. */
  readonly name: string;
  /** In order of x. */
  readonly points: readonly CurvePoint[];
}

export interface CurvePanel {
  /** Empty when the figure's title says it all. */
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  /** `log2` for scans a class: 1, 2, 4, 8, … */
  readonly xKind?: AxisKind | undefined;
  /** Around all values when not given. */
  readonly yRange?: Range | undefined;
  readonly curves: readonly Curve[];
  /** Horizontal lines, e.g. baselines. */
  readonly references: readonly { readonly name: string; readonly y: number | null }[];
}

export interface CurveFigure {
  readonly title: string;
  readonly panels: readonly CurvePanel[];
}

/** Around a plot; on the left, beside the name and the numbers of the axis. */
const MARGIN = { left: 16, right: 16, top: 22, bottom: 42 };

/** The figure as an SVG document: one panel over the whole width, or two a row; one legend for all. */
export function curveFigure({ title, panels }: CurveFigure): string {
  const styles = stylesOf(panels);
  // One for all, so that plots stand in line.
  const offset = panels.reduce((most, panel) => Math.max(most, yNameOffset(yRangeOf(panel))), 0);
  const columns = Math.min(2, Math.max(1, panels.length));
  const width = FIGURE_WIDTH / columns;
  const height = columns === 1 ? 320 : 250;
  const body = panels.flatMap((panel, i) => {
    const left = width * (i % columns);
    const top = BODY_TOP - (panel.title === '' ? 14 : 0) + height * Math.floor(i / columns);
    const right = left + width - MARGIN.right;
    const box = {
      left: left + MARGIN.left + offset,
      top: top + MARGIN.top,
      right,
      bottom: top + height - MARGIN.bottom,
    };
    return panelElements(panel, box, styles, offset);
  });
  const below = BODY_TOP + height * Math.ceil(panels.length / columns);
  const margin = MARGIN.left + offset;
  const key = legend([...styles.values()], [margin, below], FIGURE_WIDTH - margin - MARGIN.right);
  return figureDocument({
    title,
    description: panels.map(descriptionOf).join('. '),
    body: [...body, ...key.elements],
    bottom: key.bottom,
    notes: sharedNotes(panels),
  });
}

/** One style a name: curves first, then references, each in order of first appearance. */
function stylesOf(panels: readonly CurvePanel[]): ReadonlyMap<string, LegendEntry> {
  const entries = new Map<string, LegendEntry>();
  const add = (name: string, reference: boolean) => {
    const key = styleKey(name, reference);
    if (!entries.has(key)) entries.set(key, { name, style: seriesStyle(entries.size), reference });
  };
  for (const { curves } of panels) for (const { name } of curves) add(name, false);
  for (const { references } of panels) for (const { name } of references) add(name, true);
  return entries;
}

const styleKey = (name: string, reference: boolean) => `${reference ? 'reference' : 'curve'} ${name}`;

/** All numbers that a panel shows. */
function valuesOf({ curves, references }: CurvePanel): number[] {
  const points = curves.flatMap((curve) => curve.points.flatMap(({ y, low, high }) => [y, low, high]));
  return [...points, ...references.map(({ y }) => y)].filter(isNumber);
}

const yRangeOf = (panel: CurvePanel): Range => panel.yRange ?? rangeAround(valuesOf(panel));

function panelElements(
  panel: CurvePanel,
  box: Box,
  styles: ReadonlyMap<string, LegendEntry>,
  offset: number,
): string[] {
  const { title, xKind = 'linear', curves, references } = panel;
  const points = curves.flatMap((curve) => curve.points);
  const x = axis(
    xKind,
    extentOf(
      xKind,
      points.map((point) => point.x),
    ),
    [box.left, box.right],
  );
  const y = axis('linear', yRangeOf(panel), [box.bottom, box.top]);
  const styleOf = (name: string, reference: boolean): SeriesStyle =>
    styles.get(styleKey(name, reference))?.style ?? seriesStyle(0);
  const drawn = curves.map((curve) => drawCurve(curve.points, x, y, styleOf(curve.name, false)));
  return [
    ...yNumbers(box, y),
    ...xNumbers(box, x),
    ...drawn.flatMap(({ band }) => band),
    ...references.flatMap(({ name, y: level }) =>
      isNumber(level)
        ? [line([box.left, y.at(level)], [box.right, y.at(level)], styleOf(name, true).colour, 1.5, REFERENCE_DASH)]
        : [],
    ),
    // The first curve lies on top.
    ...drawn
      .map(({ curve }) => curve)
      .toReversed()
      .flat(),
    frame(box),
    ...axisNames(box, panel.xName, panel.yName, offset),
    ...(title === ''
      ? []
      : [
          text([(box.left + box.right) / 2, box.top - 8], title, {
            anchor: 'middle',
            bold: true,
            width: (box.right - box.left) / 1.1,
          }),
        ]),
    ...(valuesOf(panel).length === 0 ? [emptyNote([(box.left + box.right) / 2, (box.top + box.bottom) / 2])] : []),
  ];
}

function descriptionOf({ title, xName, yName, curves, references }: CurvePanel): string {
  const ends = curves.map(({ name, points }) => {
    const known = points.filter(({ y }) => isNumber(y));
    if (known.length === 0) return `${name}: no values`;
    const [first, last] = [known[0], known[known.length - 1]];
    return `${name}: ${first.y?.toPrecision(3)} at ${first.x}, ${last.y?.toPrecision(3)} at ${last.x}`;
  });
  const levels = references.map(({ name, y }) => `${name}: ${isNumber(y) ? y.toPrecision(3) : 'no value'}`);
  const heading = title === '' ? '' : `${title}: `;
  return `${heading}${yName} against ${xName}; ${[...ends, ...levels].join('; ')}`;
}

/** Notes of all panels; one that is true of some only names them. */
function sharedNotes(panels: readonly CurvePanel[]): string[] {
  const titles = new Map<string, string[]>();
  for (const panel of panels)
    for (const note of new Set(notesOf(panel))) titles.set(note, [...(titles.get(note) ?? []), panel.title]);
  return [...titles].map(([note, of]) => (of.length === panels.length ? note : `${of.join(', ')}; ${note}`));
}

/** What is missing in a panel, and what its axis cuts off. */
function notesOf(panel: CurvePanel): string[] {
  const { yRange, curves, references } = panel;
  const gaps = curves.flatMap(({ name, points }) => {
    const missing = points.filter(({ y }) => !isNumber(y));
    if (missing.length === 0) return [];
    const reasons = [...new Set(missing.flatMap(({ reason }) => reason ?? []))];
    const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    return [`${name}: no value at ${missing.map(({ x }) => x).join(', ')}${why}.`];
  });
  const unknown = references.filter(({ y }) => !isNumber(y)).map(({ name }) => `${name}: no value.`);
  const beyond = yRange !== undefined && valuesOf(panel).some((value) => value < yRange[0] || value > yRange[1]);
  return [...gaps, ...unknown, ...(beyond ? ['Values beyond the axis are drawn at its edge.'] : [])];
}
