/** @file The loop and its run on disk: interrupted and resumed, snapshots, and a loss that is no longer finite. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOwner } from '../../src/files/lock-owner.ts';
import type { ModelCard } from '../../src/model/card.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { initialWeights } from '../../src/model/weights.ts';
import { pretrain } from '../../src/pretrain/pretrain.ts';
import {
  createRun,
  metricsLog,
  openRun,
  readState,
  type StepMetrics,
  tidyRun,
  writeCheckpoint,
  writeSnapshot,
} from '../../src/pretrain/run-directory.ts';
import { type Settings, sizeOfSettings } from '../../src/pretrain/settings.ts';
import { soloTeam } from '../../src/pretrain/step.ts';
import { initialState, type TrainingState } from '../../src/pretrain/training-state.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { madeUpDataset, ROIS, smallSettings } from './made-up.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-pretrain-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = madeUpDataset(10);
const compile = nodeRuntime({ threads: 1 });

function cardOf(settings: Settings): ModelCard {
  const { seed } = settings.training;
  return {
    format: 'brainmass-model/1',
    size: sizeOfSettings(settings, ROIS),
    fc: settings.data.fc,
    seed,
    epochs: 0,
    steps: 0,
  };
}

/** Takes steps in a run on disk, from what is there; stops behind step `stopAfter`. */
async function goOn(directory: string, stopAfter?: number): Promise<TrainingState> {
  const { settings, card } = openRun(directory);
  const state = readState(directory, settings, card);
  tidyRun(directory, state);
  const stop = new AbortController();
  const log = metricsLog(directory, state.step);
  const cardAt = ({ step }: TrainingState) => ({ ...card, steps: step });
  await pretrain(state, {
    dataset,
    settings,
    compile,
    assemble: soloTeam(compile),
    onStep: (metrics) => {
      log(metrics);
      if (metrics.step === stopAfter) stop.abort();
    },
    onCheckpoint: (checkpoint) => writeCheckpoint(directory, settings, cardAt(checkpoint), checkpoint),
    onSnapshot: (epoch, snapshot) => writeSnapshot(directory, epoch, cardAt(snapshot), snapshot),
    signal: stop.signal,
  });
  return state;
}

async function start(
  name: string,
  settings: Settings,
  change: (state: TrainingState) => void = () => {},
): Promise<string> {
  const state = initialState(sizeOfSettings(settings, ROIS), settings.training.seed);
  change(state);
  await createRun(at(name), settings, cardOf(settings), state, { overwrite: false, owner: newOwner() });
  return at(name);
}

