/** @file One curve on the page: its line with gaps, its marks, its band. */
import type { Axis } from './axes.ts';
import { isNumber } from './estimate-text.ts';
import { drawMark, type SeriesStyle } from './palette.ts';
import { element, line, type Point, pointList } from './svg.ts';

/** One value of a curve; `low` and `high` bound the band, and a missing value leaves a gap. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number | null;
  readonly low?: number | null | undefined;
  readonly high?: number | null | undefined;
  /** Why there is no value. */
  readonly reason?: string | undefined;
}

/** More points than this are a line without marks. */
const MOST_MARKS = 40;

/** Elements of a curve; a missing value parts the line and the band, a bound without neighbours becomes a whisker. */
export function drawCurve(
  points: readonly CurvePoint[],
  x: Axis,
  y: Axis,
  style: SeriesStyle,
): { readonly band: readonly string[]; readonly curve: readonly string[] } {
  const runs = stretches(
    points.map((point) => (isNumber(point.y) ? ([x.at(point.x), y.at(point.y)] as const) : undefined)),
  );
  const bounds = stretches(
    points.map(({ x: at, y: value, low, high }) =>
      isNumber(value) && isNumber(low) && isNumber(high)
        ? { at: x.at(at), low: y.at(low), high: y.at(high) }
        : undefined,
    ),
  );
  const marked = points.length <= MOST_MARKS ? runs : runs.filter((run) => run.length === 1);
  return {
    band: bounds.map((run) => {
      const [{ at, low, high }] = run;
      if (run.length === 1) return line([at, low], [at, high], style.colour, 1.5);
      const upper = run.map((bound): Point => [bound.at, bound.high]);
      const lower = run.toReversed().map((bound): Point => [bound.at, bound.low]);
      return element('polygon', { points: pointList([...upper, ...lower]), fill: style.colour, opacity: 0.13 });
    }),
    curve: [
      ...runs.filter((run) => run.length > 1).map((run) => polyline(run, style)),
      ...marked.flat().map((point) => drawMark(point, style)),
    ],
  };
}

/** Runs of values between those that are missing. */
function stretches<T>(values: readonly (T | undefined)[]): T[][] {
  const runs: T[][] = [];
  let open = false;
  for (const value of values) {
    if (value !== undefined) {
      if (!open) runs.push([]);
      runs[runs.length - 1].push(value);
    }
    open = value !== undefined;
  }
  return runs;
}

function polyline(points: readonly Point[], { colour, dash }: SeriesStyle): string {
  return element('polyline', {
    points: pointList(points),
    fill: 'none',
    stroke: colour,
    'stroke-width': 2,
    'stroke-dasharray': dash,
  });
}
