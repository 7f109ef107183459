/** @file An evaluation as a page of text: a heading, the table, the verdict, what to doubt, and where the files are. */
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import { NOT_COMPARED } from '../evaluate/verdict.ts';
import type { Estimate } from '../statistics/interval.ts';
import { describeShots } from './shots-text.ts';
import { formatTable } from './terminal.ts';

const NAMES: Readonly<Record<string, string>> = {
  untrained: 'untrained encoder',
  fc_svm: 'raw FC',
  majority: 'majority class',
  mean: 'mean of training scans',
};
/** First the usual ones, then the others. */
const ORDER = ['untrained', 'fc_svm'];
const LAST = ['majority', 'mean'];

/** What a person reads. */
export function describeEvaluation(document: EvaluationDocument, out: string): string {
  const { missing, other } = document.dropped;
  const dropped = missing + other === 0 ? '' : `; left out: ${missing} without a value, ${other} of other classes`;
  const [[firstTitle, first], ...columns] = columnsOf(document);
  const asked = Object.keys(document.baselines);
  const between = asked.filter((name) => !ORDER.includes(name) && !LAST.includes(name));
  const baselines = [...ORDER, ...between, ...LAST].filter((name) => asked.includes(name));
  const rows = [
    ['model', document.metrics] as const,
    ...baselines.map((name) => [NAMES[name] ?? name, document.baselines[name]] as const),
  ];
  const cells = rows.map(([name, estimates]) => [
    name,
    withInterval(estimates[first]),
    ...columns.map(([, metric]) => number(estimates[metric].mean)),
  ]);
  return [
    `${headingOf(document)}, ${document.participants} participants${dropped}`,
    `protocol ${document.protocol}, ${spreadOf(document)}`,
    '',
    formatTable(['features', firstTitle, ...columns.map(([title]) => title)], cells),
    '',
    ...verdictsOf(document),
    ...permutationOf(document),
    ...describeShots(document),
    ...document.warnings.map((warning) => `Warning: ${warning}.`),
    `Written to ${out}: results.json, report.json, splits.json, predictions.tsv, tables and figures`,
  ].join('\n');
}

/** Titles and metrics, the one with its interval first. */
function columnsOf(document: EvaluationDocument): readonly [string, string][] {
  switch (document.kind) {
    case 'two-class':
      return [
        ['AUC', 'auc'],
        ['accuracy', 'accuracy'],
        ['balanced', 'balanced_accuracy'],
        ['sensitivity', 'sensitivity'],
        ['specificity', 'specificity'],
      ];
    case 'multi-class':
      return [
        ['macro AUC', 'macro_auc'],
        ['accuracy', 'accuracy'],
        ['balanced', 'balanced_accuracy'],
        ['macro F1', 'macro_f1'],
      ];
    case 'regression':
      return [
        ['R2', 'r2'],
        ['MAE', 'mae'],
        ['RMSE', 'rmse'],
        ['Pearson', 'pearson'],
        ['Spearman', 'spearman'],
      ];
  }
}

function headingOf(document: EvaluationDocument): string {
  switch (document.kind) {
    case 'two-class': {
      const { positive, control } = document.classes;
      return `${document.task}: ${control.value} (${control.scans} scans) against ${positive.value} (${positive.scans})`;
    }
    case 'multi-class': {
      const sizes = document.classes.map(({ value, scans }) => `${value} (${scans} scans)`);
      return `${document.task}: ${sizes.join(', ')}`;
    }
    case 'regression': {
      const { mean, deviation, min, max } = document.target;
      const values = [mean, deviation, min, max].map((value) => String(Number(value.toPrecision(4))));
      return `${document.task}: ${document.n} scans, mean ${values[0]}, deviation ${values[1]}, ${values[2]} to ${values[3]}`;
    }
  }
}

/** What was trained and tested on, and what the interval is over. */
function spreadOf({ datasets, corpus_split: corpus, repeats, plan }: EvaluationDocument): string {
  const overPeople = '95 % interval over test participants';
  if (datasets.length > 1) return `train on the first data set, test on the second; ${overPeople}`;
  if (corpus !== undefined)
    return `the split of the pretraining corpus (${corpus.file}, data set "${corpus.dataset}"); ${overPeople}`;
  switch (plan?.kind) {
    case 'leave-one-site-out':
      return `${repeats} sites, each left out once; ${overPeople}`;
    case 'column':
      return `the split of column "${plan.column}"; ${overPeople}`;
    case 'k-fold':
      return `${plan.folds} folds of participants, ${plan.repeats === 1 ? 'once' : `${plan.repeats} times`}; 95 % interval over folds`;
    case 'repeated':
    case undefined:
      return repeats === 1
        ? `one split by participant; ${overPeople}`
        : `${repeats} splits by participant; 95 % interval over splits`;
  }
}

/** Against raw FC and the untrained encoder, and against linear classifiers where there are any. */
function verdictsOf({ verdict, against_linear: linear }: EvaluationDocument): string[] {
  if (linear.verdict === 'not comparable') return [verdict];
  return verdict === NOT_COMPARED ? [linear.sentence] : [verdict, linear.sentence];
}

function permutationOf(document: EvaluationDocument): string[] {
  if (document.kind !== 'two-class' || document.permutation === undefined) return [];
  const { p, permutations, chance } = document.permutation;
  return [
    `Permutation test: p = ${p.toFixed(4)} with ${permutations} permutations within sites (chance reaches ${number(chance.upper)} in 5 % of them).`,
  ];
}

function withInterval({ mean, low, high }: Estimate): string {
  return low === null || high === null ? number(mean) : `${number(mean)} [${number(low)}, ${number(high)}]`;
}

function number(value: number | null): string {
  return value === null ? 'n/a' : value.toFixed(3);
}
