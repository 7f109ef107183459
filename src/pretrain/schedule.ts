/** @file When a step happens: which scans, which epoch, which learning rate. */
import { drawWithoutReplacement, permutation, type RandomStream, randomStream, uniform } from '../random/draws.ts';

/** Steps of an epoch: whole batches only, since BatchNorm and the losses see the batch; the rest waits for another draw. */
export function stepsPerEpoch(scans: number, batch: number): number {
  return Math.max(1, Math.floor(scans / batch));
}

/** Warm-up in equal stages, an epoch each, to the full rate at the last (3e-5 … 3e-4 in 10 epochs), then constant. */
export function learningRate(epoch: number, full: number, warmupEpochs: number): number {
  return full * Math.min(1, (epoch + 1) / Math.max(1, warmupEpochs));
}

/** Consecutive scans of a data set that are drawn alike: one data set of a corpus. */
export interface WeightedPart {
  readonly scans: number;
  /** How often one of its scans is drawn, compared with a scan of weight 1. */
  readonly weight: number;
}

/**
 * Scans of each step, from the epoch's own random order. The last order is kept for the steps that follow.
 *
 * Without parts an epoch has every scan once. With parts an epoch has as many draws, and part d gets
 * `scans * weight_d * scans_d / sum(weight * scans)` of them, rounded down or up at random so that this is the mean over
 * epochs. Within a part all scans are drawn equally often, and those of the last, incomplete round without replacement.
 *
 * @param parts all scans in order, part by part
 * @returns the address of each draw: `k * scans + scan` for the k-th time (from 0) a scan is drawn in the epoch, so that
 *   two draws of one scan are two views
 */
export function scanSampler(
  seed: number,
  scans: number,
  batch: number,
  parts: readonly WeightedPart[] = [],
): (epoch: number, stepInEpoch: number) => Int32Array {
  const even = parts.every(({ weight }) => weight === parts[0].weight);
  let current = -1;
  let order: Int32Array = new Int32Array(0);
  return (epoch, stepInEpoch) => {
    if (epoch !== current) {
      order = permutation(randomStream({ seed, purpose: 'scan-order', a: epoch }), scans);
      if (!even) {
        const draws = weightedDraws(randomStream({ seed, purpose: 'scan-order', a: epoch, b: 1 }), scans, parts);
        order = order.map((position) => draws[position]);
      }
    }
    current = epoch;
    return order.slice(stepInEpoch * batch, (stepInEpoch + 1) * batch);
  };
}

/** The draws of an epoch, part by part, before they are put in a random order. */
function weightedDraws(stream: RandomStream, scans: number, parts: readonly WeightedPart[]): Int32Array {
  const draws = new Int32Array(scans);
  const whole = parts.reduce((sum, part) => sum + part.weight * part.scans, 0);
  // One random offset for the bounds of all parts (systematic sampling): they always add up to the whole epoch.
  const offset = uniform(stream);
  let [first, share, drawn] = [0, 0, 0];
  for (const [index, part] of parts.entries()) {
    share += part.weight * part.scans;
    const bound = index === parts.length - 1 ? scans : Math.floor((scans * share) / whole + offset);
    const count = bound - drawn;
    const rest = drawWithoutReplacement(stream, part.scans, count % part.scans);
    const rounds = Math.floor(count / part.scans);
    for (let i = 0; i < count; i++) {
      const round = Math.floor(i / part.scans);
      const scan = round < rounds ? i % part.scans : rest[i % part.scans];
      draws[drawn + i] = round * scans + first + scan;
    }
    first += part.scans;
    drawn = bound;
  }
  return draws;
}
