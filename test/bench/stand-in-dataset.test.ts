/** @file The data set that benchmarks read: as many scans and people as were asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { benchLoader } from '../../src/bench/loader.ts';
import { writeStandIn } from '../../src/bench/stand-in-dataset.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';

async function standIn() {
  const directory = mkdtempSync(join(tmpdir(), 'stand-in-'));
  const path = join(directory, 'made.dataset');
  await writeStandIn(path, { scans: 230, participants: 150, timepoints: 24, rois: 14 });
  const dataset = openDataset(path);
  onTestFinished(() => {
    dataset.close();
    rmSync(directory, { recursive: true });
  });
  return dataset;
}

test('has the scans, people and shape asked for; scans repeat after 200', async () => {
  const { scans, readSeries } = await standIn();
  expect(scans.length).toBe(230);
  expect(new Set(scans.map(({ participantId }) => participantId)).size).toBe(150);
  expect(scans.filter(({ session }) => session === '2').length).toBe(80);
  expect(readSeries(229)).toMatchObject({ timepoints: 24, rois: 14 });
  expect(readSeries(229).values).toEqual(readSeries(29).values);
  expect(readSeries(199).values).not.toEqual(readSeries(198).values);
});

test('the loader bench reads every scan of a round and tells reading from training', async () => {
  const dataset = await standIn();
  const read: number[] = [];
  const counted = {
    ...dataset,
    readSeries: (index: number) => {
      read.push(index);
      return dataset.readSeries(index);
    },
  };
  const figures = await benchLoader({
    dataset: counted,
    size: { rois: 14, layers: 1, heads: 2, ffn: 8, feature: 8 },
    batch: 4,
    rounds: 2,
    readsPerRound: 300,
    machine: { compile: nodeRuntime({ threads: 1 }), threads: 1 },
    residentBytes: () => 7 * 2 ** 20,
  });
  // Three rounds of reading, and the scans of the steps; a round goes through all 230 before it begins again.
  expect(read.length).toBe(3 * 300 + 4);
  expect(new Set(read.slice(0, 230)).size).toBe(230);
  expect(read.slice(0, 230)).not.toEqual(read.slice(300, 530));
  expect(figures.rss_mb).toBe(7);
  expect(figures.mb_per_second).toBeCloseTo((figures.scans_per_second * 24 * 14 * 4) / 1e6, 0);
  expect(figures.ratio).toBeCloseTo(figures.scans_per_second / figures.training_scans_per_second, 0);
});
