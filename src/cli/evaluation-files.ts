/** @file What an evaluation leaves in its directory: documents, predictions, tables and figures. */
import { join } from 'node:path';
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import type { EvaluationOutcome } from '../evaluate/run-evaluation.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { reportMarkdown, reportTsv } from '../report/table.ts';
import { splitDocument } from '../splits/split-file.ts';
import { scoringOf } from '../statistics/scoring.ts';
import { evaluationFigures } from './evaluation-figures.ts';
import { predictionTable } from './evaluation-predictions.ts';
import { evaluationTables } from './evaluation-tables.ts';

/**
 * Writes `results.json` (what `--json` prints), `report.json` (the same and every split's scores, by
 * docs/report.schema.json), `splits.json`, `predictions.tsv`, and tables and figures for readers.
 */
export async function writeEvaluation(
  directory: string,
  outcome: EvaluationOutcome,
  document: EvaluationDocument,
): Promise<void> {
  const { task, splits, seed, plan } = outcome;
  const write = (name: string, content: string) => writeFileAtomically(join(directory, name), content);
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  const [first, second] = document.datasets;
  const origin = { seed, plan, datasetHash: first.hash, testDatasetHash: second?.hash };
  write('splits.json', json(await splitDocument(task, splits, origin)));
  write('predictions.tsv', predictionTable(outcome));
  for (const { name, table } of evaluationTables(document)) {
    write(`${name}.tsv`, reportTsv(table));
    write(`${name}.md`, reportMarkdown(table));
  }
  for (const { name, svg } of evaluationFigures(outcome, document)) write(`${name}.svg`, svg);
  write('results.json', json(document));
  write('report.json', json({ ...document, ...scoresOfEach(outcome) }));
}

/** Every metric of every contender, split by split; nothing where intervals are over participants. */
function scoresOfEach({ task, scored }: EvaluationOutcome): Pick<EvaluationDocument, 'each'> {
  const entries = Object.entries(scored.replicates);
  if (entries.some(([, { point }]) => point !== undefined)) return {};
  const { metrics } = scoringOf(task);
  const ofMetrics = (each: (typeof entries)[number][1]['each']) =>
    Object.fromEntries(metrics.map((metric) => [metric, each.map((scores) => scores[metric].value)]));
  return { each: Object.fromEntries(entries.map(([name, { each }]) => [name, ofMetrics(each)])) };
}
