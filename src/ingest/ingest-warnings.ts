/** @file What a person should know of an ingest that went through, in one sentence each. */
import type { Source } from '../dataset/description.ts';
import type { Overlap } from '../series/project.ts';
import type { BadScan } from './bad-scans.ts';
import { faultsOf, fewOf, type Located } from './locate-scans.ts';

export interface Ingested {
  readonly located: Located;
  readonly overlap: Overlap | undefined;
  readonly sources: readonly Source[];
  readonly bad: readonly BadScan[];
  readonly notes: readonly string[];
}

/** The gravest first. */
export function ingestWarnings({ located, overlap, sources, bad, notes: ofScans }: Ingested): string[] {
  const { left, unused, unknown, discoveries, notes = [] } = located;
  const warnings: string[] = [];
  if (bad.length > 0)
    warnings.push(
      `${bad.length} scans cannot be read and were left out: ${fewOf(bad.map(({ error }) => error.message.replace(/\.$/, '')))}`,
    );
  const faults = faultsOf(located);
  if (faults.length > 0)
    warnings.push(
      `${faults.length === 1 ? '1 scan is not whole and was' : `${faults.length} scans are not whole and were`} left out: ${fewOf(faults.map(({ name, reason }) => `${name} (${reason})`))}`,
    );
  warnings.push(...notes);
  if (left.length > 0) warnings.push(`${left.length} rows of the table have no file and were left out: ${fewOf(left)}`);
  if (unused.length > 0)
    warnings.push(`${unused.length} files belong to no row of the table and were left out: ${fewOf(unused)}`);
  if (unknown.length > 0)
    warnings.push(`${unknown.length} scans are of nobody in the table of participants: ${fewOf(unknown)}`);
  const skipped = discoveries.flatMap((discovery) => discovery.skipped.filter(({ faulty }) => faulty !== true));
  if (skipped.length > 0)
    warnings.push(
      `${skipped.length} files were passed over (--dry-run lists them all): ${fewOf(skipped.map(({ name, reason }) => `${name} (${reason})`))}`,
    );
  if (ofScans.length > 0) warnings.push(fewOf(ofScans));
  return [...warnings, ...discoveries.flatMap(({ notes = [] }) => notes), ...projectionWarnings(overlap, sources)];
}

function projectionWarnings(overlap: Overlap | undefined, sources: readonly Source[]): string[] {
  if (overlap === undefined) return [];
  const warnings: string[] = [];
  const rois = sources[0]?.rois ?? 0;
  if (rois > overlap.sources)
    warnings.push(
      `the files have ${rois} ROIs, of which the projection uses the first ${overlap.sources}: ` +
        `the last ${rois - overlap.sources} were left out`,
    );
  const missing = sources.flatMap((source) => source.missing ?? 0).filter((count) => count > 0);
  if (missing.length > 0)
    warnings.push(
      `${missing.length} scans lack signal in ${missing.reduce((a, b) => a + b)} ROIs before the projection: ` +
        'those were left out of the averages',
    );
  return warnings;
}
