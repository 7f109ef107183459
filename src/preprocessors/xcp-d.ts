/**
 * @file What XCP-D leaves: parcellated series, their coverage and correlations, and denoised BOLD.
 *
 * Names: XCP-D documentation, "Outputs of XCP-D", of the releases 0.1 to 0.10 and 26.1. Since 0.7 an atlas is `seg-`
 * (since 26.0 `atlas-` again) and a table `stat-mean_timeseries.tsv`, `stat-pearsoncorrelation_relmat.tsv`,
 * `stat-coverage_bold.tsv`; before `atlas-`, `_timeseries.tsv`, `measure-pearsoncorrelation_conmat.tsv`,
 * `_coverage….tsv`; denoised BOLD was `desc-residual` in 0.1. Since 0.12 a name may have `hash-`, of the settings of its
 * run.
 */
import { type BidsName, join, sourceOf } from './bids-name.ts';
import { bidsScan, type Candidate, type Candidates, candidate, given, type Naming } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { Content, Skipped } from './found.ts';

export const xcpD: Naming = {
  tool: 'xcp-d',
  claims: ({ bids }) => bids.entities.has('sub') && contentOf(bids) !== undefined,
  find,
};

/** Denoised BOLD; all but the first are made from it, or from fewer volumes. */
const DENOISED = ['denoised', 'residual', 'interpolated', 'denoisedSmoothed', 'residual_smooth', 'residualSmoothed'];

function contentOf({ entities, suffix, extension }: BidsName): Content | undefined {
  const desc = entities.get('desc');
  const parcellated = entities.has('seg') || (entities.has('atlas') && entities.has('space'));
  switch (extension) {
    case '.tsv':
      if (!parcellated) return undefined;
      if (suffix === 'timeseries') return desc === undefined ? 'series' : undefined;
      return isCorrelation(entities, suffix) ? 'connectivity' : undefined;
    case '.ptseries.nii':
      return parcellated ? 'parcel-series' : undefined;
    case '.pconn.nii':
      return parcellated ? 'connectivity' : undefined;
    case '.nii.gz':
    case '.nii':
      return suffix === 'bold' && desc !== undefined && DENOISED.includes(desc) ? 'volume' : undefined;
    case '.dtseries.nii':
      return suffix === 'bold' && desc !== undefined && DENOISED.includes(desc) ? 'dense-series' : undefined;
    default:
      return undefined;
  }
}

function isCorrelation(entities: ReadonlyMap<string, string>, suffix: string): boolean {
  if (suffix === 'relmat') return entities.get('stat') === 'pearsoncorrelation';
  return suffix === 'conmat' && entities.get('measure') === 'pearsoncorrelation';
}

function find(files: readonly TreeFile[]): Candidates {
  const coverage = new Map<string, TreeFile>();
  const motion = new Map<string, TreeFile>();
  const joined = new Set<string>();
  const tables = new Set<string>();
  for (const file of files) {
    const { bids } = file;
    if (isCoverage(bids)) coverage.set(`${file.folder}/${parcelsOf(bids)}`, file);
    if (bids.suffix === 'motion' && bids.extension === '.tsv' && !file.broken)
      motion.set(`${file.folder}/${runOf(bids)}`, file);
    for (const name of joinedNames(file)) joined.add(name);
    if (bids.extension === '.tsv' && contentOf(bids) === 'connectivity')
      tables.add(`${file.folder}/${parcelsOf(bids)}`);
  }
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const file of files) {
    const content = contentOf(file.bids);
    const reason = reasonToSkip(file.bids) ?? (content === undefined ? undefined : repeated(file));
    if (reason !== undefined) skipped.push({ name: file.name, reason });
    else if (content !== undefined) scans.push(scanOf(file, content));
  }
  return { scans, skipped };

  function repeated(file: TreeFile): string | undefined {
    if (joined.has(file.name)) return 'all runs joined; they go in one by one';
    if (file.bids.extension !== '.pconn.nii' || !tables.has(`${file.folder}/${parcelsOf(file.bids)}`)) return undefined;
    return 'the same correlations as the table beside it';
  }

  function scanOf(file: TreeFile, content: Content): Candidate {
    const desc = content === 'volume' || content === 'dense-series' ? file.bids.entities.get('desc') : undefined;
    const scan = bidsScan(file, {
      tool: 'xcp-d',
      content,
      ...given({
        strategy: [file.bids.entities.get('hash'), desc].filter((part) => part !== undefined).join('/') || undefined,
        coverage: coverage.get(`${file.folder}/${parcelsOf(file.bids)}`)?.path,
        motion: motion.get(`${file.folder}/${runOf(file.bids)}`)?.path,
      }),
    });
    return candidate(file, scan);
  }
}

function isCoverage({ entities, suffix, extension }: BidsName): boolean {
  if (extension !== '.tsv') return false;
  return entities.get('stat') === 'coverage' || suffix === 'coverage' || entities.get('desc') === 'coverage';
}

/** One run of XCP-D over one scan. */
function runOf(bids: BidsName): string {
  return `${sourceOf(bids)}_${join(bids.entities, ['hash'])}`;
}

function parcelsOf(bids: BidsName): string {
  return `${runOf(bids)}_${join(bids.entities, ['space', 'cohort', 'seg', 'atlas', 'scale'])}`;
}

/**
 * XCP-D joins the runs of a task (`--combine-runs`) under the name without `run-`; newer releases join those of all
 * directions, under the name without `dir-` too (`CleanNameSource` in its source).
 */
function joinedNames({ name }: TreeFile): string[] {
  const runless = name.replace(/_run-[^_/]+(?=_[^/]*$)/, '');
  const plain = runless.replace(/_dir-[^_/]+(?=_[^/]*$)/, '');
  return [runless, plain].filter((joined) => joined !== name);
}

function reasonToSkip({ entities, suffix, extension }: BidsName): string | undefined {
  const parcellated = entities.has('seg') || entities.has('atlas');
  const map = `${entities.get('stat') ?? ''} ${suffix}`;
  if (/alff|reho/i.test(map) && (parcellated || /\.nii/.test(extension)) && extension !== '.json')
    return 'a derived map (ALFF or ReHo), no series';
  if ((suffix === 'relmat' || suffix === 'conmat') && /volumes/.test(entities.get('desc') ?? ''))
    return 'correlations of the first volumes only';
  return undefined;
}
