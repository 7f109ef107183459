/** @file The embedding and connectivity benches: what they compile and how their figures belong together. */
import { expect, test } from 'vitest';
import { benchConnectivity } from '../../src/bench/connectivity.ts';
import { benchEmbedding } from '../../src/bench/embedding.ts';
import { embeddingOperations } from '../../src/bench/operations.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import type { Compile } from '../../src/runtime/session.ts';

const SIZE = { rois: 20, layers: 1, heads: 2, ffn: 16, feature: 8 };
const compile = nodeRuntime({ threads: 1 });

test('embedding graphs are compiled once however often the scans are embedded', async () => {
  const compiled: string[] = [];
  const counting: Compile = (outputs) => {
    compiled.push(...Object.keys(outputs));
    return compile(outputs);
  };
  // 20 scans: a graph for 16 and one for the last 4.
  const figures = await benchEmbedding({ size: SIZE, fc: 'pearson', scans: 20, passes: 3, compile: counting });
  expect(compiled.sort()).toEqual(['embedding', 'embedding', 'product']);
  const operations = (embeddingOperations(SIZE) * figures.scans_per_second) / 1e9;
  expect(figures.gflops).toBeCloseTo(operations, 2);
  expect(figures.ms_per_scan * figures.scans_per_second).toBeGreaterThan(900);
  expect(figures.ms_per_scan * figures.scans_per_second).toBeLessThan(1100);
});

test('a pair is its parts, and taken once a step', async () => {
  const figures = await benchConnectivity({
    size: SIZE,
    timepoints: 40,
    batch: 4,
    rounds: 2,
    machine: { compile, threads: 1 },
  });
  const { draws, networks } = figures.pfc_pair_parts_ms;
  expect(figures.pfc_pair_ms).toBeCloseTo(draws + networks, 2);
  expect(figures.share_of_step).toBeCloseTo(figures.pfc_pair_ms / figures.step_ms, 1);
});
