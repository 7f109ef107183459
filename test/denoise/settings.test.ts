/** @file Options of a command into settings. */
import { expect, test } from 'vitest';
import { type DenoiseRequest, parseDenoiseSettings, STRATEGY_NAMES } from '../../src/denoise/settings.ts';

test('nothing asked for is nothing', () => {
  expect(parseDenoiseSettings({})).toBeUndefined();
  expect(parseDenoiseSettings({ detrend: false })).toBeUndefined();
});

test('every name of a strategy is taken', () => {
  for (const denoise of STRATEGY_NAMES) expect(parseDenoiseSettings({ denoise })?.strategy).toBeDefined();
});

test.each<[DenoiseRequest, object]>([
  [{ denoise: '36p' }, { strategy: '36p', detrend: false, standardise: false }],
  [
    { detrend: true, standardise: true },
    { strategy: 'none', detrend: true, standardise: true },
  ],
  [{ standardise: 'psc' }, { strategy: 'none', detrend: false, standardise: 'psc' }],
  [{ bandPass: '0.01-0.1' }, { strategy: 'none', detrend: false, standardise: false, bandPass: [0.01, 0.1] }],
  [{ bandPass: ' 8e-3 - 0.08 Hz' }, { strategy: 'none', detrend: false, standardise: false, bandPass: [0.008, 0.08] }],
  [{ bandPass: '.01-' }, { strategy: 'none', detrend: false, standardise: false, bandPass: [0.01, undefined] }],
  [{ bandPass: '-0.1' }, { strategy: 'none', detrend: false, standardise: false, bandPass: [undefined, 0.1] }],
  [
    {
      denoise: '24p',
      scrubFd: '0.2',
      scrubBefore: '1',
      scrubAfter: '2',
      scrubSegment: '0',
      interpolate: 'linear',
      minMinutes: '5',
      minVolumes: '100',
    },
    {
      strategy: '24p',
      detrend: false,
      standardise: false,
      scrub: { fd: 0.2, before: 1, after: 2, segment: 0 },
      interpolation: 'linear',
      minimumMinutes: 5,
      minimumVolumes: 100,
    },
  ],
  [
    { scrubDvars: '1.5' },
    { strategy: 'none', detrend: false, standardise: false, scrub: { dvars: 1.5, before: 0, after: 0, segment: 5 } },
  ],
  [{ denoise: 'simple' }, { strategy: '26p', cosine: true, detrend: false, standardise: false }],
  [
    { denoise: 'scrubbing', scrubFd: '0.2' },
    {
      strategy: '32p',
      cosine: true,
      detrend: false,
      standardise: false,
      scrub: { fd: 0.2, dvars: 1.5, before: 0, after: 0, segment: 5 },
    },
  ],
  // A band-pass takes the place of the preset's drifts; a low-pass does not.
  [
    { denoise: 'compcor', bandPass: '0.01-0.1' },
    { strategy: 'acompcor-combined', detrend: false, standardise: false, bandPass: [0.01, 0.1] },
  ],
  [
    { denoise: 'ica_aroma', bandPass: '-0.1' },
    { strategy: 'aroma', cosine: true, detrend: false, standardise: false, bandPass: [undefined, 0.1] },
  ],
])('%j', (request, settings) => {
  expect(parseDenoiseSettings(request)).toEqual(settings);
});

test.each<[DenoiseRequest, string]>([
  [{ denoise: '36 p' }, '--denoise: there is no strategy "36 p"'],
  [{ denoise: 'acomcor' }, 'did you mean acompcor?'],
  [{ denoise: 'toString' }, 'there is no strategy "toString"'],
  ...['0.1', '', '-', '0.1-0.01', 'a-b', '0.1-0.1', '0-0.1', '0.01-0.1-1', '0.01--0.1', '1'.repeat(5000)].map(
    (bandPass) => [{ bandPass }, '--band-pass: not a band of frequencies'] as [DenoiseRequest, string],
  ),
  [{ bandPass: '0.01-0.1', cosine: true }, '--cosine: the lower edge of --band-pass is a high-pass filter already'],
  [
    { scrubAfter: '2' },
    '--scrub-after: it is not said which volumes are censored; add --scrub-fd MM or --scrub-dvars Z.',
  ],
  [{ scrubFd: '0' }, '--scrub-fd: not a usable number, expected a number above 0, found "0"'],
  [{ scrubFd: '' }, '--scrub-fd: not a usable number'],
  [{ scrubFd: '1', scrubBefore: '1.5' }, '--scrub-before: not a usable number, expected a whole number of at least 0'],
  [{ standardise: 'zz' }, '--standardise: no such unit'],
  [{ interpolate: 'sinc' }, '--interpolate: no such interpolation, expected cubic or linear'],
  [{ minVolumes: '0' }, '--min-volumes: not a usable number, expected a whole number of at least 1'],
])('%j is refused', (request, message) => {
  expect(() => parseDenoiseSettings(request)).toThrow(message);
});
