/**
 * @file What a project of the CONN toolbox holds: ROI series before and after denoising, and ROI-to-ROI connectivity.
 *
 * Names: CONN's manual, "Where are the results", and its source (`conn_process`): `data/ROI_Subject<n>_Session<n>.mat`
 * before denoising; `results/preprocessing/ROI_Subject<n>_Condition<n>.mat` after it, condition 000 being all volumes;
 * `results/firstlevel/<analysis>/resultsROI_Subject<n>_Condition<n>.mat` with `Z` (Fisher z, seeds x targets: the seeds, then
 * what else was a target; NaN where one meets itself). In the
 * series `data` is a cell array with one cell an ROI, `names` their names: grey matter, white matter and CSF come first.
 */
import { bidsName } from './bids-name.ts';
import { type Candidate, type Candidates, candidate, given, type Naming } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { FoundScan, Skipped } from './found.ts';

export const conn: Naming = {
  tool: 'conn',
  claims: ({ base }) => FILE.test(base) || GROUP.test(base),
  find,
};

const FILE = /^(ROI|resultsROI)_(Subject\d+)_(Session|Condition)(\d+)\.mat$/;
const GROUP = /^resultsROI_Condition\d+\.mat$/;

function find(files: readonly TreeFile[]): Candidates {
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const file of files) {
    const match = FILE.exec(file.base);
    if (GROUP.test(file.base))
      skipped.push({ name: file.name, reason: 'all subjects in one file; each has its own, resultsROI_Subject*.mat' });
    if (match === null) continue;
    const [, kind, subject, unit, number] = match;
    scans.push(candidate(file, scanOf(file, kind === 'resultsROI', subject, unit === 'Session', number)));
  }
  return { scans, skipped };
}

function scanOf(file: TreeFile, isResult: boolean, subject: string, raw: boolean, number: string): FoundScan {
  // Projects of one subject each lie in folders that say who it is.
  const folders = file.folder.split('/').map((folder) => bidsName(folder).entities);
  const last = (key: string) => folders.findLast((entities) => entities.has(key))?.get(key);
  const [sub, ses] = [last('sub'), last('ses')];
  const analysis = /(?:^|\/)firstlevel\/([^/]+)\//.exec(file.name)?.[1];
  return {
    path: file.path,
    name: file.name,
    tool: 'conn',
    content: isResult ? 'connectivity' : 'series',
    participant: sub === undefined ? subject : `sub-${sub}`,
    session: ses === undefined ? '' : `ses-${ses}`,
    run: raw ? `Session${number}` : '',
    site: '',
    array: isResult ? 'Z' : 'data',
    ...given({
      task: raw ? undefined : `Condition${number}`,
      strategy: isResult ? analysis : raw ? 'not-denoised' : 'denoised',
      fisherZ: isResult ? true : undefined,
    }),
  };
}
