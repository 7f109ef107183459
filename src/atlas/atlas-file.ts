/** @file An atlas from text: a table with names (and networks, centroids), a numbered list, or a plain list of names. */
import { InputError } from '../errors/input-error.ts';
import { parseTable } from '../files/table.ts';
import type { Atlas, Roi } from './atlas.ts';

/** Column names that are understood, in lower case, best first. */
const COLUMNS = {
  name: ['name', 'roi_name', 'region_name', 'region', 'roi', 'label'],
  network: ['network', 'network_label', 'yeo_network'],
  hemisphere: ['hemisphere', 'hemi'],
  x: ['x', 'mni_x', 'r'],
  y: ['y', 'mni_y', 'a'],
  z: ['z', 'mni_z', 's'],
} as const;

/** A table of a thousand ROIs takes 100,000. */
const LONGEST_TEXT = 2 ** 21;

/**
 * Reads the ROIs of an atlas in the order of the lines. Three forms are understood:
 * a table (csv or tsv) with a column `name` and if wanted `network`, `hemisphere` and `x`, `y`, `z` (MNI mm);
 * lines `1 NAME …`, numbered from 1 (the order files that come with Schaefer's parcellations); one name a line.
 *
 * @param where the file's path, for messages
 * @throws InputError when there are fewer than two ROIs, a name is empty or occurs twice, or a number is not one
 */
export function parseAtlas(text: string, id: string, where: string): Atlas {
  if (text.length > LONGEST_TEXT)
    throw new InputError({
      where,
      problem: 'the file is too long for an atlas',
      expected: `at most ${LONGEST_TEXT} characters`,
      found: `${text.length}`,
    });
  const rois = parseRois(text.replace(/^\uFEFF/, ''), where);
  if (rois.length < 2)
    throw new InputError({ where, problem: 'this is no atlas', expected: 'at least 2 ROIs', found: `${rois.length}` });
  const seen = new Set<string>();
  for (const [i, { name }] of rois.entries()) {
    if (name === '') throw new InputError({ where, problem: `ROI ${i + 1} has no name` });
    if (seen.has(name))
      throw new InputError({ where, problem: `the ROI name "${name}" occurs twice`, fix: 'make ROI names unique' });
    seen.add(name);
  }
  return { id, rois };
}

function parseRois(text: string, where: string): Roi[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const header = (lines[0] ?? '').toLowerCase().split(/[,;\t]/);
  if (header.some((cell) => COLUMNS.name.some((name) => name === unquoted(cell)))) return tableRois(text, where);
  const numbered = lines.map((line) => line.split(/[\s,;]+/));
  if (numbered.every((cells, i) => cells[0] === String(i + 1) && cells.length > 1))
    return numbered.map((cells) => ({ name: unquoted(cells[1]) }));
  const table = lines.findIndex((line) => /[,;\t]/.test(line));
  if (table >= 0)
    throw new InputError({
      where: `${where} line ${table + 1}`,
      problem: 'there are several columns and no header that says which one holds the names of the ROIs',
      fix: 'add a header with a column "name"',
    });
  return lines.map((line) => ({ name: unquoted(line) }));
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

function tableRois(text: string, where: string): Roi[] {
  const { columns, rows } = parseTable(text, where);
  const find = (names: readonly string[]) =>
    names.flatMap((name) => columns.filter((column) => column.toLowerCase() === name))[0];
  const name = find(COLUMNS.name);
  const network = find(COLUMNS.network);
  const hemisphere = find(COLUMNS.hemisphere);
  const [x, y, z] = [find(COLUMNS.x), find(COLUMNS.y), find(COLUMNS.z)];
  const axes = x !== undefined && y !== undefined && z !== undefined ? [x, y, z] : undefined;
  return rows.map((row, i) => ({
    name: row[name],
    ...(network === undefined || row[network] === '' ? {} : { network: row[network] }),
    ...(hemisphere === undefined ? {} : sideOf(row[hemisphere])),
    ...(axes === undefined
      ? {}
      : centroidOf(
          axes.map((axis) => row[axis]),
          `${where} row ${i + 2}`,
        )),
  }));
}

function sideOf(cell: string): Pick<Roi, 'hemisphere'> {
  if (/^l(h|eft)?$/i.test(cell)) return { hemisphere: 'left' };
  if (/^r(h|ight)?$/i.test(cell)) return { hemisphere: 'right' };
  return {};
}

function centroidOf(cells: readonly string[], where: string): Pick<Roi, 'centroid'> {
  if (cells.every((cell) => cell === '')) return {};
  const [x, y, z] = cells.map((cell) => {
    const value = Number(cell);
    if (cell === '' || !Number.isFinite(value))
      throw new InputError({ where, problem: 'a coordinate is not a number', expected: 'mm', found: `"${cell}"` });
    return value;
  });
  return { centroid: [x, y, z] };
}
