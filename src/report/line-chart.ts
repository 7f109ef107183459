/** @file A line chart as SVG: curves with bands and horizontal reference lines. */

export interface Curve {
  readonly name: string;
  /** Points in order of x; `low` and `high` bound the band. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yRange: readonly [number, number];
  readonly curves: readonly Curve[];
  /** Horizontal lines, e.g. baselines. */
  readonly references: readonly { readonly name: string; readonly y: number }[];
}

const WIDTH = 420;
const HEIGHT = 300;
const PLOT = { left: 52, right: 20, top: 30, bottom: 42 };
/** Okabe and Ito's colours, told apart by most eyes. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** Charts side by side in one SVG document, each 420 x 300. */
export function lineCharts(charts: readonly LineChart[]): string {
  const panels = charts.map((chart, i) => `<g transform="translate(${i * WIDTH} 0)">${chartElements(chart)}</g>`);
  const [{ xLabel, yLabel }] = charts;
  const description = `${yLabel} against ${xLabel}: ${charts.map(({ title }) => title).join(', ')}`;
  const width = WIDTH * charts.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" font-family="sans-serif" font-size="11">
<title>${escapeXml(description)}</title>
<rect width="100%" height="100%" fill="white"/>
${panels.join('\n')}
</svg>
`;
}

function chartElements({ title, xLabel, yLabel, yRange, curves, references }: LineChart): string {
  const xs = curves.flatMap((curve) => curve.points.map((point) => point.x));
  const xRange = [Math.min(...xs), Math.max(...xs)] as const;
  const x = (value: number) => PLOT.left + (WIDTH - PLOT.left - PLOT.right) * fraction(value, xRange);
  const y = (value: number) => HEIGHT - PLOT.bottom - (HEIGHT - PLOT.top - PLOT.bottom) * fraction(value, yRange);
  const parts = [text(WIDTH / 2, 16, title, 'font-weight="bold" text-anchor="middle"'), ...axes(xRange, yRange, x, y)];
  parts.push(text((PLOT.left + WIDTH - PLOT.right) / 2, HEIGHT - 8, xLabel, 'text-anchor="middle"'));
  parts.push(text(14, HEIGHT / 2, yLabel, `text-anchor="middle" transform="rotate(-90 14 ${HEIGHT / 2})"`));
  for (const [i, { points }] of curves.entries()) {
    const banded = points.filter((point) => point.low !== undefined && point.high !== undefined);
    const outline = [
      ...banded.map((point) => `${px(x(point.x))},${px(y(point.high!))}`),
      ...banded.toReversed().map((point) => `${px(x(point.x))},${px(y(point.low!))}`),
    ];
    if (banded.length > 1) parts.push(`<polygon points="${outline.join(' ')}" fill="${COLOURS[i]}" opacity="0.15"/>`);
    const line = points.map((point) => `${px(x(point.x))},${px(y(point.y))}`).join(' ');
    parts.push(`<polyline points="${line}" fill="none" stroke="${COLOURS[i]}" stroke-width="2"/>`);
  }
  const names = curves.map(({ name }, i) => ({ name, colour: COLOURS[i], dash: '' }));
  for (const [i, { name, y: level }] of references.entries()) {
    const colour = COLOURS[curves.length + i];
    const dash = 'stroke-dasharray="5 3"';
    parts.push(
      `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${px(y(level))}" y2="${px(y(level))}" stroke="${colour}" ${dash}/>`,
    );
    names.push({ name, colour, dash });
  }
  return [...parts, ...legend(names)].join('\n');
}

type Scale = (value: number) => number;

function axes(xRange: readonly [number, number], yRange: readonly [number, number], x: Scale, y: Scale): string[] {
  const bottom = HEIGHT - PLOT.bottom;
  const frame = `<path d="M${PLOT.left} ${PLOT.top}V${bottom}H${WIDTH - PLOT.right}" fill="none" stroke="#444"/>`;
  const across = ticks(xRange).map((value) => text(x(value), bottom + 15, String(value), 'text-anchor="middle"'));
  const up = ticks(yRange).flatMap((value) => [
    `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${px(y(value))}" y2="${px(y(value))}" stroke="#eee"/>`,
    text(PLOT.left - 6, y(value) + 4, String(value), 'text-anchor="end"'),
  ]);
  return [...up, ...across, frame];
}

/** Round numbers, three to seven of them, within a range. */
export function ticks([low, high]: readonly [number, number]): number[] {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function legend(
  entries: readonly { readonly name: string; readonly colour: string; readonly dash: string }[],
): string[] {
  const top = HEIGHT - PLOT.bottom - 14 * entries.length;
  return entries.flatMap(({ name, colour, dash }, i) => [
    `<line x1="${WIDTH - 150}" x2="${WIDTH - 130}" y1="${top + 14 * i}" y2="${top + 14 * i}" stroke="${colour}" stroke-width="2" ${dash}/>`,
    text(WIDTH - 125, top + 14 * i + 4, name, ''),
  ]);
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Where a value lies in a range; what lies outside is drawn at its edge. */
function fraction(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
}

const px = (value: number) => value.toFixed(1);
