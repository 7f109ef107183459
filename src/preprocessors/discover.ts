/** @file Finds the scans that a preprocessor left in a folder. Node only. */
import { InputError } from '../errors/input-error.ts';
import { cPac } from './c-pac.ts';
import { type ArraysOf, type Candidates, given, type Naming } from './candidate.ts';
import { choose } from './choose.ts';
import { conn } from './conn.ts';
import { distinctScans } from './distinct-scans.ts';
import { dpabi } from './dpabi.ts';
import { fileTree, type TreeFile } from './file-tree.ts';
import { fmriprep, NO_CONFOUNDS } from './fmriprep.ts';
import type { Discovery, FoundScan, Selection, Skipped, Tool } from './found.ts';
import { gigaConnectome } from './giga-connectome.ts';
import { makers } from './made-by.ts';
import { nilearn } from './nilearn.ts';
import { pcp } from './pcp.ts';
import { type RepetitionTime, repetitionTimes } from './repetition-time.ts';
import { outputRoots, participantsTable, rawDataset, sessionsTables, sidecarFolders } from './study-tables.ts';
import { xcpD } from './xcp-d.ts';

/** Those with names of their own first: some of theirs would fit a later one too. */
const NAMINGS: readonly Naming[] = [xcpD, gigaConnectome, cPac, pcp, dpabi, conn, fmriprep];

/** `sub-2` before `sub-10`, whatever the machine's language. */
const NATURAL_ORDER = new Intl.Collator('en', { numeric: true });

/**
 * Finds the scans of a preprocessor's outputs. Files are told by `dataset_description.json`, else by their names; none is
 * opened but sidecars.
 *
 * @param folder the tool's own folder, `derivatives/`, or the BIDS data set above it
 * @param arraysOf opens the HDF5 files that giga_connectome before 0.5 put several scans into; without it these are faulty
 * @returns undefined when no preprocessor's output was recognised
 * @throws InputError when the folder cannot be read; when there are several tools, tasks, spaces, parcellations or
 *   strategies and none was chosen; when a scan is there twice; or when no scan can go in
 */
export function discover(folder: string, selection: Selection = {}, arraysOf?: ArraysOf): Discovery | undefined {
  const files = fileTree(folder);
  const belongings = sortByTool(files);
  const found = findScans(belongings, selection, folder, arraysOf);
  if (found === undefined) return undefined;
  const { tool, candidates } = found;
  const strangers = tool === 'nilearn' ? [] : strangeMatrices(belongings.unowned, tool);
  const { chosen, skipped, notes } = choose(candidates.scans, selection, folder);
  const roots = outputRoots(
    folder,
    chosen.map(({ scan }) => scan),
  );
  const raw = rawDataset(roots);
  const repetitionTime = repetitionTimes();
  const timeOf = ({ base, bids }: TreeFile, scan: FoundScan): RepetitionTime => {
    if (selection.tr !== undefined) return { tr: selection.tr };
    return bids.entities.has('sub') ? repetitionTime(base, sidecarFolders(folder, scan, raw)) : {};
  };
  const scans: FoundScan[] = [];
  const left: Skipped[] = [...candidates.skipped, ...skipped, ...strangers];
  for (const { file, scan, fault } of distinctScans(chosen, folder)) {
    const time = timeOf(file, scan);
    const forgiven = fault === NO_CONFOUNDS && selection.withoutConfounds === true;
    const reason = (forgiven ? undefined : fault) ?? time.fault;
    if (reason !== undefined) left.push({ name: file.name, reason, faulty: true });
    else scans.push({ ...scan, ...given({ tr: time.tr }) });
  }
  if (scans.length === 0) throw nothing(tool, left, folder);
  const table = candidates.participantsTable ?? participantsTable(roots, folder, raw);
  const sessions = sessionsTables(files, scans, raw);
  return {
    tool,
    scans: inOrder(scans),
    skipped: inOrder(left),
    notes: strangers.length === 0 ? notes : [...notes, strangersNote(strangers.length, tool)],
    ...given({ participantsTable: table, sessionsTables: sessions.length === 0 ? undefined : sessions.sort(natural) }),
  };
}

