/** @file Axes: from values to places on the page, round numbers along them, frame and names. */
import { element, GRID, INK, line, SMALL_TEXT, text } from './svg.ts';
import { textWidth } from './text-fit.ts';

export type Range = readonly [low: number, high: number];

/** Edges of a plot in px. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Axis {
  readonly range: Range;
  /** Values with a number beside them. */
  readonly ticks: readonly number[];
  /** Px of a value; what lies outside the range is at its edge. */
  readonly at: (value: number) => number;
}

export type AxisKind = 'linear' | 'log2';

/**
 * @param ends px of both ends of the range
 * @throws RangeError for a log2 axis that begins at or below 0 (a programming error)
 */
export function axis(kind: AxisKind, range: Range, [from, to]: Range): Axis {
  switch (kind) {
    case 'linear':
      return { range, ticks: ticks(range), at: (value) => from + (to - from) * fraction(value, range) };
    case 'log2': {
      if (!(range[0] > 0)) throw new RangeError(`a log2 axis from ${range[0]}`);
      const logs = [Math.log2(range[0]), Math.log2(range[1])] as const;
      const [first, last] = [Math.ceil(logs[0] - 1e-9), Math.floor(logs[1] + 1e-9)];
      return {
        range,
        ticks: Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 2 ** (first + i)),
        at: (value) => from + (to - from) * fraction(Math.log2(value), logs),
      };
    }
  }
}

function fraction(value: number, [low, high]: Range): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
}

/** Round numbers, three to seven of them, within a range. */
export function ticks([low, high]: Range): number[] {
  const step = tickStep([low, high]);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => roundNumber(first + i, step));
}

function tickStep([low, high]: Range): number {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

const roundNumber = (count: number, step: number) => Number((count * step).toPrecision(12)) + 0;

/** From one round number to another around all values; `[0, 1]` when there are none. Shares stay within 0 and 1. */
export function rangeAround(values: readonly number[]): Range {
  if (values.length === 0) return [0, 1];
  let low = values.reduce((least, value) => Math.min(least, value));
  let high = values.reduce((most, value) => Math.max(most, value));
  const share = low >= 0 && high <= 1;
  if (low === high) {
    const pad = Math.abs(low) / 10 || 1;
    [low, high] = [low - pad, high + pad];
  }
  const step = tickStep([low, high]);
  const least = roundNumber(Math.floor(low / step + 1e-9), step);
  const most = roundNumber(Math.ceil(high / step - 1e-9), step);
  return share ? [Math.max(0, least), Math.min(1, most)] : [least, most];
}

/** From the least to the greatest value, a little around a single one. */
export function extentOf(kind: AxisKind, values: readonly number[]): Range {
  if (values.length === 0) return kind === 'log2' ? [1, 2] : [0, 1];
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  if (low < high) return [low, high];
  return kind === 'log2' ? [low / 2, high * 2] : [low - 1, high + 1];
}

/** A value beside an axis. */
export function tickText(value: number): string {
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toExponential() : String(value);
}

/** Numbers below the plot, from left to right; those without room are left out. */
export function xNumbers({ bottom }: Box, x: Axis): string[] {
  const parts: string[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const value of x.ticks) {
    const half = textWidth(tickText(value), SMALL_TEXT) / 2;
    const at = x.at(value);
    parts.push(line([at, bottom], [at, bottom + 4], INK));
    if (at - half < free) continue;
    parts.push(text([at, bottom + 16], tickText(value), { anchor: 'middle', size: SMALL_TEXT }));
    free = at + half + 4;
  }
  return parts;
}

/** Grid lines with their numbers on the left. */
export function yNumbers({ left, right }: Box, y: Axis): string[] {
  return y.ticks.flatMap((value) => [
    line([left, y.at(value)], [right, y.at(value)], GRID),
    text([left - 6, y.at(value) + 4], tickText(value), { anchor: 'end', size: SMALL_TEXT }),
  ]);
}

/** The left and lower edge. */
export function frame({ left, top, right, bottom }: Box): string {
  return element('path', { d: `M${left} ${top}V${bottom}H${right}`, fill: 'none', stroke: INK });
}

/** Px from a plot to the name of its y axis, left of the numbers. */
export function yNameOffset(range: Range): number {
  return ticks(range).reduce((most, value) => Math.max(most, 12 + textWidth(tickText(value), SMALL_TEXT)), 42);
}

/** Names of both axes; that of x is 34 px below the plot. */
export function axisNames(box: Box, xName: string, yName: string, offset = 42): string[] {
  const { left, top, right, bottom } = box;
  return [
    text([(left + right) / 2, bottom + 34], xName, { anchor: 'middle', width: right - left }),
    text([left - offset, (top + bottom) / 2], yName, { anchor: 'middle', turned: true, width: bottom - top }),
  ];
}
