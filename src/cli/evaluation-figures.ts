/** @file The figures of an evaluation: model and baselines, ROC curves, sites, calibration. */
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import type { EvaluationOutcome } from '../evaluate/run-evaluation.ts';
import { calibrationFigure } from '../report/calibration-figure.ts';
import { forestFigure } from '../report/forest-figure.ts';
import { rocFigure } from '../report/roc-figure.ts';
import { testOverTrain } from '../statistics/replicates.ts';
import { scoringOf } from '../statistics/scoring.ts';

interface NamedFigure {
  readonly name: string;
  readonly svg: string;
}

/** SVG documents by file name. */
export function evaluationFigures(outcome: EvaluationOutcome, document: EvaluationDocument): NamedFigure[] {
  return [{ name: 'baselines', svg: contenderFigure(outcome, document) }, ...twoClassFigures(outcome, document)];
}

function contenderFigure({ task }: EvaluationOutcome, document: EvaluationDocument): string {
  const { primary, primaryName } = scoringOf(task);
  const rows = [
    { name: 'model', estimate: document.metrics[primary], emphasised: true },
    ...Object.entries(document.baselines).map(([name, estimates]) => ({ name, estimate: estimates[primary] })),
  ];
  return forestFigure({
    title: `${document.task}: ${primaryName} of model and baselines`,
    valueName: primaryName,
    groups: [{ name: '', rows }],
    reference: document.kind === 'regression' ? { name: 'mean', value: 0 } : { name: 'chance', value: 0.5 },
  });
}

function twoClassFigures({ task, splits, scored }: EvaluationOutcome, document: EvaluationDocument): NamedFigure[] {
  if (document.kind !== 'two-class' || task.kind !== 'two-class') return [];
  const curves = Object.entries(scored.decisions)
    .filter(([name]) => name !== 'majority')
    .map(([name, decisions]) => ({
      name,
      auc: name === 'model' ? document.metrics.auc : document.baselines[name].auc,
      splits: splits.map(({ test }, s) => ({
        decisions: decisions[s],
        positive: test.map((i) => task.scans[i].positive),
      })),
    }));
  const { by_site: sites, calibration } = document;
  const siteRows = sites.map(({ name, participants, auc }) => ({
    name,
    estimate: auc,
    detail: `${participants.positive} / ${participants.control}`,
  }));
  return [
    { name: 'roc', svg: rocFigure({ title: document.task, curves, testOverTrain: testOverTrain(task, splits) }) },
    ...(sites.length === 0
      ? []
      : [
          {
            name: 'by-site',
            svg: forestFigure({
              title: `${document.task}: AUC by site`,
              valueName: 'AUC',
              detailName: 'positive / control',
              groups: [
                { name: '', rows: [{ name: 'all sites', estimate: document.pooled.auc, emphasised: true }] },
                { name: 'site', rows: siteRows },
              ],
              reference: { name: 'chance', value: 0.5 },
            }),
          },
        ]),
    ...(calibration === null
      ? []
      : [
          {
            name: 'calibration',
            svg: calibrationFigure({
              title: `${document.task}: calibration`,
              curves: [{ name: 'model', calibration }],
            }),
          },
        ]),
  ];
}
