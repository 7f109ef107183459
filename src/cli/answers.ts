/** @file The answers of a fine-tuned model as columns of a table. */
import { probabilities, type Scores } from '../finetune/scores.ts';
import type { Answer } from '../model/card.ts';

/** `predicted`, and for classes `p_CLASS`: the probability of each. */
export function answerColumns(answer: Answer): string[] {
  return ['predicted', ...(answer.kind === 'classes' ? answer.classes.map((name) => `p_${name}`) : [])];
}

/** The cells of each row. */
export function answerCells(answer: Answer, scores: Scores): Record<string, string>[] {
  if (answer.kind === 'number') return Array.from(scores.values, (value) => ({ predicted: String(value) }));
  const { values, rows, columns } = probabilities(scores);
  return Array.from({ length: rows }, (_, row) => {
    const shares = Array.from(values.subarray(row * columns, (row + 1) * columns));
    const predicted = answer.classes[shares.indexOf(Math.max(...shares))];
    const named = answer.classes.map((name, k) => [`p_${name}`, String(shares[k])] as const);
    return { predicted, ...Object.fromEntries(named) };
  });
}
