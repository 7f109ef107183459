/** @file The atlas of an ingest when the person names none. Node only. */
import { type Atlas, unnamedAtlas } from '../atlas/atlas.ts';
import { BUILT_IN_ATLASES, builtInAtlas } from '../atlas/built-in.ts';
import { InputError } from '../errors/input-error.ts';
import { readBytes } from '../files/atomic.ts';
import type { Layout } from '../series/layout.ts';
import type { Overlap } from '../series/project.ts';
import { readMatrix } from '../series/read-matrix.ts';
import { readParcels } from '../volume/parcellate-dense.ts';
import { noPlaces } from './read-image-scan.ts';
import type { ScanFile } from './scan-to-read.ts';

/** The atlas that projected scans end in: the one given, else Schaefer-100 when the table has 100 targets. */
export function targetAtlas(overlap: Overlap, atlas: Atlas | undefined): Atlas {
  const target = atlas ?? (overlap.targets === 100 ? builtInAtlas('schaefer100') : unnamedAtlas(overlap.targets));
  if (target.rois.length !== overlap.targets)
    throw new InputError({
      where: overlap.where,
      problem: `the table does not lead to the atlas ${target.id}`,
      expected: `${target.rois.length} target ROIs`,
      found: `${overlap.targets}`,
      fix: 'pass the atlas that is projected to as --atlas',
    });
  return target;
}

/**
 * The atlas of files of which nothing is known: its ROI count is that of the named columns, of the axis that `layout`
 * says, or of the one axis that is equally long in all files while the other varies. Reads only as many as it needs.
 *
 * @throws InputError when the files leave it open
 */
export async function inferAtlas(files: Iterable<ScanFile>, layout: Layout): Promise<Atlas> {
  let candidates: number[] | undefined;
  for (const { path, where, content, array, layout: known = 'auto' } of files) {
    const asked = layout === 'auto' ? known : layout;
    if (content === 'parcel-series') return parcelsOf(path);
    if (content !== 'series') throw noPlaces(where, content);
    const { rows, columns, header } = await readMatrix(readBytes(path), path, array === undefined ? {} : { array });
    if (header !== undefined && layout !== 'roi-time') return { id: `rois${columns}`, rois: namedRois(header) };
    if (asked !== 'auto') return unnamedAtlas(asked === 'time-roi' ? columns : rows);
    candidates = candidates?.filter((n) => n === rows || n === columns) ?? [...new Set([rows, columns])];
    if (candidates.length === 0)
      throw new InputError({
        where: path,
        problem: 'the scans do not share a number of ROIs',
        expected: 'one side as long as in the files before',
        found: `${rows} rows and ${columns} columns`,
        fix: 'ingest scans of different atlases into different data sets, or pass --atlas',
      });
    if (candidates.length === 1 && rows !== columns) return unnamedAtlas(candidates[0]);
  }
  const left = candidates ?? [];
  const known = BUILT_IN_ATLASES.filter((id) => left.includes(builtInAtlas(id).rois.length));
  throw new InputError({
    problem: `time cannot be told from ROIs: every file is ${left.join(' x ')}`,
    fix: `pass --atlas ${known.join(' or ') || '(an id, a file, or the number of ROIs)'}, or --layout time-roi or roi-time`,
  });
}

async function parcelsOf(path: string): Promise<Atlas> {
  const { roiNames } = await readParcels({ parcels: path });
  return { id: `rois${roiNames.length}`, rois: namedRois(roiNames) };
}

/** Names from a header, when they are distinct. */
function namedRois(header: readonly string[]): { name: string }[] {
  const distinct = new Set(header).size === header.length && !header.includes('');
  return header.map((name, i) => ({ name: distinct ? name.replace(/[\t\r\n]/g, ' ') : String(i + 1) }));
}
