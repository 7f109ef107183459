/** @file SVG as text: the few elements that figures are made of, escaped, and the document around them. */
import { shortened, wrapped } from './text-fit.ts';

/** All figures are this wide, in px: text keeps its size in a column of a page. */
export const FIGURE_WIDTH = 600;
export const TEXT_SIZE = 12;
export const SMALL_TEXT = 11;
const TITLE_SIZE = 14;
const MARGIN = 12;
const NOTE_LINES = 8;

/** Dark enough on white for text (7:1 and more). */
export const INK = '#222222';
export const MUTED = '#595959';
export const GRID = '#e2e2e2';

/** A place on the page in px, y downwards. */
export type Point = readonly [x: number, y: number];

/** An element; numbers are rounded to a hundredth. Attributes are ours, never the user's. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = '',
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? coordinate(value) : value}"`],
  );
  return content === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`;
}

/** @throws RangeError for NaN or infinity: a figure must not swallow one (a programming error) */
function coordinate(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be drawn`);
  // Adding 0 turns -0 into 0.
  return String(Math.round(value * 100) / 100 + 0);
}

/** The `points` of a polyline or polygon. */
export function pointList(points: readonly Point[]): string {
  return points.map(([x, y]) => `${coordinate(x)},${coordinate(y)}`).join(' ');
}

export function line([x1, y1]: Point, [x2, y2]: Point, colour: string, width = 1, dash?: string): string {
  return element('line', { x1, y1, x2, y2, stroke: colour, 'stroke-width': width, 'stroke-dasharray': dash });
}

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly bold?: boolean;
  readonly colour?: string;
  /** Longer text is shortened, and whole in its tooltip. */
  readonly width?: number;
  /** What to show instead; the whole text is then in the tooltip. */
  readonly shown?: string;
  /** Reads upwards. */
  readonly turned?: boolean;
}

/** Text of any origin, on one line; `y` is its baseline. */
export function text([x, y]: Point, content: string, style: TextStyle = {}): string {
  const { anchor, size = TEXT_SIZE, bold, colour = INK, width, turned } = style;
  const whole = legible(content);
  const short = legible(style.shown ?? content);
  const shown = width === undefined ? short : shortened(short, width, size);
  const attributes = {
    x,
    y,
    'font-size': size === TEXT_SIZE ? undefined : size,
    'text-anchor': anchor,
    'font-weight': bold ? 'bold' : undefined,
    fill: colour,
    transform: turned ? `rotate(-90 ${coordinate(x)} ${coordinate(y)})` : undefined,
  };
  return element('text', attributes, `${shown === whole ? '' : tooltip(whole)}${escapeXml(shown)}`);
}

/** What a viewer shows when the pointer rests on the element around it. */
export function tooltip(content: string): string {
  return element('title', {}, escapeXml(content));
}

export interface Figure {
  readonly title: string;
  /** What the figure shows, in words, for those who do not see it. */
  readonly description: string;
  /** Elements between the title and the notes. */
  readonly body: readonly string[];
  /** Where the body ends, in px from the top. */
  readonly bottom: number;
  /** Small text below: what is missing and why. */
  readonly notes: readonly string[];
}

/** Where the body of a figure begins. */
export const BODY_TOP = 36;

export function figureDocument({ title, description, body, bottom, notes }: Figure): string {
  const room = FIGURE_WIDTH - 2 * MARGIN;
  const all = notes.flatMap((note) => wrapped(legible(note), room, SMALL_TEXT));
  const shown = all.length > NOTE_LINES ? [...all.slice(0, NOTE_LINES - 1), '…'] : all;
  const first = bottom + 18;
  const height = Math.ceil(shown.length === 0 ? bottom + MARGIN : first + 15 * (shown.length - 1) + MARGIN);
  const written = shown.map((content, i) =>
    text([MARGIN, first + 15 * i], content, { size: SMALL_TEXT, colour: MUTED }),
  );
  const heading = text([FIGURE_WIDTH / 2, 21], title, {
    size: TITLE_SIZE,
    bold: true,
    anchor: 'middle',
    width: room / 1.1,
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${FIGURE_WIDTH}" height="${height}" viewBox="0 0 ${FIGURE_WIDTH} ${height}" font-family="Helvetica, Arial, 'Liberation Sans', sans-serif" font-size="${TEXT_SIZE}">
<title>${escapeXml(title)}</title>
<desc>${escapeXml(description)}</desc>
${element('rect', { width: FIGURE_WIDTH, height, fill: 'white' })}
${[heading, ...body, ...written].join('\n')}
</svg>
`;
}

/** Text of any origin inside an element, of SVG or HTML. */
export function escapeXml(content: string): string {
  return legible(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Characters that XML 1.0 cannot hold, and those that turn the direction of reading (a name could then read as another),
 * become the replacement character; white space becomes a space.
 */
function legible(content: string): string {
  return content
    .replace(/\s+/g, ' ')
    .replace(/[^\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}

/** Says around a point that there is nothing to draw. */
export function emptyNote(centre: Point, content = 'no values'): string {
  return text(centre, content, { anchor: 'middle', colour: MUTED });
}
