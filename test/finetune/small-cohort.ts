/** @file A simulated cohort small enough to fine-tune on in a test, and a tiny untrained model. */
import { networksOf } from '../../src/finetune/finetune-data.ts';
import { modelSize } from '../../src/model/size.ts';
import { initialWeights } from '../../src/model/weights.ts';
import { simulateCohort } from '../../src/simulate/simulate.ts';

const ROIS = 20;
const SUBJECTS = 160;

/** Scans one a person; patients and controls differ by the effect. */
export function smallCohort(effect: number) {
  const options = { subjects: SUBJECTS, rois: ROIS, seed: 5, effect, sessions: 1, sites: 1, timepoints: 120 };
  const scans = [...simulateCohort(options).scans()];
  const readSeries = (row: number) => scans[row].series;
  const rows = scans.map(({ visit: { participant } }, i) => ({
    scanId: participant.id,
    participantId: participant.id,
    session: '',
    run: '',
    site: '',
    timepoints: 120,
    offset: 120 * i,
    tr: 2,
    phenotype: {},
  }));
  const networks = networksOf(
    { scans: rows, roiNames: rows.slice(0, ROIS).map(({ scanId }) => scanId), readSeries },
    'pearson',
  );
  return { networks, readSeries, patient: scans.map(({ visit }) => visit.participant.dx) };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
export const SPLIT = { train: range(0, 90), validation: range(90, 120), test: range(120, SUBJECTS) };

/** Two layers over 20 ROIs. */
export const untrained = () =>
  initialWeights(modelSize('small', ROIS, { layers: 2, heads: 4, ffn: 32, feature: 8 }), 1);