const metricsOf = (directory: string): StepMetrics[] =>
  readFileSync(join(directory, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const withoutSpeed = (directory: string) => metricsOf(directory).map((line) => ({ ...line, scans_per_second: 0 }));
const bytes = (directory: string, file: string) => readFileSync(join(directory, file));

describe('interrupted and resumed', () => {
  // 10 scans in batches of 4: 2 steps an epoch, so that 3 steps end inside an epoch.
  const settings = smallSettings({ training: { epochs: 4, snapshot_epochs: 2, seed: 6 } });
  let whole = '';
  beforeAll(async () => {
    whole = await start('whole', settings);
    await goOn(whole);
  });

  it.each([1, 3, 4])('after step %i it ends like the uninterrupted run, byte for byte', async (step) => {
    const broken = await start(`broken-${step}`, settings);
    expect((await goOn(broken, step)).step).toBe(step);
    expect(metricsOf(broken)).toHaveLength(step);
    expect(bytes(broken, 'model.safetensors').equals(bytes(whole, 'model.safetensors'))).toBe(false);
    expect((await goOn(broken)).step).toBe(8);
    for (const file of ['model.safetensors', 'card.json', 'config.yaml', 'resume/state.safetensors'])
      expect(bytes(broken, file).equals(bytes(whole, file)), file).toBe(true);
    expect(withoutSpeed(broken)).toEqual(withoutSpeed(whole));
    for (const snapshot of readdirSync(join(whole, 'snapshots')))
      expect(bytes(broken, `snapshots/${snapshot}`).equals(bytes(whole, `snapshots/${snapshot}`)), snapshot).toBe(true);
  });

  it('steps behind the last checkpoint are taken again, and logged once', async () => {
    const killed = await start('killed', settings);
    await goOn(killed, 3);
    const kept = ['model.safetensors', 'card.json', 'resume/state.safetensors'].map(
      (file) => [file, bytes(killed, file)] as const,
    );
    await goOn(killed, 6);
    for (const [file, content] of kept) writeFileSync(join(killed, file), content);
    expect(metricsOf(killed)).toHaveLength(6);
    await goOn(killed);
    expect(withoutSpeed(killed)).toEqual(withoutSpeed(whole));
    expect(bytes(killed, 'model.safetensors').equals(bytes(whole, 'model.safetensors'))).toBe(true);
  });

  it('metrics say epoch, step, loss parts and rate of every step', () => {
    const metrics = metricsOf(whole);
    expect(metrics.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 1],
      [0, 2],
      [1, 3],
      [1, 4],
      [2, 5],
      [2, 6],
      [3, 7],
      [3, 8],
    ]);
    for (const { epoch, loss, lra, nce, mse, lr, scans_per_second } of metrics) {
      expect(loss).toBeCloseTo(lra + 0.1 * nce + 2 * mse, 10);
      expect(lr).toBeCloseTo(3e-5 * (epoch + 1), 12);
      expect(lra > 0 && nce > 0 && mse > 0 && scans_per_second > 0).toBe(true);
    }
  });

  it('snapshots are models; the last equals the model of the run', async () => {
    expect(readdirSync(join(whole, 'snapshots')).sort()).toEqual(['epoch-0002.safetensors', 'epoch-0004.safetensors']);
    const [early, late, model] = await Promise.all(
      [join(whole, 'snapshots/epoch-0002.safetensors'), join(whole, 'snapshots/epoch-0004.safetensors'), whole].map(
        (path) => loadModel(path),
      ),
    );
    expect(early.card.steps).toBe(4);
    expect(late).toEqual(model);
    expect(early.weights.trained).not.toEqual(late.weights.trained);
    expect(late.weights.trained).not.toEqual(initialWeights(late.card.size, 6).trained);
  });
});

describe('a loss that is no longer finite', () => {
  const MEND =
    'the last checkpoint is kept; lower optimizer.learning_rate, or look for extreme scans with brainmass inspect.';

  /** The run stops with an error of this form and stays as it was. */
  async function expectStop(run: string, message: RegExp): Promise<void> {
    const files = ['model.safetensors', 'card.json', 'resume/state.safetensors'];
    const before = files.map((file) => bytes(run, file));
    const failed = await goOn(run).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failed?.name).toBe('InputError');
    expect(failed?.message).toMatch(message);
    expect(failed?.message.endsWith(MEND)).toBe(true);
    expect(files.map((file, i) => bytes(run, file).equals(before[i]))).toEqual([true, true, true]);
    expect(existsSync(join(run, 'snapshots'))).toBe(false);
    expect((await loadModel(run)).card.steps).toBe(0);
  }

  it('learning rate 1e30: stops at the second step', async () => {
    const run = await start('diverged', smallSettings({ optimizer: { learning_rate: 1e30, warmup_epochs: 0 } }));
    await expectStop(run, /^epoch 1, step 2: the loss is no longer finite \(loss NaN, .+\); the last/);
    expect(metricsOf(run)).toHaveLength(1);
  });

  it('weights that are too large: stops at the first step', async () => {
    const run = await start('poisoned', smallSettings(), ({ weights }) => weights.trained.fill(1e38, 0, 2000));
    await expectStop(run, /^epoch 1, step 1: the loss is no longer finite \(/);
    expect(metricsOf(run)).toHaveLength(0);
  });

  it('weights that leave the numbers behind the last step are not written', async () => {
    const run = await start(
      'overflow',
      smallSettings({ optimizer: { learning_rate: 1e60 }, training: { epochs: 1, batch: 10 } }),
    );
    await expectStop(run, /^step 1: the weights are no longer finite; the last/);
  });

  it('nor kept as a snapshot', async () => {
    const training = { epochs: 2, batch: 10, snapshot_epochs: 1 };
    const run = await start('no-snapshot', smallSettings({ optimizer: { learning_rate: 1e60 }, training }));
    await expectStop(run, /^step 1: the weights are no longer finite; the last/);
  });
});
