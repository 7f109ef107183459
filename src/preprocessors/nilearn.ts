/**
 * @file Matrices that people save from nilearn's maskers and `ConnectivityMeasure`: one file a scan, named by participant.
 *
 * Nilearn itself names no files. The names are those of BIDS extension proposals 12 and 17 (`_timeseries`, `_relmat`) and
 * of what is common: a suffix such as `_connectome` or `_correlation`, or none.
 */
import type { BidsName } from './bids-name.ts';
import { bidsScan, type Candidate, type Candidates, candidate, given, type Naming, type Reading } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { Content, Skipped } from './found.ts';

export const nilearn: Naming = {
  tool: 'nilearn',
  claims: ({ bids }) => contentOf(bids) !== undefined,
  find,
};

const EXTENSIONS = /^\.(npy|npz|csv|tsv|txt|1D|mat|h5|hdf5|parquet)$/;
/** Tables about the study or its scans, and texts. */
const BESIDE = /^participants\.|^(readme|changes|license)|_(sessions|scans|events|confounds)\.|desc-confounds_/i;
const SERIES = /^(timeseries|timecourses?|ts|signals?|series|rois?|parcellated)?$/i;
const CONNECTIVITY = /^(connectome|connectivity|correlations?|corr|fc|relmat|conmat)$/i;

function contentOf({ entities, words, suffix, extension }: BidsName, said?: Content): Content | undefined {
  if (!entities.has('sub') || !EXTENSIONS.test(extension) || words.length > 1 || words[0] !== (suffix || undefined))
    return undefined;
  // A table of regressors beside the scans.
  if (/^confounds/.test(entities.get('desc') ?? '')) return undefined;
  if (suffix === '' && said === 'connectivity') return said;
  if (SERIES.test(suffix)) return 'series';
  return CONNECTIVITY.test(suffix) ? 'connectivity' : undefined;
}

function find(files: readonly TreeFile[], { content: said }: Reading): Candidates {
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const file of files) {
    const content = contentOf(file.bids, said);
    const measure = file.bids.entities.get('meas') ?? file.bids.entities.get('stat');
    if (content === undefined) {
      if (EXTENSIONS.test(file.bids.extension) && !BESIDE.test(file.base))
        skipped.push({ name: file.name, reason: 'not named as a scan of a participant (sub-…)' });
    } else if (content === 'connectivity' && measure !== undefined && !/^(pearson)?correlation$/i.test(measure))
      skipped.push({ name: file.name, reason: `${measure}, not Pearson's correlation` });
    else
      scans.push(
        candidate(
          file,
          bidsScan(file, { tool: 'nilearn', content, ...given({ strategy: file.bids.entities.get('desc') }) }),
        ),
      );
  }
  // Without any scan of a participant this is no layout, but files for who reads all files.
  return scans.length === 0 ? { scans, skipped: [] } : { scans, skipped };
}
