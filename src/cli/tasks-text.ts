/** @file The table of all tasks on a terminal. */
import { estimateText, numberText } from '../report/estimate-text.ts';
import type { TasksSummary } from './tasks-summary.ts';
import { formatTable } from './terminal.ts';

/** Model and raw FC of every task, with the p-value of their difference corrected over tasks. */
export function describeTasks({ tasks }: TasksSummary, out: string): string {
  const rows = tasks.map(({ name, kind, zero_shot, participants, metric, metrics, baselines, against }) => [
    name,
    zero_shot ? `${kind}, zero-shot` : kind,
    String(participants),
    estimateText(metrics[metric], 3),
    'fc_svm' in baselines ? numberText(baselines.fc_svm.mean, 3) : '',
    against.fc_svm === undefined ? '' : numberText(against.fc_svm.p, 4),
    against.fc_svm === undefined ? '' : numberText(against.fc_svm.p_holm, 4),
  ]);
  return [
    formatTable(['task', 'kind', 'participants', 'AUC', 'raw FC', 'p', 'p (Holm, over tasks)'], rows),
    '',
    ...tasks.flatMap(({ name, warnings }) => warnings.map((warning) => `Warning, ${name}: ${warning}.`)),
    `Written to ${out}: summary.json, tables and figure, and a directory for each task`,
  ].join('\n');
}
