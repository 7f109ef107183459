/** @file A dot for each scan, one row a group: where outliers are. */
import { axis, type Box, frame, rangeAround, xNumbers } from './axes.ts';
import { COLOURS } from './palette.ts';
import {
  BODY_TOP,
  element,
  FIGURE_WIDTH,
  figureDocument,
  GRID,
  line,
  MUTED,
  SMALL_TEXT,
  text,
  tooltip,
} from './svg.ts';

export interface StripDot {
  readonly group: string;
  readonly value: number;
  /** For its tooltip. */
  readonly name: string;
  readonly flagged: boolean;
}

export interface StripFigure {
  readonly title: string;
  readonly xName: string;
  readonly dots: readonly StripDot[];
  readonly notes: readonly string[];
}

const LEFT = 150;
/** The number of scans of each row is beside it. */
const RIGHT = 556;
const ROW = 20;
const MOST_ROWS = 40;

/** The figure as an SVG document; groups in the order in which they come. */
export function stripFigure({ title, xName, dots, notes }: StripFigure): string {
  const groups = [...new Set(dots.map(({ group }) => group))];
  const shown = groups.slice(0, MOST_ROWS);
  const top = BODY_TOP + 4;
  const box: Box = { left: LEFT, top, right: RIGHT, bottom: top + ROW * Math.max(1, shown.length) };
  const x = axis('linear', rangeAround(dots.map(({ value }) => value)), [LEFT, RIGHT]);
  const rows = shown.flatMap((group, row) => {
    const middle = top + ROW * (row + 0.5);
    const own = dots.filter((dot) => dot.group === group);
    return [
      line([LEFT, middle], [RIGHT, middle], GRID),
      text([LEFT - 8, middle + 4], group === '' ? 'all' : group, {
        anchor: 'end',
        size: SMALL_TEXT,
        width: LEFT - 20,
      }),
      text([FIGURE_WIDTH - 12, middle + 4], String(own.length), { anchor: 'end', size: SMALL_TEXT, colour: MUTED }),
      ...own.map((dot, i) => drawDot(dot, x.at(dot.value), middle, i)),
    ];
  });
  const hidden = groups.length - shown.length;
  return figureDocument({
    title,
    description: `${dots.length} scans in ${groups.length} groups; ${dots.filter(({ flagged }) => flagged).length} are marked.`,
    body: [
      ...rows,
      ...xNumbers(box, x),
      frame(box),
      text([(LEFT + RIGHT) / 2, box.bottom + 34], xName, { anchor: 'middle', width: RIGHT - LEFT }),
    ],
    bottom: box.bottom + 40,
    notes: hidden > 0 ? [...notes, `${hidden} more groups are not shown.`] : notes,
  });
}

/** Dots are spread a little over the height of their row, so that they do not hide each other. */
function drawDot({ value, name, flagged }: StripDot, at: number, middle: number, i: number): string {
  const cy = middle + (((i * 7) % 11) - 5);
  const label = tooltip(`${name}: ${Number(value.toPrecision(3))}`);
  if (!flagged) return element('circle', { cx: at, cy, r: 2.2, fill: COLOURS[0], opacity: 0.55 }, label);
  return element('circle', { cx: at, cy, r: 4, fill: 'white', stroke: COLOURS[1], 'stroke-width': 2 }, label);
}
