/** @file What is watched in real runs: collapse where there is one, none where there is not, and the same after a resume. */
import { describe, expect, it } from 'vitest';
import { collapseWarning } from '../../src/pretrain/collapse.ts';
import { pretrain } from '../../src/pretrain/pretrain.ts';
import type { StepMetrics } from '../../src/pretrain/run-directory.ts';
import { type Settings, sizeOfSettings } from '../../src/pretrain/settings.ts';
import { soloTeam } from '../../src/pretrain/step.ts';
import { decodeState, encodeState, initialState, type TrainingState } from '../../src/pretrain/training-state.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { madeUpDataset, ROIS, smallSettings } from './made-up.ts';

const compile = nodeRuntime({ threads: 1 });
const assemble = soloTeam(compile);
const dataset = madeUpDataset(32);
const stateOf = (settings: Settings) => initialState(sizeOfSettings(settings, ROIS), settings.training.seed);

/** The metrics of the steps that are left, at most up to `stopAfter`. */
async function metricsOf(settings: Settings, state: TrainingState, stopAfter?: number): Promise<StepMetrics[]> {
  const metrics: StepMetrics[] = [];
  const stop = new AbortController();
  await pretrain(state, {
    dataset,
    settings,
    compile,
    assemble,
    onStep: (line) => {
      metrics.push(line);
      if (line.step === stopAfter) stop.abort();
    },
    onCheckpoint: () => {},
    onSnapshot: () => {},
    signal: stop.signal,
  });
  return metrics;
}

const whereMeasured = (metrics: readonly StepMetrics[]) =>
  metrics.filter(({ embedding_deviation }) => embedding_deviation !== undefined).map(({ step }) => step);

describe('a run that goes well', () => {
  // 32 scans in batches of 8: 4 steps an epoch.
  const settings = smallSettings({ training: { epochs: 9, batch: 8, micro_batch: 8 } });
  const run = metricsOf(settings, stateOf(settings));

  it('is measured at 64, 128 and 256 scans', async () => {
    expect(whereMeasured(await run)).toEqual([8, 16, 32]);
  });

  it('has not collapsed, neither before training nor after; nothing is said', async () => {
    for (const line of await run) {
      expect(collapseWarning(line)).toBeUndefined();
      if (line.embedding_deviation !== undefined) {
        expect(line.collapsed).toBe(false);
        expect(line.embedding_deviation).toBeGreaterThan(0.25);
        expect(line.effective_rank).toBeGreaterThan(4);
      }
    }
  });

  it('has at every step the norm of its gradient, which is that of its parts', async () => {
    for (const { grad_norm, grad_norm_encoder, grad_norm_alignment, grad_norm_heads } of await run) {
      expect(Math.hypot(grad_norm_encoder, grad_norm_alignment, grad_norm_heads)).toBeCloseTo(grad_norm, 10);
      expect(Math.min(grad_norm_encoder, grad_norm_alignment, grad_norm_heads)).toBeGreaterThan(0);
    }
  });

  it.each([5, 20])('interrupted after step %i, all that is watched is as if it had not been', async (step) => {
    const state = stateOf(settings);
    const before = await metricsOf(settings, state, step);
    const stored = decodeState(encodeState(state, ''), state.weights.size, 'the state');
    const after = await metricsOf(settings, stored);
    const timeless = (metrics: readonly StepMetrics[]) => metrics.map((line) => ({ ...line, scans_per_second: 0 }));
    expect(before).toHaveLength(step);
    expect(timeless([...before, ...after])).toEqual(timeless(await run));
  });
});

describe('a run that collapses', () => {
  // Dropout's noise is large where features are few, and would hide it.
  it('learning rate 0.1, no warm-up, no dropout: found, and said with what to try', async () => {
    const settings = smallSettings({
      objective: { dropout: 0 },
      optimizer: { learning_rate: 0.1, warmup_epochs: 0 },
      training: { epochs: 9, batch: 8, micro_batch: 8 },
    });
    const metrics = await metricsOf(settings, stateOf(settings));
    const found = metrics.filter(({ collapsed }) => collapsed === true);
    expect(found.length).toBeGreaterThan(0);
    expect(collapseWarning(found[0])).toMatch(
      /^at step \d+ different scans .+ \(standard deviation 0\.\d{3}, effective rank \d+\.\d\): .+optimizer\.learning_rate/,
    );
  });
});
