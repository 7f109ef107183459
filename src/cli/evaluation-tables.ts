/** @file The tables of an evaluation: model and baselines, sites, sexes, the confusion of several classes. */
import type { EvaluationDocument } from '../evaluate/report-document.ts';
import type { ReportTable } from '../report/table.ts';

interface NamedTable {
  readonly name: string;
  readonly table: ReportTable;
}

/** `baselines`, and what the kind of question has besides. */
export function evaluationTables(document: EvaluationDocument): NamedTable[] {
  return [{ name: 'baselines', table: baselineTable(document) }, ...tablesOfKind(document)];
}

function tablesOfKind(document: EvaluationDocument): NamedTable[] {
  switch (document.kind) {
    case 'two-class': {
      const { by_site: sites, by_sex: sexes = [] } = document;
      return [
        ...(sites.length > 0 ? [{ name: 'by-site', table: subgroups('site', sites) }] : []),
        ...(sexes.length > 0 ? [{ name: 'by-sex', table: subgroups('sex', sexes) }] : []),
      ];
    }
    case 'multi-class': {
      const { classes, confusion } = document;
      const columns = classes.map(({ value }) => ({ name: `called ${value}`, digits: 0 }));
      const rows = classes.map(({ value }, k) => ({ name: value, cells: confusion[k] }));
      return [{ name: 'confusion', table: { rowName: 'class', columns, rows } }];
    }
    case 'regression':
      return [];
  }
}

/** Every metric of model and baselines, and the test of the model against each. */
function baselineTable(document: EvaluationDocument): ReportTable {
  const metrics = Object.keys(document.metrics);
  const row = (name: string, estimates: EvaluationDocument['metrics']) => {
    const test = document.tests[name];
    return { name, cells: [...metrics.map((metric) => estimates[metric]), test?.p ?? null, test?.p_holm ?? null] };
  };
  return {
    rowName: 'features',
    columns: [...metrics.map((name) => ({ name })), { name: 'p', digits: 4 }, { name: 'p_holm', digits: 4 }],
    rows: [
      row('model', document.metrics),
      ...Object.entries(document.baselines).map(([name, estimates]) => row(name, estimates)),
    ],
  };
}

type Subgroup = Extract<EvaluationDocument, { kind: 'two-class' }>['by_site'][number];

function subgroups(rowName: string, groups: readonly Subgroup[]): ReportTable {
  return {
    rowName,
    columns: [
      { name: 'scans', digits: 0 },
      { name: 'positives', digits: 0 },
      { name: 'controls', digits: 0 },
      { name: 'auc' },
      { name: 'sensitivity' },
      { name: 'specificity' },
    ],
    rows: groups.map(({ name, scans, participants, auc, sensitivity, specificity }) => ({
      name,
      cells: [scans, participants.positive, participants.control, auc, sensitivity, specificity],
    })),
  };
}
