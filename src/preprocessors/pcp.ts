/**
 * @file What the Preprocessed Connectomes Project gives out: ABIDE by pipeline and strategy, ADHD-200 of "Athena".
 *
 * Names: preprocessed-connectomes-project.org/abide/download.html
 * (`Outputs/<pipeline>/<strategy>/<derivative>/<SITE>_<ID>_<derivative>.<ext>`; nilearn's `fetch_abide_pcp` leaves out the
 * folder of the derivative) and /adhd200/Athena.html (`sfnwmrda<ID>_session_<n>_rest_<n>_<atlas>_TCs.1D`, without the
 * leading `s` … `f` where not band-passed). ABIDE's phenotypic table has FILE_ID, SUB_ID, DX_GROUP and -9999 for missing.
 */
import { type Candidate, type Candidates, candidate, given, type Naming } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { FoundScan, Skipped } from './found.ts';

export const pcp: Naming = {
  tool: 'pcp',
  claims: (file) => read(file) !== undefined,
  find,
};

const ABIDE = /^(.+?)_(\d{7})_(rois_[A-Za-z0-9]+|[a-z_]+)\.(1D|nii\.gz)$/;
const ABIDE_FOLDER = /(?:^|\/)(cpac|ccs|dparsf|niak)\/((?:no)?filt_(?:no)?global)\//;
const ABIDE_MAPS =
  /^(alff|falff|reho|vmhc|lfcd|eigenvector_(weighted|binarize)|degree_(weighted|binarize)|dual_regression|func_mask|func_mean)$/;
const ATHENA = /^(sfn|fn|sn|n)wmrda(\d+)_session_(\d+)_rest_(\d+)(?:_([A-Za-z0-9]+)_TCs)?\.(1D|nii\.gz|nii)$/;
const TABLES = [
  /^Phenotypic_V1_0b_preprocessed1?\.csv$/,
  /^adhd200_preprocessed_phenotypics\.tsv$/,
  /_phenotypic\.csv$/,
];

function find(files: readonly TreeFile[]): Candidates {
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const file of files) {
    const found = read(file);
    if (typeof found === 'string') skipped.push({ name: file.name, reason: found });
    else if (found !== undefined) scans.push(candidate(file, found));
  }
  const tables = TABLES.map((table) => files.filter(({ base }) => table.test(base)));
  // Each site of ADHD-200 has a table of its own; one of several would be wrong for the others.
  const [table, ...more] = tables.find(({ length }) => length > 0) ?? [];
  if (more.length === 0) return { scans, skipped, ...given({ participantsTable: table?.path }) };
  const reason = `one of ${more.length + 1} tables of participants; join them and pass --participants`;
  for (const { name } of [table, ...more]) skipped.push({ name, reason });
  return { scans, skipped };
}

/** A scan, or why the file is none, or undefined when the project gives no such name. */
function read(file: TreeFile): FoundScan | string | undefined {
  return readAbide(file) ?? readAthena(file);
}

function readAbide(file: TreeFile): FoundScan | string | undefined {
  const match = ABIDE.exec(file.base);
  if (match === null) return undefined;
  const [, site, participant, derivative, extension] = match;
  if (ABIDE_MAPS.test(derivative) && extension === 'nii.gz') return 'a derived map, no series';
  const volume = derivative === 'func_preproc' && extension === 'nii.gz';
  if (!volume && !(derivative.startsWith('rois_') && extension === '1D')) return undefined;
  const [, pipeline, strategy] = ABIDE_FOLDER.exec(file.name) ?? [];
  return {
    path: file.path,
    name: file.name,
    tool: 'pcp',
    content: volume ? 'volume' : 'series',
    participant,
    session: '',
    run: '',
    site,
    task: 'rest',
    ...given({
      atlas: volume ? undefined : derivative.slice('rois_'.length),
      strategy: pipeline === undefined ? undefined : `${pipeline}/${strategy}`,
    }),
  };
}

function readAthena(file: TreeFile): FoundScan | string | undefined {
  const match = ATHENA.exec(file.base);
  if (match === null) return undefined;
  const [, steps, participant, session, run, atlas, extension] = match;
  if ((extension === '1D') !== (atlas !== undefined)) return undefined;
  // KKI/1018959/sfnwmrda1018959_…: the site is above the participant.
  const folders = file.folder.split('/');
  const site = folders.at(-1) === participant ? folders.at(-2) : folders.at(-1);
  return {
    path: file.path,
    name: file.name,
    tool: 'pcp',
    content: atlas === undefined ? 'volume' : 'series',
    participant,
    session,
    run,
    site: site ?? '',
    task: 'rest',
    // The letters of AFNI's and FSL's steps: s smoothed, f band-passed 0.009 to 0.08 Hz, n nuisances regressed.
    strategy: steps.includes('f') ? 'filtered' : 'unfiltered',
    ...given({ atlas }),
  };
}
