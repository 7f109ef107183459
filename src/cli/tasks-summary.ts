/** @file The table of all tasks: model and baselines, p-values corrected over tasks, and a figure. */
import { join } from 'node:path';
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import type { TaskEntry } from '../labels/tasks-file.ts';
import { forestFigure } from '../report/forest-figure.ts';
import { type ReportTable, reportMarkdown, reportTsv } from '../report/table.ts';
import type { Estimate } from '../statistics/interval.ts';
import { benjaminiHochberg, holm } from '../statistics/multiple-tasks.ts';

/** A p-value among those of the other tasks; null where there is no test. */
interface CorrectedP {
  readonly p: number | null;
  readonly p_holm: number | null;
  readonly p_bh: number | null;
}

interface SummarisedTask {
  readonly name: string;
  readonly kind: TaskEntry['kind'];
  /** Trained on one data set, tested on another, of which no label is used. */
  readonly zero_shot: boolean;
  readonly protocol: string;
  readonly participants: number;
  readonly scans: number;
  /** The one that model and baselines are compared by: `auc`, of several classes `macro_auc`. */
  readonly metric: string;
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** That metric of each baseline. */
  readonly baselines: Readonly<Record<string, Estimate>>;
  /** The model against each baseline. */
  readonly against: Readonly<Record<string, CorrectedP>>;
  /** That labels mean nothing, where it was tested. */
  readonly permutation: CorrectedP | undefined;
  readonly verdict: string;
  readonly warnings: readonly string[];
  readonly results: string;
}

/** What `--json` prints and `summary.json` holds. */
export interface TasksSummary {
  readonly format: 'brainmass-tasks/1';
  readonly model: string;
  readonly tasks: readonly SummarisedTask[];
}

interface Finished {
  readonly entry: TaskEntry;
  readonly document: EvaluationDocument;
}

/** Corrects p-values over tasks, baseline by baseline: Holm's, and Benjamini and Hochberg's false discovery rate. */
export function tasksSummary(model: string, finished: readonly Finished[]): TasksSummary {
  const documents = finished.map(({ document }) => document);
  const names = baselineNames(documents);
  const against = names.map((name) => corrected(documents.map(({ tests }) => tests[name]?.p ?? null)));
  const permutations = corrected(documents.map(permutationOf));
  const tasks = finished.map(({ entry, document }, i): SummarisedTask => {
    const metric = primaryOf(document);
    return {
      name: entry.name,
      kind: entry.kind,
      zero_shot: document.zero_shot !== undefined,
      protocol: document.protocol,
      participants: document.participants,
      scans: document.n,
      metric,
      metrics: document.metrics,
      baselines: Object.fromEntries(Object.entries(document.baselines).map(([name, of]) => [name, of[metric]])),
      against: Object.fromEntries(
        names.flatMap((name, k) => (name in document.tests ? [[name, against[k][i]] as const] : [])),
      ),
      permutation: permutationOf(document) === null ? undefined : permutations[i],
      verdict: document.verdict,
      warnings: document.warnings,
      results: join(entry.name, 'results.json'),
    };
  });
  return { format: 'brainmass-tasks/1', model, tasks };
}

/** Of all tasks, in order of first appearance; the rule without features is not compared with. */
function baselineNames(documents: readonly EvaluationDocument[]): string[] {
  const all = documents.flatMap(({ baselines }) => Object.keys(baselines));
  return [...new Set(all)].filter((name) => name !== 'majority');
}

function corrected(p: readonly (number | null)[]): CorrectedP[] {
  const [ofHolm, ofRate] = [holm(p), benjaminiHochberg(p)];
  return p.map((value, i) => ({ p: value, p_holm: ofHolm[i], p_bh: ofRate[i] }));
}

function permutationOf(document: EvaluationDocument): number | null {
  return document.kind === 'two-class' ? (document.permutation?.p ?? null) : null;
}

function primaryOf({ kind }: EvaluationDocument): string {
  switch (kind) {
    case 'two-class':
      return 'auc';
    case 'multi-class':
      return 'macro_auc';
    case 'regression':
      return 'r2';
  }
}

/** Writes `summary.json`, `summary.tsv`, `summary.md` and `summary.svg`. */
export function writeTasksSummary(directory: string, summary: TasksSummary): void {
  const write = (name: string, content: string) => writeFileAtomically(join(directory, name), content);
  const table = summaryTable(summary);
  write('summary.tsv', reportTsv(table));
  write('summary.md', reportMarkdown(table));
  write('summary.svg', summaryFigure(summary));
  write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
}

const MORE = ['accuracy', 'balanced_accuracy', 'sensitivity', 'specificity', 'f1'];

function summaryTable({ tasks }: TasksSummary): ReportTable {
  const baselines = [...new Set(tasks.flatMap(({ against }) => Object.keys(against)))];
  const permuted = tasks.some(({ permutation }) => permutation !== undefined);
  const columnsOf = (of: string) => ['p', 'p_holm', 'p_bh'].map((name) => ({ name: `${of}_${name}`, digits: 4 }));
  const cellsOf = (of: CorrectedP | undefined) => [of?.p ?? null, of?.p_holm ?? null, of?.p_bh ?? null];
  return {
    rowName: 'task',
    columns: [
      { name: 'kind' },
      { name: 'protocol' },
      { name: 'participants', digits: 0 },
      { name: 'auc' },
      ...MORE.map((name) => ({ name })),
      ...baselines.flatMap((name) => [{ name: `${name}_auc` }, ...columnsOf(name)]),
      ...(permuted ? columnsOf('permutation') : []),
    ],
    rows: tasks.map((task) => ({
      name: task.name,
      cells: [
        task.zero_shot ? `${task.kind}, zero-shot` : task.kind,
        task.protocol,
        task.participants,
        task.metrics[task.metric],
        ...MORE.map((name) => task.metrics[name] ?? null),
        ...baselines.flatMap((name) => [task.baselines[name] ?? null, ...cellsOf(task.against[name])]),
        ...(permuted ? cellsOf(task.permutation) : []),
      ],
    })),
  };
}

/** Every task with the model and, below it, raw FC. */
function summaryFigure({ tasks }: TasksSummary): string {
  const groups = (['internal', 'external'] as const).flatMap((kind) => {
    const own = tasks.filter((task) => task.kind === kind);
    const rows = own.flatMap(({ name, metric, metrics, baselines, participants }) => [
      { name, estimate: metrics[metric], detail: String(participants), emphasised: true },
      ...('fc_svm' in baselines ? [{ name: `${name}: raw FC`, estimate: baselines.fc_svm, detail: '' }] : []),
    ]);
    return rows.length === 0 ? [] : [{ name: kind, rows }];
  });
  return forestFigure({
    title: 'Tasks: AUC of the model and of raw FC',
    valueName: 'AUC',
    detailName: 'participants',
    groups,
    reference: { name: 'chance', value: 0.5 },
  });
}
