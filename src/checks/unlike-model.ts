/** @file Whether scans look as those that a model was trained on. */
import { brief, type Finding } from './finding.ts';
import type { Fingerprint } from './fingerprint.ts';

/** Differences of medians that change what a model sees; sites of one multi-centre study differ by a third of this. */
const LIMITS = { mean_fc: 0.2, deviation_fc: 0.1, negative_share: 0.25, power_share: 0.25, low_pass_share: 0.5 };
/** Scans this many times shorter have noisier connectivity. */
const SHORTER = 2;

/** One finding that lists all differences; none when they look alike. */
export function unlikeModelFindings(own: Fingerprint, model: Fingerprint): Finding[] {
  const differences = [
    ...filterDifferences(own, model),
    ...difference('mean connectivity', own.mean_fc, model.mean_fc, LIMITS.mean_fc, globalSignal(own, model)),
    ...difference('the spread of connectivity', own.deviation_fc, model.deviation_fc, LIMITS.deviation_fc),
    ...difference('the share of negative pairs', own.negative_share, model.negative_share, LIMITS.negative_share),
    ...(own.timepoints * SHORTER <= model.timepoints
      ? [`scans have ${own.timepoints} time points, there ${model.timepoints}`]
      : []),
  ];
  if (differences.length === 0) return [];
  return [
    {
      id: 'unlike-model',
      level: 'warning',
      scans: [],
      message:
        `the scans do not look like those that the model was trained on: ${differences.join('; ')}; scores may say more ` +
        'of the processing than of the brain',
      evidence: {
        mean_fc: own.mean_fc,
        model_mean_fc: model.mean_fc,
        negative_share: own.negative_share,
        model_negative_share: model.negative_share,
        timepoints: own.timepoints,
        model_timepoints: model.timepoints,
      },
    },
  ];
}

function difference(what: string, own: number, model: number, limit: number, why = ''): string[] {
  return Math.abs(own - model) < limit ? [] : [`${what} is ${brief(own)}, there ${brief(model)}${why}`];
}

function globalSignal(own: Fingerprint, model: Fingerprint): string {
  const regressed = ({ mean_fc, negative_share }: Fingerprint) => mean_fc < 0.08 && negative_share > 0.35;
  if (regressed(own) === regressed(model)) return '';
  return ` (the global signal was probably regressed ${regressed(own) ? 'here' : 'there'} alone)`;
}

function filterDifferences(own: Fingerprint, model: Fingerprint): string[] {
  const said: string[] = [];
  if (own.low_pass_share !== null && model.low_pass_share !== null) {
    const at = (hz: number | null) => (hz === null ? '' : ` (at ${brief(hz)} Hz)`);
    if (own.low_pass_share - model.low_pass_share > LIMITS.low_pass_share)
      said.push(`they are low-pass filtered${at(own.low_pass_hz)}, those were not`);
    if (model.low_pass_share - own.low_pass_share > LIMITS.low_pass_share)
      said.push(`they are not low-pass filtered, those were${at(model.low_pass_hz)}`);
  }
  if (own.power_shares !== null && model.power_shares !== null && said.length === 0)
    said.push(
      ...difference('the share of power above 0.1 Hz', own.power_shares[2], model.power_shares[2], LIMITS.power_share),
    );
  return said;
}
