/** @file Options of commands that denoise scans; `parseDenoiseSettings` reads what they give. */
import type { Command } from 'commander';
import { MOTION_ORDERS } from '../denoise/confounds-table.ts';
import { INTERPOLATIONS } from '../denoise/interpolate.ts';
import { STRATEGY_NAMES } from '../denoise/settings.ts';

/** Adds `--denoise`, its steps and its thresholds to a command. Values stay text: they are checked in one place. */
export function addDenoiseOptions(command: Command): Command {
  return command
    .option('--denoise <strategy>', `regress out confounds: ${STRATEGY_NAMES.join(', ')}`)
    .option('--band-pass <low-high>', 'Butterworth filter, Hz: 0.01-0.1, 0.008- (high-pass) or -0.1 (low-pass)')
    .option('--detrend', 'take out mean and linear trend')
    .option('--cosine', 'regress out cosine drifts slower than 128 s')
    .option('--scrub-fd <mm>', 'censor volumes with a framewise displacement above this')
    .option('--scrub-dvars <z>', 'censor volumes with a standardised DVARS above this')
    .option('--scrub-before <n>', 'volumes censored before each such one too (default: 0)')
    .option('--scrub-after <n>', 'volumes censored after each such one too (default: 0)')
    .option('--scrub-segment <n>', 'censor stretches of fewer kept volumes too (default: 5)')
    .option(
      '--interpolate <how>',
      `censored volumes before the filter: ${INTERPOLATIONS.join(' or ')} (default: cubic)`,
    )
    .option('--standardise [unit]', 'unit of the series: z (standard deviations) or psc (percent signal change)')
    .option('--min-volumes <n>', 'refuse scans of which fewer volumes are left')
    .option('--min-minutes <n>', 'refuse scans of which fewer minutes are left (default: 4 when scrubbing)')
    .option('--motion-order <order>', `columns of motion files without names: ${MOTION_ORDERS.join(', ')}`);
}
