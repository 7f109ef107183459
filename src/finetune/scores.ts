/** @file From the outputs of a head to a loss, to scores in the target's own unit, to decisions and probabilities. */
import type { Answer } from '../model/card.ts';
import type { Scale } from './target.ts';

/** Answers for rows, row-major: a score a class (log-odds up to a constant), or the number in the target's own unit. */
export interface Scores {
  /** `[rows, columns]`. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** The same loss as in training, of outputs in evaluation. */
export function lossOfOutputs(outputs: Float32Array, truth: Float32Array, scale: Scale): number {
  let sum = 0;
  if (scale.kind === 'number') {
    for (const [i, value] of outputs.entries()) sum += (value - truth[i]) ** 2;
    return sum / outputs.length;
  }
  const columns = scale.weights.length;
  for (let start = 0; start < outputs.length; start += columns) {
    const row = outputs.subarray(start, start + columns);
    const largest = Math.max(...row);
    const logSum = largest + Math.log(row.reduce((total, value) => total + Math.exp(value - largest), 0));
    for (const [k, value] of row.entries()) sum -= truth[start + k] * (value - logSum);
  }
  return sum;
}

/** Outputs of a head as scores in the target's unit. */
export function scoresOf(outputs: Float32Array, scale: Scale | Answer, columns: number): Scores {
  const own = (value: number) => (scale.kind === 'number' ? scale.mean + scale.deviation * value : value);
  return { values: Float64Array.from(outputs, own), rows: outputs.length / columns, columns };
}

/** Of two classes: the score of the positive one minus that of the control; above 0 calls it positive. */
export function twoClassDecisions({ values, rows }: Scores): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[2 * row + 1] - values[2 * row]);
}

/** Class probabilities, `[rows, columns]`. */
export function probabilities({ values, rows, columns }: Scores): Scores {
  const shares = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    const scores = values.subarray(row * columns, (row + 1) * columns);
    const largest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - largest));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    shares.set(
      weights.map((weight) => weight / whole),
      row * columns,
    );
  }
  return { values: shares, rows, columns };
}
