/** Every figure with the least, the most and the worst that it can be given. */
import { describe, expect, it } from 'vitest';
import { calibrationFigure } from '../../src/report/calibration-figure.ts';
import { type CurvePanel, curveFigure } from '../../src/report/curve-figure.ts';
import { forestFigure } from '../../src/report/forest-figure.ts';
import { rocFigure } from '../../src/report/roc-figure.ts';
import { calibrationOf } from '../../src/statistics/calibration.ts';
import { elements, faults, parseSvg } from './svg-check.ts';

const HOSTILE = `</text><script>alert("1")</script> & 'x' ]]> \u0000\u0007\ud800 \u202egnp.\n${'long '.repeat(60)}`;
const NONE = { mean: null, low: null, high: null, reason: HOSTILE };
const LONG = 'Universitätsklinikum Hamburg-Eppendorf, scanner with a very long name, sequence';
const names = (count: number) => Array.from({ length: count }, (_, i) => `${LONG} ${i}`);
const estimate = { mean: 0.7, low: 0.6, high: 0.8 };
const split = { decisions: [0.1, 0.4, 0.3, 0.8], positive: [false, false, true, true] };
const calibration = calibrationOf([0.099, 0.101, 0.5, 0.9], [false, true, false, true]);

const forest = (groups: Parameters<typeof forestFigure>[0]['groups'], title = 'title') =>
  forestFigure({ title, valueName: title, detailName: title, groups, reference: { name: title, value: 0.5 } });
const roc = (curves: Parameters<typeof rocFigure>[0]['curves'], title = 'title') =>
  rocFigure({ title, curves, testOverTrain: 0.2 });
const panel = (curves: CurvePanel['curves'], title = ''): CurvePanel => ({
  title,
  xName: title === '' ? 'k' : title,
  yName: title === '' ? 'AUC' : title,
  xKind: 'log2',
  curves,
  references: [{ name: title === '' ? 'chance' : title, y: 0.5 }],
});
const powers = [1, 2, 4, 8, 16, 32].map((x) => ({ x, y: 0.5 + x / 100, low: 0.4, high: 0.9 }));

const figures: Record<string, string> = {
  'forest, no rows': forest([]),
  'forest, one site': forest([{ name: '', rows: [{ name: 'A', estimate }] }]),
  'forest, 25 long names': forest([
    { name: LONG, rows: names(25).map((name) => ({ name, estimate, detail: '1,000 / 1,000', emphasised: true })) },
  ]),
  'forest, all null': forest([{ name: '', rows: names(25).map((name) => ({ name, estimate: NONE })) }]),
  'forest, hostile': forest([{ name: HOSTILE, rows: [{ name: HOSTILE, estimate, detail: HOSTILE }] }], HOSTILE),
  'forest, huge values': forest([{ name: '', rows: [{ name: 'A', estimate: { mean: 1e9, low: -1e12, high: 1e12 } }] }]),
  'roc, no curves': roc([]),
  'roc, one repeat': roc([{ name: 'model', auc: { ...estimate, low: null, high: null }, splits: [split] }]),
  'roc, twelve long names': roc(names(12).map((name) => ({ name, auc: estimate, splits: [split, split] }))),
  'roc, all null': roc(names(3).map((name) => ({ name, auc: NONE, splits: [] }))),
  'roc, hostile': roc([{ name: HOSTILE, auc: NONE, splits: [split] }], HOSTILE),
  'calibration, no curves': calibrationFigure({ title: 'title', curves: [] }),
  'calibration, neighbouring points': calibrationFigure({ title: 'title', curves: [{ name: 'model', calibration }] }),
  'calibration, many': calibrationFigure({ title: LONG, curves: names(12).map((name) => ({ name, calibration })) }),
  'calibration, hostile': calibrationFigure({
    title: HOSTILE,
    curves: [{ name: HOSTILE, calibration: null, reason: HOSTILE }],
  }),
  'curves, no panels': curveFigure({ title: 'title', panels: [] }),
  'curves, one k': curveFigure({ title: 'title', panels: [panel([{ name: 'model', points: powers.slice(0, 1) }])] }),
  'curves, all null': curveFigure({
    title: 'title',
    panels: [panel([{ name: 'model', points: powers.map(({ x }) => ({ x, y: null, reason: HOSTILE })) }])],
  }),
  'curves, 15 panels of 12': curveFigure({
    title: LONG,
    panels: names(15).map((title) =>
      panel(
        names(12).map((name) => ({ name, points: powers })),
        title,
      ),
    ),
  }),
  'curves, hostile': curveFigure({ title: HOSTILE, panels: [panel([{ name: HOSTILE, points: powers }], HOSTILE)] }),
  'curves, 2,000 points': curveFigure({
    title: 'title',
    panels: [panel([{ name: 'loss', points: Array.from({ length: 2000 }, (_, i) => ({ x: i + 1, y: 1e-6 * i })) }])],
  }),
  'curves, long numbers': curveFigure({
    title: 'title',
    panels: [
      {
        ...panel(
          [
            {
              name: 'loss',
              points: [
                { x: 1, y: -0.00015 },
                { x: 2, y: 0.0004 },
              ],
            },
          ],
          LONG,
        ),
        references: [],
      },
    ],
  }),
};

describe('figures', () => {
  it.each(Object.entries(figures))('%s: well-formed, no NaN, no text over another or off the page', (_, svg) => {
    expect(faults(svg)).toEqual([]);
    expect(elements(svg, 'script')).toEqual([]);
  });
});

describe('the check itself', () => {
  const page = (body: string) => `<svg width="100" height="100"><title>t</title><desc>d</desc>${body}</svg>`;

  it.each([
    ['<text x="1" y="20">a & b</text>', 'a bare &'],
    ['<text x="1" y="20">a</g>', 'closes'],
    ['<line x="1" x="2"/>', 'an attribute twice'],
    ['<line x=1/>', 'not well-formed'],
    ['<g>', 'closes'],
    ['\u0000', 'a character that XML cannot hold'],
  ])('refuses %j', (body, message) => {
    expect(() => parseSvg(page(body))).toThrow(message);
  });

  it.each([
    ['<path d="MNaN 0"/>', 'no number'],
    ['<text x="90" y="20">leaving</text>', "'leaving' leaves the page"],
    ['<text x="1" y="20">one</text><text x="5" y="24">two</text>', "'one' over 'two'"],
  ])('finds what is wrong with %j', (body, fault) => {
    expect(faults(page(body))).toEqual([fault]);
  });
});
