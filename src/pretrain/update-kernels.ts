/**
 * @file The loops of an update over parts of the flat buffers: in JavaScript for any memory, and as WebAssembly, four
 * numbers at a time, for buffers that lie in one WebAssembly memory (AdamW alone then takes a quarter of the time).
 */
import { type AdamWSettings, adamW, type Moments, movingAverage } from './optimizer.ts';
import { compileUpdate } from './update-module.ts';

/** All arrays of a call have the same length. */
export interface UpdateKernels {
  /** `total += term`. */
  readonly add: (total: Float32Array, term: Float32Array) => void;
  /** See {@link adamW}. */
  readonly adamW: (
    parameters: Float32Array,
    gradient: Float32Array,
    moments: Moments,
    step: number,
    learningRate: number,
    settings: AdamWSettings,
  ) => void;
  /** See {@link movingAverage}. */
  readonly average: (target: Float32Array, online: Float32Array, momentum: number) => void;
  /** Sum of squares. */
  readonly squares: (values: Float32Array) => number;
}

export const PLAIN_KERNELS: UpdateKernels = {
  add: (total, term) => {
    for (let i = 0; i < total.length; i++) total[i] += term[i];
  },
  adamW,
  average: movingAverage,
  squares: (values) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
    return sum;
  },
};

/** The same for arrays in `memory`; in float32 throughout, where JavaScript computes in float64 in between. */
export function vectorKernels(memory: WebAssembly.Memory): UpdateKernels {
  const { add, adamw, average, squares } = compileUpdate(memory);
  /** Runs on all whole fours; gives what is left to the plain loop. */
  const split = (length: number, whole: (fours: number) => void, rest: (from: number) => void) => {
    const fours = Math.floor(length / 4);
    if (fours > 0) whole(fours);
    if (4 * fours < length) rest(4 * fours);
  };
  return {
    add: (total, term) =>
      split(
        total.length,
        (fours) => add(total.byteOffset, term.byteOffset, fours),
        (from) => PLAIN_KERNELS.add(total.subarray(from), term.subarray(from)),
      ),
    adamW: (parameters, gradient, { first, second }, step, learningRate, settings) => {
      const { weightDecay, clipValue, beta1, beta2, epsilon } = settings;
      const decay = 1 - learningRate * weightDecay;
      const size = learningRate / (1 - beta1 ** step);
      const correction = 1 / Math.sqrt(1 - beta2 ** step);
      const places = [parameters, gradient, first, second].map(({ byteOffset }) => byteOffset);
      const numbers = [clipValue, beta1, 1 - beta1, beta2, 1 - beta2, decay, size, correction, epsilon];
      split(
        parameters.length,
        (fours) => adamw(...places, fours, ...numbers),
        (from) => {
          const moments = { first: first.subarray(from), second: second.subarray(from) };
          adamW(parameters.subarray(from), gradient.subarray(from), moments, step, learningRate, settings);
        },
      );
    },
    average: (target, online, momentum) =>
      split(
        target.length,
        (fours) => average(target.byteOffset, online.byteOffset, fours, momentum, 1 - momentum),
        (from) => movingAverage(target.subarray(from), online.subarray(from), momentum),
      ),
    squares: (values) => {
      let sum = 0;
      split(
        values.length,
        (fours) => {
          sum = squares(values.byteOffset, fours);
        },
        (from) => {
          sum += PLAIN_KERNELS.squares(values.subarray(from));
        },
      );
      return sum;
    },
  };
}
