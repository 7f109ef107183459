/** @file What an identification leaves in its directory: document, predictions, table and figures. */
import { join } from 'node:path';
import { writeFileAtomically } from '../files/atomic.ts';
import { formatTsv } from '../files/table.ts';
import type { IdentificationDocument } from '../identify/identification-document.ts';
import type { IdentificationOutcome } from '../identify/run-identification.ts';
import { curveFigure } from '../report/curve-figure.ts';
import { forestFigure } from '../report/forest-figure.ts';
import { type ReportTable, reportMarkdown, reportTsv } from '../report/table.ts';

export const PREDICTIONS = 'predictions.tsv';

/** Writes `report.json` (docs/identification.schema.json), `predictions.tsv`, `identification` (TSV, Markdown), `accuracy.svg` and `ranks.svg`. */
export function writeIdentification(
  directory: string,
  outcome: IdentificationOutcome,
  document: IdentificationDocument,
): void {
  const write = (name: string, content: string) => writeFileAtomically(join(directory, name), content);
  const table = identificationTable(document);
  write(PREDICTIONS, predictionTable(outcome));
  write('identification.tsv', reportTsv(table));
  write('identification.md', reportMarkdown(table));
  write('accuracy.svg', accuracyFigure(document));
  write('ranks.svg', rankFigure(outcome, document));
  write('report.json', `${JSON.stringify(document, null, 2)}\n`);
}

/** One row a kind of features, way and participant: who was most like them, and the rank of their own scan. */
function predictionTable({ pairs, identifications }: IdentificationOutcome): string {
  const { participants, target, database } = pairs;
  const n = participants.length;
  const rows = [...identifications].flatMap(([features, { similarity, targetInDatabase, databaseInTarget }]) => {
    const alike = (i: number, j: number) => String(similarity.values[i * n + j]);
    return [
      ...participants.map(({ id }, i) => ({
        features,
        session: target,
        among: database,
        participant_id: id,
        most_alike: participants[targetInDatabase.best[i]].id,
        rank: String(targetInDatabase.rank[i]),
        similarity: alike(i, i),
        similarity_most_alike: alike(i, targetInDatabase.best[i]),
      })),
      ...participants.map(({ id }, j) => ({
        features,
        session: database,
        among: target,
        participant_id: id,
        most_alike: participants[databaseInTarget.best[j]].id,
        rank: String(databaseInTarget.rank[j]),
        similarity: alike(j, j),
        similarity_most_alike: alike(databaseInTarget.best[j], j),
      })),
    ];
  });
  return formatTsv(Object.keys(rows[0]), rows);
}

function identificationTable({ metrics_of: main, metrics, baselines, tests }: IdentificationDocument): ReportTable {
  const names = Object.keys(metrics);
  return {
    rowName: 'features',
    columns: [...names.map((name) => ({ name })), { name: 'p_target_in_database' }, { name: 'p_database_in_target' }],
    rows: Object.entries({ [main]: metrics, ...baselines }).map(([name, estimates]) => {
      const { target_in_database: there, database_in_target: back } = tests[name];
      return {
        name,
        cells: [...names.map((metric) => estimates[metric]), there.p.toPrecision(3), back.p.toPrecision(3)],
      };
    }),
  };
}

function titleOf({ target, database, n }: IdentificationDocument): string {
  return `${n} participants, ${target} and ${database}`;
}

function accuracyFigure(document: IdentificationDocument): string {
  const { metrics_of: main, metrics, baselines } = document;
  const rows = Object.entries({ [main]: metrics, ...baselines }).map(([name, { accuracy }]) => ({
    name,
    estimate: accuracy,
    emphasised: name === main,
  }));
  return forestFigure({
    title: `Identification of ${titleOf(document)}`,
    valueName: 'accuracy',
    groups: [{ name: '', rows }],
    reference: { name: 'chance', value: document.chance.accuracy },
  });
}

/** The share of people whose own scan is among the k most alike, both ways together. */
function rankFigure({ identifications }: IdentificationOutcome, document: IdentificationDocument): string {
  const { n } = document;
  const places = Array.from({ length: n }, (_, k) => k + 1);
  const curves = [...identifications].map(([name, { targetInDatabase, databaseInTarget }]) => {
    const ranks = [...targetInDatabase.rank, ...databaseInTarget.rank];
    const found = new Float64Array(n);
    for (const rank of ranks) found[rank - 1] += 1 / ranks.length;
    let share = 0;
    return {
      name,
      points: places.map((k) => {
        share += found[k - 1];
        return { x: k, y: Math.min(1, share) };
      }),
    };
  });
  const chance = { name: 'chance', points: places.map((k) => ({ x: k, y: k / n })) };
  return curveFigure({
    title: `Own scan among the most alike: ${titleOf(document)}`,
    panels: [
      {
        title: '',
        xName: 'most alike scans looked at',
        yName: 'share of participants found',
        xKind: 'log2',
        yRange: [0, 1],
        curves: [...curves, chance],
        references: [],
      },
    ],
  });
}
