/**
 * @file What fMRIPrep leaves: preprocessed BOLD with a table of confounds beside it.
 *
 * Names: fMRIPrep documentation, "Outputs of fMRIPrep" (24.x), and its change log for the old ones: tables were
 * `_bold_confounds.tsv` in 1.0 and 1.1, `_desc-confounds_regressors.tsv` up to 20.1, and `_desc-confounds_timeseries.tsv`
 * since; volumes were `_bold_space-<space>_preproc.nii.gz` in 1.0 and 1.1. NiBabies has the same names. fMRIPost-AROMA
 * (its documentation, "Outputs") adds `desc-nonaggrDenoised_bold` in a folder of its own. Single echoes
 * (`--me-output-echos`) lie in the space of the scan and name none; an image with `echo-` and a space is the combination
 * (CIFTI up to 23.1: nipreps/fmriprep#3165), or the one echo that was preprocessed (`--echo-idx`).
 */
import { type BidsName, join, sourceOf } from './bids-name.ts';
import { bidsScan, type Candidate, type Candidates, candidate, given, type Naming } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { Content, Skipped } from './found.ts';

export const fmriprep: Naming = {
  tool: 'fmriprep',
  claims: ({ bids }) => bids.entities.has('sub') && (isPreprocessed(bids) || isConfounds(bids)),
  find,
};

function isConfounds({ entities, suffix, words, extension }: BidsName): boolean {
  if (extension !== '.tsv') return false;
  if (entities.get('desc') === 'confounds') return suffix === 'timeseries' || suffix === 'regressors';
  return suffix === 'confounds' && words.includes('bold');
}

function isPreprocessed(bids: BidsName): boolean {
  return descriptionOf(bids) !== undefined && contentOf(bids) !== undefined;
}

/** As it is; or smoothed, or not, with ICA-AROMA's components removed. */
const DESCRIPTIONS = ['preproc', 'smoothAROMAnonaggr', 'nonaggrDenoised'];

function descriptionOf({ entities, suffix, words, extension }: BidsName): string | undefined {
  if (suffix === 'preproc' && words.includes('bold')) return entities.get('variant') ?? 'preproc';
  if (suffix !== 'bold') return undefined;
  // CIFTI files have no desc.
  const desc = entities.get('desc') ?? (extension === '.dtseries.nii' ? 'preproc' : undefined);
  return DESCRIPTIONS.find((description) => description === desc);
}

function contentOf({ extension }: BidsName): Content | undefined {
  if (extension === '.nii.gz' || extension === '.nii') return 'volume';
  return extension === '.dtseries.nii' ? 'dense-series' : undefined;
}

function find(files: readonly TreeFile[]): Candidates {
  const confounds = new Map<string, TreeFile>();
  const anywhere = new Map<string, TreeFile | undefined>();
  const others = new Map<string, TreeFile>();
  for (const file of files) {
    if (isConfounds(file.bids)) {
      confounds.set(`${file.folder}/${sourceOf(file.bids)}`, file);
      // For images of fMRIPost-AROMA, which come without.
      anywhere.set(sourceOf(file.bids), anywhere.has(sourceOf(file.bids)) ? undefined : file);
    }
    if (/\.json$|brainmask\.|_mask\./.test(file.base)) others.set(file.name, file);
  }
  const masks = masksOf([...others.values()]);
  const echoes = new Map<string, number>();
  for (const { name, bids } of files)
    if (isPreprocessed(bids)) echoes.set(withoutEcho(name), (echoes.get(withoutEcho(name)) ?? 0) + 1);
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const file of files) {
    const reason = reasonToSkip(file.bids, (echoes.get(withoutEcho(file.name)) ?? 0) > 1);
    if (reason !== undefined) skipped.push({ name: file.name, reason });
    else if (isPreprocessed(file.bids)) scans.push(scanOf(file));
  }
  return { scans, skipped };

  function scanOf(file: TreeFile): Candidate {
    const source = sourceOf(file.bids);
    const beside = <T>(map: ReadonlyMap<string, T>, name: string): T | undefined =>
      map.get(`${file.folder}/${name}`) ?? map.get(`${file.folder}/${withoutEcho(name)}`);
    const table = beside(confounds, source) ?? anywhere.get(source);
    const sidecar = table === undefined ? undefined : others.get(table.name.replace(/\.tsv$/, '.json'));
    const scan = bidsScan(file, {
      tool: 'fmriprep',
      content: contentOf(file.bids) ?? 'volume',
      ...given({
        strategy: descriptionOf(file.bids),
        mask: beside(masks, gridOf(file.bids))?.path,
        confounds: table && { table: table.path, ...given({ sidecar: sidecar?.path }) },
      }),
    });
    const fault = table?.broken === true ? 'its table of confounds is a link that points to nothing' : undefined;
    return candidate(file, scan, fault ?? (table === undefined ? NO_CONFOUNDS : undefined));
  }
}

/** The only fault that a reader may wave through. */
export const NO_CONFOUNDS = 'no table of confounds lies beside it (desc-confounds_timeseries.tsv)';

/** Brain masks by the grid that they have in common with their volumes. */
function masksOf(files: readonly TreeFile[]): Map<string, TreeFile> {
  const masks = new Map<string, TreeFile>();
  for (const file of files) {
    const { entities, suffix } = file.bids;
    if (suffix === 'brainmask' || (suffix === 'mask' && entities.get('desc') === 'brain'))
      masks.set(`${file.folder}/${gridOf(file.bids)}`, file);
  }
  return masks;
}

function gridOf(bids: BidsName): string {
  return `${sourceOf(bids)}_${join(bids.entities, ['space', 'cohort', 'res'])}`;
}

/** Tables and masks are of all echoes together, and so is the image that is made of them. */
function withoutEcho(name: string): string {
  return name.replace(/_echo-[^_./]+/, '');
}

function reasonToSkip({ entities, suffix, extension, words }: BidsName, oneOfSeveral: boolean): string | undefined {
  if (extension === '.func.gii') return 'the surface of one hemisphere; take the volume, or CIFTI (--cifti-output)';
  if (suffix !== 'bold' && !(suffix === 'preproc' && words.includes('bold'))) return undefined;
  if (extension !== '.nii.gz' && extension !== '.nii' && extension !== '.dtseries.nii') return undefined;
  if (entities.has('echo') && (oneOfSeveral || !entities.has('space')))
    return 'one echo of several; their combination is what goes in';
  const desc = entities.get('desc');
  if (desc === undefined && suffix === 'bold' && extension !== '.dtseries.nii')
    return 'raw BOLD or a reference, not preprocessed';
  return descriptionOf({ entities, suffix, extension, words }) === undefined
    ? `desc-${desc}: not a preprocessed scan`
    : undefined;
}
