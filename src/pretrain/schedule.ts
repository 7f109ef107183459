/** @file When a step happens: which scans, which epoch, which learning rate. */
import { permutation, randomStream } from '../random/draws.ts';

/** Steps of an epoch: whole batches only, since BatchNorm and the losses see the batch; the rest waits for another draw. */
export function stepsPerEpoch(scans: number, batch: number): number {
  return Math.max(1, Math.floor(scans / batch));
}

/** Warm-up in equal stages, an epoch each, to the full rate at the last (3e-5 … 3e-4 in 10 epochs), then constant. */
export function learningRate(epoch: number, full: number, warmupEpochs: number): number {
  return full * Math.min(1, (epoch + 1) / Math.max(1, warmupEpochs));
}

/** Scans of each step, from the epoch's own random order. The last order is kept for the steps that follow. */
export function scanSampler(
  seed: number,
  scans: number,
  batch: number,
): (epoch: number, stepInEpoch: number) => Int32Array {
  let current = -1;
  let order: Int32Array = new Int32Array(0);
  return (epoch, stepInEpoch) => {
    if (epoch !== current) order = permutation(randomStream({ seed, purpose: 'scan-order', a: epoch }), scans);
    current = epoch;
    return order.slice(stepInEpoch * batch, (stepInEpoch + 1) * batch);
  };
}
