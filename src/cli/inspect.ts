/** @file `brainmass inspect`: what a data set holds. */
import { Command } from 'commander';
import { type Inspection, inspect } from '../dataset/inspect.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { ColumnSummary } from '../dataset/summarise-columns.ts';
import { formatTable, printJson, progressLine } from './terminal.ts';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Say what a data set holds, and what to think about before training on it')
    .argument('<dataset>', 'a directory written by ingest or simulate')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  $ brainmass inspect abide.dataset')
    .action((directory: string, options: { json?: boolean }) => {
      const dataset = openDataset(directory);
      try {
        const inspection = inspect(dataset, progressLine('inspecting scan'));
        if (options.json === true) printJson(inspection);
        else process.stdout.write(`${formatInspection(directory, inspection)}\n`);
      } finally {
        dataset.close();
      }
    });
}

/** The summary that people read. */
export function formatInspection(directory: string, inspection: Inspection): string {
  const { missingRois, columns, warnings } = inspection;
  const facts = [
    ['scans', `${inspection.scans} of ${inspection.participants} participants`],
    ['atlas', `${inspection.atlas}, ${inspection.rois} ROIs`],
    ...contentFacts(inspection),
    ['sites', counts(inspection.sites)],
    ['sessions', counts(inspection.sessions)],
    [
      'missing ROIs',
      missingRois.scans === 0 ? 'none' : `${missingRois.total} in ${missingRois.scans} scans, kept as zeros`,
    ],
  ];
  const parts = [[directory, ...facts.map(([name, value]) => `  ${name.padEnd(13)} ${value}`)].join('\n')];
  if (columns.length > 0) parts.push(formatTable(['column', 'missing', 'holds'], columns.map(columnRow)));
  if (warnings.length > 0) parts.push(['Mind:', ...warnings.map((warning) => `  - ${warning}`)].join('\n'));
  return parts.join('\n\n');
}

function contentFacts({ timepoints, trs, connectivity }: Inspection): [name: string, value: string][] {
  if (connectivity === undefined)
    return [
      ['time points', range(timepoints.min, timepoints.max, `a scan, ${timepoints.total} in all`)],
      ['TR', counts(trs, ' s')],
    ];
  const { kind, meanAbsolute } = connectivity;
  const [min, max] = [meanAbsolute.min, meanAbsolute.max].map((value) => value.toFixed(3));
  const size = `mean |FC| ${min === max ? min : `${min} to ${max}`}`;
  return [['connectivity', `${kind === 'unknown' ? 'of unknown kind' : kind}, without series, ${size}`]];
}

function range(min: number, max: number, unit: string): string {
  return `${min === max ? min : `${min} to ${max}`} ${unit}`;
}

function counts(values: Readonly<Record<string, number>>, unit = ''): string {
  const named = Object.entries(values)
    .sort((a, b) => b[1] - a[1])
    .map(([name, n]) => `${name === '' ? 'not known' : `${name}${unit}`} (${n})`);
  return named.slice(0, 8).join(', ') + (named.length > 8 ? `, ${named.length - 8} more` : '');
}

function columnRow(column: ColumnSummary): string[] {
  return [column.name, String(column.missing), content(column)];
}

function content(column: ColumnSummary): string {
  switch (column.kind) {
    case 'number':
      return `numbers ${column.min} to ${column.max}, mean ${Number(column.mean.toPrecision(4))}`;
    case 'values':
      return `values ${counts(column.values)}`;
    case 'text':
      return `${column.distinct} different texts`;
  }
}
