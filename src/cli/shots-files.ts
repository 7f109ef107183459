/** @file Tables and figure of few-shot curves and zero-shot transfer. */
import { join } from 'node:path';
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import type { FewShot, ZeroShot } from '../evaluate/shots-schema.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { type CurvePanel, curveFigure } from '../report/curve-figure.ts';
import { type ReportTable, reportMarkdown, reportTsv } from '../report/table.ts';

/** Writes `few-shot` (TSV, Markdown, SVG) and `zero-shot` (TSV, Markdown), where the document has them. */
export function writeShots(directory: string, { task, few_shot, zero_shot }: EvaluationDocument): void {
  const write = (name: string, content: string) => writeFileAtomically(join(directory, name), content);
  const writeTable = (name: string, table: ReportTable) => {
    write(`${name}.tsv`, reportTsv(table));
    write(`${name}.md`, reportMarkdown(table));
  };
  if (few_shot !== undefined) {
    writeTable('few-shot', fewShotTable(few_shot));
    write('few-shot.svg', fewShotFigure(task, few_shot));
  }
  if (zero_shot !== undefined) writeTable('zero-shot', zeroShotTable(zero_shot));
}

function fewShotTable({ metric, curves }: FewShot): ReportTable {
  const metrics = [metric, 'balanced_accuracy'];
  return {
    rowName: 'features',
    columns: [
      { name: 'protocol' },
      { name: 'shots' },
      { name: 'participants', digits: 1 },
      { name: 'draws', digits: 0 },
      ...metrics.map((name) => ({ name })),
    ],
    rows: curves.flatMap(({ features, protocol, points }) =>
      points.map(({ shots, participants, draws, scores }) => ({
        name: features,
        cells: [protocol, shots, participants, draws, ...metrics.map((name) => scores[name])],
      })),
    ),
  };
}

const AXES = {
  'per-class': { xName: 'training participants a class', xKind: 'log2' },
  percent: { xName: 'training participants, %', xKind: 'linear' },
} as const;

/** Two panels a protocol: so many participants of each class, and shares of them. */
function fewShotFigure(task: string, { metric, draws, curves }: FewShot): string {
  const protocols = [...new Set(curves.map(({ protocol }) => protocol))];
  const yName = metric === 'auc' ? 'AUC' : 'macro AUC';
  const panels = protocols.flatMap((protocol) =>
    (['per-class', 'percent'] as const).flatMap((kind): CurvePanel[] => {
      const own = curves
        .filter((curve) => curve.protocol === protocol)
        .map(({ features, points }) => ({
          name: features,
          points: points
            .filter((point) => point.kind === kind)
            .map(({ count = 0, percent = 0, scores }) => {
              const { mean, low, high, reason } = scores[metric];
              return { x: kind === 'percent' ? percent : count, y: mean, low, high, reason };
            })
            .sort((a, b) => a.x - b.x),
        }));
      if (own.every(({ points }) => points.length === 0)) return [];
      const references = [{ name: 'chance', y: 0.5 }];
      return [{ title: protocol, ...AXES[kind], yName, yRange: [0.3, 1], curves: own, references }];
    }),
  );
  return curveFigure({ title: `${task}: few-shot, middle 95 % of ${draws} draws of each split`, panels });
}

function zeroShotTable({ prototype }: ZeroShot): ReportTable {
  const metrics = Object.keys(Object.values(prototype)[0].uncentred);
  return {
    rowName: 'features',
    columns: [{ name: 'centring' }, ...metrics.map((name) => ({ name }))],
    rows: Object.entries(prototype).flatMap(([name, of]) =>
      (['uncentred', 'centred'] as const).map((centring) => ({
        name,
        cells: [centring, ...metrics.map((metric) => of[centring][metric])],
      })),
    ),
  };
}
