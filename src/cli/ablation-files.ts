/** @file What an ablation leaves in its directory beside the runs: the document, tables and figures. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AblationDocument } from '../ablate/document.ts';
import { PART_TITLES, type Part } from '../ablate/parts.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { curveFigure } from '../report/curve-figure.ts';
import { type ForestRow, forestFigure } from '../report/forest-figure.ts';
import { type ReportTable, reportMarkdown, reportTsv } from '../report/table.ts';

type Row = AblationDocument['baselines'][number];

/** Writes `ablation.tsv`, `ablation.md`, `ablation.svg`, `differences.svg`, `drop-curve.svg` and, last, `ablation.json`. */
export function writeAblation(out: string, document: AblationDocument): void {
  const write = (name: string, content: string) => writeFileAtomically(join(out, name), content);
  const table = ablationTable(document);
  write('ablation.tsv', reportTsv(table));
  write('ablation.md', reportMarkdown(table));
  write('ablation.svg', scoreFigure(document));
  write('differences.svg', differenceFigure(document));
  const curve = dropCurve(document);
  // An earlier command's would not be of these cells.
  if (curve === undefined) rmSync(join(out, 'drop-curve.svg'), { force: true });
  else write('drop-curve.svg', curve);
  write('ablation.json', `${JSON.stringify(document, null, 2)}\n`);
}

/** Cells under the heading of what they vary, the full method first, the baselines last. */
export function groupsOf({ cells, baselines }: AblationDocument): { readonly name: string; readonly rows: Row[] }[] {
  const [full, ...varied] = cells;
  const parts = [...new Set(varied.map(({ part }) => part))];
  const titled = parts.map((part) => ({
    name: PART_TITLES[part as Part] ?? part,
    rows: varied.filter((cell) => cell.part === part),
  }));
  return [{ name: '', rows: [full] }, ...titled, { name: 'baselines', rows: baselines }];
}

function ablationTable(document: AblationDocument): ReportTable {
  const metrics = Object.keys(document.cells[0].metrics);
  const rows = groupsOf(document).flatMap(({ name: part, rows: own }) =>
    own.map(({ name, metrics: scores, against_full: against }) => ({
      name,
      cells: [
        part,
        ...metrics.map((metric) => scores[metric]),
        against?.difference ?? null,
        against?.p ?? null,
        against?.p_holm ?? null,
      ],
    })),
  );
  return {
    rowName: 'cell',
    columns: [
      { name: 'part' },
      ...metrics.map((name) => ({ name })),
      { name: `${document.metric}_minus_full` },
      { name: 'p', digits: 4 },
      { name: 'p_holm', digits: 4 },
    ],
    rows,
  };
}

function scoreFigure(document: AblationDocument): string {
  const { task, metric, metric_name: valueName, cells } = document;
  const shown = ({ name, metrics }: Row): ForestRow => ({
    name,
    estimate: metrics[metric],
    emphasised: name === cells[0].name,
  });
  const reference = cells[0].metrics[metric].mean;
  return forestFigure({
    title: `${task}: ${valueName} without or with other parts of the method`,
    valueName,
    groups: groupsOf(document).map(({ name, rows }) => ({ name, rows: rows.map(shown) })),
    ...(reference === null ? {} : { reference: { name: 'full method', value: reference } }),
  });
}

/** Without the rows that are the full method, and the rule that looks at no feature. */
function differenceFigure(document: AblationDocument): string {
  const { task, metric_name: valueName } = document;
  const groups = groupsOf(document).map(({ name, rows }) => ({
    name,
    rows: rows.flatMap(({ name: row, against_full: against }) =>
      against === undefined ? [] : [{ name: row, estimate: against.difference, detail: probability(against.p_holm) }],
    ),
  }));
  return forestFigure({
    title: `${task}: ${valueName} minus that of the full method`,
    valueName: `${valueName} difference`,
    detailName: 'p (Holm)',
    groups: groups.filter(({ rows }) => rows.length > 0),
    reference: { name: 'no difference', value: 0 },
  });
}

function probability(p: number | null): string {
  if (p === null) return 'n/a';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Undefined when drop rates were not varied. */
function dropCurve({ task, metric, metric_name, settings, cells, baselines }: AblationDocument): string | undefined {
  const full = settings.data.drop.kind === 'percent' ? settings.data.drop.percent : undefined;
  const points = cells
    .filter(({ part }) => part === ('drop' satisfies Part))
    .flatMap(({ changes, metrics }) => {
      const { mean: y, low, high, reason } = metrics[metric];
      const x = changes['data.drop.percent'] ?? full;
      return typeof x === 'number' ? [{ x, y, low, high, reason }] : [];
    });
  if (points.length === 0) return undefined;
  const references = baselines.map(({ name, metrics }) => ({ name, y: metrics[metric].mean }));
  const panel = { title: '', xName: 'time points dropped in pretraining (%)', yName: metric_name, references };
  return curveFigure({
    title: `${task}: ${metric_name} after pretraining at each drop rate`,
    panels: [{ ...panel, curves: [{ name: 'pretrained', points }] }],
  });
}
