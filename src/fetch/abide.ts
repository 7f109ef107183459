/** @file ABIDE I as the Preprocessed Connectomes Project shares it: series of ROIs and the phenotypic table. */
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import { parseTable, type Table } from '../files/table.ts';
import type { RemoteFile } from './remote-file.ts';

export const ABIDE_PIPELINES = ['cpac', 'ccs', 'dparsf', 'niak'] as const;
/** Band-pass 0.01 to 0.1 Hz or not, and global signal regression or not. */
export const ABIDE_STRATEGIES = ['filt_global', 'filt_noglobal', 'nofilt_global', 'nofilt_noglobal'] as const;
export const ABIDE_ATLASES = ['cc200', 'cc400', 'aal', 'dosenbach160', 'ez', 'ho', 'tt'] as const;

export interface AbideSource {
  readonly pipeline: (typeof ABIDE_PIPELINES)[number];
  readonly strategy: (typeof ABIDE_STRATEGIES)[number];
  readonly atlas: (typeof ABIDE_ATLASES)[number];
}

export interface AbideSelection {
  /** SITE_ID, in any case; none: all. */
  readonly sites: readonly string[];
  /** `checked`: what the three raters of the project let pass; `all`: everything. */
  readonly quality: 'checked' | 'all';
  /** Largest mean framewise displacement, mm. */
  readonly maxMeanFd?: number | undefined;
  /** At most so many scans, in the order of the table. */
  readonly first?: number | undefined;
}

/** Address: https://preprocessed-connectomes-project.github.io/abide/download.html */
const HOST = 'https://s3.amazonaws.com/';
const FOLDER = 'fcp-indi/data/Projects/ABIDE_Initiative/';

/** Age, sex, diagnosis and quality of 1,112 participants. */
export const ABIDE_TABLE: RemoteFile = {
  name: 'Phenotypic_V1_0b_preprocessed1.csv',
  host: HOST,
  path: `${FOLDER}Phenotypic_V1_0b_preprocessed1.csv`,
  kind: 'text',
  atMost: 10e6,
  required: true,
};

/** The verdicts that nilearn's `quality_checked` lets pass: 871 participants of 1,112, a selection in common use. */
const VERDICTS: Readonly<Record<string, readonly string[]>> = {
  qc_rater_1: ['OK'],
  qc_anat_rater_2: ['OK', 'maybe'],
  qc_func_rater_2: ['OK', 'maybe'],
  qc_anat_rater_3: ['OK'],
  qc_func_rater_3: ['OK'],
};

/** The scans that are wanted, and how many there were at each step. */
export interface AbideScans {
  /** `PIPELINE/STRATEGY/FILE_ID_rois_ATLAS.1D`, as nilearn lays them out: the folders say what was done to the series. */
  readonly files: readonly RemoteFile[];
  readonly participants: number;
  /** Of these, with series of any kind. */
  readonly scanned: number;
}

/**
 * The files of the scans that the table lists and the selection lets pass.
 *
 * @param text the phenotypic table
 * @throws InputError when it is not that table, a site is unknown, or nothing is left
 */
export function abideFiles(
  text: string,
  { pipeline, strategy, atlas }: AbideSource,
  selection: AbideSelection,
): AbideScans {
  const { columns, rows } = parseTable(text, ABIDE_TABLE.name);
  const lacking = ['FILE_ID', 'SITE_ID', 'func_mean_fd', ...Object.keys(VERDICTS)].find(
    (name) => !columns.includes(name),
  );
  if (lacking !== undefined)
    throw new InputError({
      where: ABIDE_TABLE.name,
      problem: `there is no column "${lacking}"`,
      found: columns.join(', '),
    });
  const scanned = rows.filter((row) => row.FILE_ID !== 'no_filename');
  const wanted = wantedRows(scanned, selection);
  if (wanted.length === 0)
    throw new InputError({
      problem: 'no scan of ABIDE I fits',
      fix: 'ask for more sites, --quality all or more motion',
    });
  const folder = `${FOLDER}Outputs/${pipeline}/${strategy}/rois_${atlas}/`;
  const files = wanted.map((row) => {
    const base = `${fileId(row.FILE_ID)}_rois_${atlas}.1D`;
    const name = `${pipeline}/${strategy}/${base}`;
    return { name, host: HOST, path: `${folder}${base}`, kind: 'text', atMost: 20e6, required: false } as const;
  });
  const names = new Set(files.map(({ name }) => name));
  if (names.size < files.length) throw new InputError({ where: ABIDE_TABLE.name, problem: 'a FILE_ID occurs twice' });
  return { files, participants: rows.length, scanned: scanned.length };
}

function wantedRows(rows: Table['rows'], { sites, quality, maxMeanFd, first }: AbideSelection): Table['rows'] {
  const known = [...new Set(rows.map((row) => row.SITE_ID))].sort();
  const named = new Set(sites.map((site) => knownSite(site, known)));
  return rows
    .filter(
      (row) =>
        (named.size === 0 || named.has(row.SITE_ID)) &&
        (quality === 'all' || Object.entries(VERDICTS).every(([column, good]) => good.includes(row[column]))) &&
        (maxMeanFd === undefined || (row.func_mean_fd !== '' && Number(row.func_mean_fd) <= maxMeanFd)),
    )
    .slice(0, first);
}

function knownSite(site: string, known: readonly string[]): string {
  const found = known.find((name) => name.toUpperCase() === site.toUpperCase());
  if (found !== undefined) return found;
  const nearest = nearestName(site, known);
  throw new InputError({
    where: `--site ${site}`,
    problem: 'ABIDE I has no such site',
    expected: known.join(', '),
    ...(nearest === undefined ? {} : { fix: `the nearest is ${nearest}` }),
  });
}

/** The table comes from elsewhere: what it says must not lead out of the folder. */
function fileId(id: string): string {
  if (!/^\w{1,80}$/.test(id))
    throw new InputError({
      where: ABIDE_TABLE.name,
      problem: 'a FILE_ID is no name of a file',
      found: JSON.stringify(id),
    });
  return id;
}
