/** @file Few-shot and zero-shot results as text on a terminal. */
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import { estimateText } from '../report/estimate-text.ts';
import type { Estimate } from '../statistics/interval.ts';
import { formatTable } from './terminal.ts';

/** Paragraphs with an empty line before each; none when neither was asked for. */
export function describeShots(document: EvaluationDocument): string[] {
  return [...fewShotText(document), ...zeroShotText(document)];
}

function fewShotText({ few_shot: fewShot }: EvaluationDocument): string[] {
  if (fewShot === undefined) return [];
  const { draws, metric, curves } = fewShot;
  const sizes = curves[0].points.map(({ shots }) => shots);
  const rows = curves.map(({ features, protocol, points }) => [
    `${features}, ${protocol}`,
    ...points.map(({ scores }) => meanText(scores[metric])),
  ]);
  const missing = new Set(
    curves.flatMap(({ points }) => points.flatMap(({ shots, scores }) => undefinedText(shots, scores[metric]))),
  );
  return [
    '',
    `Few-shot: ${titleOf(metric)} with k training participants a class, or a share of them; ${draws} draws of each split`,
    formatTable(['features', ...sizes], rows),
    ...missing,
  ];
}

function undefinedText(shots: string, { mean, reason }: Estimate): string[] {
  return mean === null ? [`At ${shots}: ${reason}.`] : [];
}

function zeroShotText(document: EvaluationDocument): string[] {
  const { zero_shot: zeroShot, protocol } = document;
  if (zeroShot === undefined) return [];
  const metric = document.kind === 'two-class' ? 'auc' : 'macro_auc';
  const { fitted_on: from, applied_to: to, prototype } = zeroShot;
  const rows = Object.entries(prototype).map(([features, { uncentred, centred }]) => [
    features,
    estimateText(uncentred[metric], 3),
    estimateText(centred[metric], 3),
  ]);
  return [
    '',
    `Zero-shot, cohort to cohort: fitted on the labels of ${from.dataset}, applied to ${to.dataset}, no label of which is used.`,
    `The table above is the ${protocol} classifier. Nearest class prototype, ${titleOf(metric)}:`,
    formatTable(['features', 'as they are', 'each cohort centred'], rows),
    '',
  ];
}

function titleOf(metric: string): string {
  return metric === 'auc' ? 'AUC' : 'macro AUC';
}

function meanText({ mean }: Estimate): string {
  return mean === null ? 'n/a' : mean.toFixed(3);
}
