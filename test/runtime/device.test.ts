/** @file `--device webgpu`: on a software adapter every graph gives the numbers of the CPU; without an adapter, the CPU's. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseNpy } from '../../src/files/npy.ts';
import { parseSafetensors } from '../../src/files/safetensors.ts';
import { trainedLayout, viewOf } from '../../src/model/parameters.ts';
import { modelSize } from '../../src/model/size.ts';
import { findSwiftShader } from './swiftshader.ts';

const program = fileURLToPath(new URL('../../bin/brainmass.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brainmass-device-'));
const swiftShader = findSwiftShader();
const NOT_FOUND = 'no vk_swiftshader_icd.json of a Chromium found, set SWIFTSHADER_ICD';
const SCANS = 6;
const SIZE = modelSize('small', 20, { layers: 2, heads: 4, ffn: 24, feature: 12 });
const LOSSES = ['loss', 'lra', 'nce', 'mse'];

/**
 * Relative norms of differences. Seen in steps of either connectivity, in micro-batches or not: losses at most 2.2e-7,
 * the gradient of a parameter at most 6.5e-6, embeddings 2.4e-7. Each number comes out of a chain of float32 sums
 * (rounding 6e-8) of up to 320 products, taken in another order.
 */
const LOSS_TOLERANCE = 2e-6;
const TOLERANCE = 2e-5;
/** Of the whole gradient: some true gradients are zero, and float32 leaves up to 3e-8 there. */
const ROUNDING = 1e-7;
/** The software adapter spends seconds on compiling shaders. */
const PATIENCE = 300_000;

/** Runs a command with this description of a Vulkan driver; returns what it wrote on stderr. */
function brainmass(command: string, driver?: string): Promise<string> {
  const env =
    driver === undefined ? process.env : { ...process.env, VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...command.split(' ')], { cwd: folder, env }, (error, _, stderr) => {
      if (error === null) resolve(stderr);
      else reject(new Error(`${command}: ${stderr}`));
    });
  });
}

beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.yaml'), 'model: {layers: 2, heads: 4, ffn: 24, feature: 12}\n');
  await brainmass(`simulate cohort.dataset --subjects ${SCANS} --rois 20 --timepoints 40 --seed 3`);
  await brainmass('pretrain cohort.dataset --out untrained.run --config tiny.yaml --epochs 0');
  await brainmass('embed untrained.run cohort.dataset --out cpu.npy');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One step of pretraining, the whole data set a batch. */
const pretrainOne = (run: string, options: string) =>
  `pretrain cohort.dataset --out ${run} --config tiny.yaml --epochs 1 --batch ${SCANS} ${options}`;

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const distance = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
  norm(Array.from(found, (x, i) => x - wanted[i]));

/** Losses of the one step, and Adam's first moments: after one step, a tenth of the gradient. */
function stepOf(run: string): { readonly losses: Record<string, number>; readonly gradient: Float32Array } {
  const losses = JSON.parse(readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')) as Record<string, number>;
  const file = join(folder, run, 'resume/state.safetensors');
  const { data } = parseSafetensors(readFileSync(file), file).tensors.get('optimizer.first_moment')!;
  return { losses, gradient: data as Float32Array };
}

function embeddingIn(file: string): Float32Array {
  return parseNpy(readFileSync(join(folder, file)), file).data as Float32Array;
}

/** Runs a command on the software adapter. */
async function onAdapter(command: string): Promise<void> {
  if (swiftShader === undefined) throw new Error(NOT_FOUND);
  expect(await brainmass(`${command} --device webgpu`, swiftShader)).not.toContain('--device');
}

describe('on a software adapter', () => {
  if (swiftShader === undefined && process.env.REQUIRE_ALL_TESTS !== '1') {
    test.skip(`SKIPPED: ${NOT_FOUND}`, () => {});
    return;
  }

  // A whole batch keeps its activations; in micro-batches other graphs run. Either connectivity is a graph of its own.
  test.concurrent.each([
    ['at once', 'whole', '--micro-batch 6 --fc pearson'],
    ['in micro-batches', 'parts', '--micro-batch 4 --fc ledoit-wolf'],
  ])('a step %s has the losses and the gradient of the CPU', { timeout: PATIENCE }, async (_, run, options) => {
    await brainmass(pretrainOne(`${run}-cpu.run`, options));
    await onAdapter(pretrainOne(`${run}-webgpu.run`, options));
    const [wanted, found] = [stepOf(`${run}-cpu.run`), stepOf(`${run}-webgpu.run`)];
    for (const part of LOSSES)
      expect(Math.abs(found.losses[part] / wanted.losses[part] - 1), part).toBeLessThan(LOSS_TOLERANCE);
    const whole = norm(wanted.gradient);
    for (const place of trainedLayout(SIZE).places) {
      const [of, on] = [viewOf(wanted.gradient, place), viewOf(found.gradient, place)];
      expect(norm(of), place.name).toBeGreaterThan(0);
      expect(distance(on, of), place.name).toBeLessThan(TOLERANCE * norm(of) + ROUNDING * whole);
    }
    // Another order of sums: the same bits would be the CPU's.
    expect(found.gradient).not.toEqual(wanted.gradient);
  });

  test.concurrent('embed writes the features of the CPU', { timeout: PATIENCE }, async () => {
    await onAdapter('embed untrained.run cohort.dataset --out webgpu.npy');
    const [wanted, found] = [embeddingIn('cpu.npy'), embeddingIn('webgpu.npy')];
    expect(distance(found, wanted) / norm(wanted)).toBeLessThan(TOLERANCE);
    expect(found).not.toEqual(wanted);
  });
});

// Elsewhere the system's own interface is asked, whatever the environment says of Vulkan.
test.runIf(process.platform === 'linux')('without an adapter: one sentence, and the features of the CPU', async () => {
  const embed = 'embed untrained.run cohort.dataset --out fallback.npy --device webgpu';
  expect(await brainmass(embed, join(folder, 'no-such-driver.json'))).toBe(
    '--device webgpu: WebGPU does not run on this machine (Failed to get a WebGPU adapter: No supported adapters), ' +
      'so the CPU is used.\n',
  );
  expect(embeddingIn('fallback.npy')).toEqual(embeddingIn('cpu.npy'));
});