interface Belongings {
  readonly owned: ReadonlyMap<Tool, readonly TreeFile[]>;
  readonly unowned: readonly TreeFile[];
}

/** Every file under the tool that made it. */
function sortByTool(files: readonly TreeFile[]): Belongings {
  const maker = makers(files);
  const owned = new Map<Tool, TreeFile[]>();
  const unowned: TreeFile[] = [];
  for (const file of files) {
    const tool = maker(file) ?? NAMINGS.find(({ claims }) => claims(file))?.tool;
    const list = tool === undefined ? unowned : owned.get(tool);
    if (list !== undefined) list.push(file);
    else if (tool !== undefined) owned.set(tool, [file]);
  }
  // What lies beside the files of a tool (masks, tables, sidecars) has no name of its own.
  for (const list of owned.values()) {
    for (const file of unowned) list.push(file);
    list.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  return { owned, unowned };
}

interface Found {
  readonly tool: Tool;
  readonly candidates: Candidates;
}

/** The one tool that left scans here, or the one that was asked for. */
function findScans(
  { owned, unowned }: Belongings,
  { tool: asked, content }: Selection,
  where: string,
  arraysOf: ArraysOf | undefined,
): Found | undefined {
  const all = [...NAMINGS, nilearn].flatMap(({ tool, find }): Found[] => {
    const own = owned.get(tool);
    return own === undefined ? [] : [{ tool, candidates: find(own, { arraysOf, content }) }];
  });
  // Matrices named by participant alone may be anything: they are scans only where no tool has left any.
  const matrices = nilearn.find(unowned, { content });
  if (!all.some(({ candidates }) => candidates.scans.length > 0)) all.push({ tool: 'nilearn', candidates: matrices });
  const found = all.filter(({ candidates }) => candidates.scans.length > 0);
  const names = found.map(({ tool, candidates }) => `${tool} (${countOf(candidates.scans.length, 'file')})`).join(', ');
  const wanted = found.find(({ tool }) => tool === asked);
  if (asked !== undefined && wanted === undefined)
    throw new InputError({
      where,
      problem: `there are no scans of ${asked}`,
      ...(names === '' ? {} : { found: names }),
      fix: 'check --tool and the folder',
    });
  if (asked === undefined && found.length > 1)
    throw new InputError({
      where,
      problem: 'several tools have left scans here',
      found: names,
      fix: 'name the folder of one of them, or pass --tool',
    });
  const left = all.find(({ candidates }) => candidates.skipped.length > 0);
  if (found.length === 0 && left !== undefined) throw nothing(left.tool, left.candidates.skipped, where);
  return wanted ?? found[0];
}

/** Matrices among a tool's outputs that it has not written: scans of someone's own, which must not get lost unsaid. */
function strangeMatrices(unowned: readonly TreeFile[], tool: Tool): Skipped[] {
  const matrices = unowned.filter(({ bids: { extension } }) => /^\.(npy|npz|parquet)$/.test(extension));
  return matrices.map(({ name }) => ({ name, reason: `a matrix, but not named as ${tool} names scans` }));
}

function strangersNote(n: number, tool: Tool): string {
  return `${n === 1 ? 'a matrix is' : `${n} matrices are`} left out for want of a name as ${tool} gives; name the files or their folder to take them`;
}

/** No scan goes in: what is wrong with those that were wanted, else why none was, the most frequent reason first. */
function nothing(tool: Tool, skipped: readonly Skipped[], where: string): InputError {
  const faulty = skipped.filter(({ faulty }) => faulty === true);
  const counts = new Map<string, number>();
  for (const { reason } of faulty.length > 0 ? faulty : skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 4);
  return new InputError({
    where,
    problem: `no scan of ${tool} can go in`,
    found: reasons.map(([reason, n]) => `${countOf(n, 'file')}: ${reason}`).join('; '),
  });
}

function countOf(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function inOrder<T extends { readonly name: string }>(items: T[]): T[] {
  return items.sort((a, b) => natural(a.name, b.name));
}

function natural(a: string, b: string): number {
  return NATURAL_ORDER.compare(a, b) || (a < b ? -1 : 1);
}
