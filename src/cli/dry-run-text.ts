/** @file `ingest --dry-run` as people read it. */
import type { DryRun } from '../ingest/dry-run.ts';
import { formatTable } from './terminal.ts';

/** Longer lists are for --json. */
const MOST_ROWS = 20;

export function formatDryRun({ tools, scans, participants, skipped, ...rest }: DryRun): string {
  const { rows_without_file: rows, files_without_row: files, phenotype_columns: columns, notes } = rest;
  const from = tools.length === 0 ? '' : `, written by ${[...new Set(tools)].join(' and ')}`;
  const parts = [`${scans.length} scans of ${participants} participants would go in${from}.`];
  const table = scans
    .slice(0, MOST_ROWS)
    .map(({ scan_id, site, tr, content, file }) => [scan_id, site, tr === null ? '' : String(tr), content, file]);
  parts.push(formatTable(['scan', 'site', 'TR', 'holds', 'file'], table) + more(scans.length));
  if (columns.length > 0) parts.push(`Phenotypes: ${columns.join(', ')}.`);
  const faults = skipped.filter(({ faulty }) => faulty === true);
  const others = skipped.filter(({ faulty }) => faulty !== true);
  if (faults.length > 0)
    parts.push(
      `${faults.length === 1 ? '1 scan is not whole; --skip-bad leaves it out' : `${faults.length} scans are not whole; --skip-bad leaves them out`}:\n${reasons(faults)}`,
    );
  if (others.length > 0) parts.push(`${others.length} files would not:\n${reasons(others)}`);
  if (rows.length > 0) parts.push(listOf(`${rows.length} rows of the table have no file:`, rows));
  if (files.length > 0) parts.push(listOf(`${files.length} files are of nobody in the table:`, files));
  if (notes.length > 0) parts.push(listOf('Mind:', notes));
  parts.push('Nothing was written.');
  return parts.join('\n\n');
}

function reasons(skipped: DryRun['skipped']): string {
  const rows = skipped.slice(0, MOST_ROWS).map(({ name, reason }) => [name, reason]);
  return formatTable(['file', 'why'], rows) + more(skipped.length);
}

function listOf(title: string, items: readonly string[]): string {
  return [title, ...items.slice(0, MOST_ROWS).map((item) => `  - ${item}`)].join('\n') + more(items.length);
}

function more(count: number): string {
  return count > MOST_ROWS ? `\n… and ${count - MOST_ROWS} more (--json lists all)` : '';
}
