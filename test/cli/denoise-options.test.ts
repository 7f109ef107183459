/** @file The options of denoising, from a command line to settings. */
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addDenoiseOptions } from '../../src/cli/denoise-options.ts';
import { parseMotionOrder } from '../../src/denoise/confounds-table.ts';
import { type DenoiseRequest, parseDenoiseSettings } from '../../src/denoise/settings.ts';

const settings = (line: string) => {
  const command = addDenoiseOptions(new Command('x'))
    .exitOverride()
    .parse(line.split(' ').filter(Boolean), { from: 'user' });
  return parseDenoiseSettings(command.opts<DenoiseRequest>());
};

test('every option arrives', () => {
  expect(settings('')).toBeUndefined();
  expect(settings('--motion-order fsl')).toBeUndefined();
  expect(
    settings(
      '--denoise 36p --band-pass 0.01-0.1 --detrend --scrub-fd 0.2 --scrub-dvars 1.5 --scrub-before 1 --scrub-after 2 ' +
        '--scrub-segment 3 --interpolate linear --standardise psc --min-volumes 100 --min-minutes 5',
    ),
  ).toEqual({
    strategy: '36p',
    bandPass: [0.01, 0.1],
    detrend: true,
    scrub: { fd: 0.2, dvars: 1.5, before: 1, after: 2, segment: 3 },
    interpolation: 'linear',
    standardise: 'psc',
    minimumVolumes: 100,
    minimumMinutes: 5,
  });
  expect(settings('--cosine --standardise')).toEqual({
    strategy: 'none',
    detrend: false,
    cosine: true,
    standardise: true,
  });
  expect(settings('--band-pass -0.1')?.bandPass).toEqual([undefined, 0.1]);
});

test('the order of motion parameters is one of those known', () => {
  expect(parseMotionOrder('hcp')).toBe('hcp');
  expect(parseMotionOrder(undefined)).toBeUndefined();
  expect(() => parseMotionOrder('fls')).toThrow(
    '--motion-order: no such order, expected fsl, spm, afni or hcp, found "fls"; did you mean fsl?',
  );
});
