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
  if (skipped.length > 0)
    parts.push(
      `${skipped.length} files would not:\n${formatTable(
        ['file', 'why'],
        skipped.slice(0, MOST_ROWS).map(({ name, reason }) => [name, reason]),
      )}${more(skipped.length)}`,
    );
  if (rows.length > 0) parts.push(listOf(`${rows.length} rows of the table have no file:`, rows));
  if (files.length > 0) parts.push(listOf(`${files.length} files are of nobody in the table:`, files));
  if (notes.length > 0) parts.push(listOf('Mind:', notes));
  parts.push('Nothing was written.');
  return parts.join('\n\n');
}

function listOf(title: string, items: readonly string[]): string {
  return [title, ...items.slice(0, MOST_ROWS).map((item) => `  - ${item}`)].join('\n') + more(items.length);
}

function more(count: number): string {
  return count > MOST_ROWS ? `\n… and ${count - MOST_ROWS} more (--json lists all)` : '';
}
