/** @file Scans in memory and small settings: what pretraining is tested on. */
import type { Dataset } from '../../src/dataset/dataset.ts';
import { type Settings, settingsSchema } from '../../src/pretrain/settings.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import type { TimeSeries } from '../../src/series/time-series.ts';

export const ROIS = 20;

/** A data set of `count` scans of 30 to 50 time points; ROI networks of five share a signal. */
export function madeUpDataset(count: number, rois = ROIS): Dataset {
  const series = Array.from({ length: count }, (_, scan) => madeUpSeries(scan, 30 + ((7 * scan) % 21), rois));
  let offset = 0;
  const scans = series.map(({ timepoints }, i) => {
    offset += timepoints;
    const participantId = `p${i}`;
    return {
      scanId: `${participantId}_rest`,
      participantId,
      session: '',
      run: '',
      site: '',
      timepoints,
      offset: offset - timepoints,
      tr: 2,
      phenotype: {},
    };
  });
  return {
    directory: 'made-up.dataset',
    atlas: `made-up-${rois}`,
    roiNames: Array.from({ length: rois }, (_, i) => `roi${i}`),
    scans,
    phenotypeColumns: [],
    hash: `made-up-${count}`,
    readSeries: (index) => series[index],
    close: () => {},
  };
}

function madeUpSeries(scan: number, timepoints: number, rois: number): TimeSeries {
  const stream = randomStream({ seed: 77, purpose: 'simulate', a: scan });
  const values = new Float32Array(timepoints * rois);
  for (let t = 0; t < timepoints; t++) {
    const shared = Array.from({ length: Math.ceil(rois / 5) }, () => normal(stream));
    for (let i = 0; i < rois; i++) values[t * rois + i] = 100 + shared[Math.floor(i / 5)] + normal(stream);
  }
  return { values, timepoints, rois };
}

/** The paper's settings with a tiny model, and changes by section. */
export function smallSettings(changes: { [Section in keyof Settings]?: Partial<Settings[Section]> } = {}): Settings {
  return settingsSchema.parse({
    ...changes,
    model: { layers: 2, heads: 4, ffn: 24, feature: 12, ...changes.model },
    training: { epochs: 3, batch: 4, micro_batch: 4, checkpoint_minutes: 1000, ...changes.training },
  });
}
