/** @file `brainmass inspect`: what a data set holds, what the checks found, and the quality page. */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { findAtlas } from '../atlas/find-atlas.ts';
import { checkDataset, roisOfModelFindings } from '../checks/check-dataset.ts';
import type { Finding } from '../checks/finding.ts';
import { modelFingerprint } from '../checks/fingerprint.ts';
import { type Inspection, inspect } from '../dataset/inspect.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { ColumnSummary } from '../dataset/summarise-columns.ts';
import { InputError } from '../errors/input-error.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { loadModel } from '../model/load-model.ts';
import { qualityPage } from '../report/quality-page.ts';
import { formatTable, printJson, progressLine } from './terminal.ts';

interface InspectOptions {
  model?: string;
  atlas?: string;
  html?: string;
  overwrite: boolean;
  json: boolean;
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Say what a data set holds, and check it: order of ROIs, filtering, motion, copies, outliers')
    .argument('<dataset>', 'a directory written by ingest or simulate')
    .option('--model <model>', 'compare it with what this model was trained on')
    .option('--atlas <id or file>', 'where the ROIs lie, when the atlas of the data set is not built in')
    .option('--html <file>', 'write the quality page: one file, readable on paper')
    .option('--overwrite', 'replace the page', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText(
      'after',
      `
Examples:
  brainmass inspect abide.dataset
  brainmass inspect abide.dataset --model pretrained.run --html abide.html`,
    )
    .action(run);
}

async function run(directory: string, { html, overwrite, json, ...options }: InspectOptions): Promise<void> {
  if (html !== undefined && existsSync(html) && !overwrite)
    throw new InputError({
      where: html,
      problem: 'the output exists already',
      fix: 'pass --overwrite to replace it, or choose another name',
    });
  // A page may take the place of a page, not of a table or a data set whose name was mistyped.
  if (html !== undefined && existsSync(html) && !/\.html?$/i.test(html))
    throw new InputError({ where: html, problem: 'not a page, and so not overwritten', fix: 'choose another name' });
  const atlas = options.atlas === undefined ? undefined : findAtlas(options.atlas);
  const dataset = openDataset(directory);
  try {
    const card = options.model === undefined ? undefined : (await loadModel(options.model)).card;
    const model = card === undefined ? undefined : modelFingerprint(card, options.model ?? '');
    const inspection = inspect(dataset, progressLine('inspecting scan'));
    const checks = checkDataset(dataset, {
      atlas,
      model,
      equal: inspection.duplicates,
      progress: progressLine('checking scan'),
    });
    const findings = [...(card === undefined ? [] : roisOfModelFindings(card, dataset)), ...checks.findings];
    const { warnings } = inspection;
    if (html !== undefined)
      writeFileAtomically(html, qualityPage({ directory, dataset, inspection, checks: { ...checks, findings } }));
    if (json) printJson({ ...inspection, warnings: [...warnings, ...sentences(findings)], checks: findings });
    else process.stdout.write(`${formatInspection(directory, inspection)}${formatFindings(findings)}\n`);
  } finally {
    dataset.close();
  }
}

/** What is to be minded; notes are not. */
function sentences(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ level, message }) => (level === 'note' ? [] : [message]));
}

/** The findings of the checks, for people. */
function formatFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return '\n\nChecks: nothing found';
  return ['\n\nChecks:', ...findings.map(({ level, message }) => `  - ${level}: ${message}`)].join('\n');
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
