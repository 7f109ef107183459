import { expect, it } from 'vitest';
import { COLOURS, seriesStyle } from '../../src/report/palette.ts';
import { INK, MUTED } from '../../src/report/svg.ts';

/** Contrast with white as WCAG 2.1 defines it. */
function contrast(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((from) => {
    const share = Number.parseInt(colour.slice(from, from + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

it('has lines that stand out from white (3:1), and text that does (7:1)', () => {
  expect(contrast('#ffffff')).toBeCloseTo(1, 12);
  expect(contrast('#000000')).toBeCloseTo(21, 12);
  for (const colour of COLOURS) expect(contrast(colour)).toBeGreaterThan(3);
  for (const colour of [INK, MUTED]) expect(contrast(colour)).toBeGreaterThanOrEqual(7);
});

it('tells 30 curves apart in grey, neighbours by dash and mark both', () => {
  const styles = Array.from({ length: 30 }, (_, i) => seriesStyle(i));
  expect(new Set(styles.map(({ dash, mark }) => `${dash} ${mark}`)).size).toBe(30);
  for (const [i, style] of styles.slice(1).entries()) {
    expect(style.dash).not.toBe(styles[i].dash);
    expect(style.mark).not.toBe(styles[i].mark);
    expect(style.colour).not.toBe(styles[i].colour);
  }
});
