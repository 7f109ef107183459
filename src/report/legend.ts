/** @file Legends: what each line is, in a grid of columns. */
import { drawMark, REFERENCE_DASH, type SeriesStyle } from './palette.ts';
import { line, MUTED, type Point, SMALL_TEXT, TEXT_SIZE, text } from './svg.ts';
import { textWidth } from './text-fit.ts';

export interface LegendEntry {
  readonly name: string;
  /** A second line in small text. */
  readonly detail?: string;
  readonly style: SeriesStyle;
  /** A straight line without marks. */
  readonly reference?: boolean;
}

const SAMPLE = 34;
const GAP = 12;

/** Elements of a legend whose upper left corner is at a point, and where it ends below. */
export function legend(
  entries: readonly LegendEntry[],
  [left, top]: Point,
  width: number,
): { readonly elements: readonly string[]; readonly bottom: number } {
  const widest = entries.reduce((most, { name, detail }) => {
    const own = Math.max(textWidth(name, TEXT_SIZE), textWidth(detail ?? '', SMALL_TEXT));
    return Math.max(most, own + SAMPLE + GAP);
  }, 0);
  const columns = Math.max(1, Math.min(entries.length, Math.floor(width / widest)));
  const columnWidth = width / columns;
  const rowHeight = entries.some(({ detail }) => detail !== undefined) ? 36 : 18;
  const elements = entries.flatMap((entry, i) => {
    const x = left + columnWidth * (i % columns);
    const y = top + 9 + rowHeight * Math.floor(i / columns);
    const room = columnWidth - SAMPLE - GAP / 2;
    return [
      ...sample([x, y], entry),
      text([x + SAMPLE, y + 4], entry.name, { width: room }),
      ...(entry.detail === undefined
        ? []
        : [text([x + SAMPLE, y + 19], entry.detail, { size: SMALL_TEXT, colour: MUTED, width: room })]),
    ];
  });
  return { elements, bottom: top + rowHeight * Math.ceil(entries.length / columns) };
}

function sample([x, y]: Point, { style, reference }: LegendEntry): string[] {
  const ends: readonly [Point, Point] = [
    [x, y],
    [x + SAMPLE - 6, y],
  ];
  if (reference) return [line(...ends, style.colour, 1.5, REFERENCE_DASH)];
  return [line(...ends, style.colour, 2, style.dash), drawMark([x + (SAMPLE - 6) / 2, y], style)];
}
