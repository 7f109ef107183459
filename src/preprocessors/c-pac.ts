/**
 * @file What C-PAC leaves: mean series of atlases as `.1D`, correlations, and cleaned BOLD.
 *
 * Names: C-PAC's table of outputs (`cpac_outputs.tsv`, 1.8) and user guide, "Time series analysis". Since 1.8
 * `sub-…_atlas-<atlas>[_space-…][_reg-<regressors>]_desc-Mean[-<fork>]_timeseries.1D`; before
 * `<participant>_<session>/roi_timeseries/_scan_<scan>/…/_mask_<atlas>/roi_<atlas>.1D`, with `_roi_` for `_mask_` in the
 * first releases and the settings of every fork as folders between. From 1.4 to 1.7 AFNI's 3dROIstats wrote them as
 * `_mask_<atlas>_mask_file_<path>/roi_stats.csv` (`get_roi_timeseries` in its source).
 */
import { bidsScan, type Candidate, type Candidates, candidate, given, type Naming } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { FoundScan, Skipped } from './found.ts';

export const cPac: Naming = {
  tool: 'c-pac',
  claims: (file) => read(file) !== undefined,
  find,
};

function find(files: readonly TreeFile[]): Candidates {
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  const names = new Set(files.map(({ name }) => name));
  for (const file of files) {
    const found = read(file);
    if (found === undefined) continue;
    const twin = twinsOf(file).find((name) => names.has(name));
    if (typeof found === 'string') skipped.push({ name: file.name, reason: found });
    else if (twin !== undefined)
      skipped.push({ name: file.name, reason: `the same series as the ${twin.replace(/.*\./, '.')} beside it` });
    else scans.push(candidate(file, found));
  }
  return { scans, skipped };
}

/** Files of the same series in the forms that go before this one. */
function twinsOf({ name }: TreeFile): string[] {
  const forms = ['1D', 'csv', 'npz'];
  const [, path, form] = /^(.*\.)(\w+)$/.exec(name) ?? ['', '', ''];
  return forms.slice(0, Math.max(0, forms.indexOf(form))).map((other) => path + other);
}

/** A scan, or why the file is none, or undefined when C-PAC gives no such name. */
function read(file: TreeFile): FoundScan | string | undefined {
  return readTree(file) ?? (file.bids.entities.has('sub') ? readBids(file) : undefined);
}

/** Folder of a pipeline: `pipeline_<name>`, in 1.8 also `cpac_<name>`. */
const PIPELINE = /(?:^|\/)(?:pipeline|cpac)_([^/]+)\//;

const OTHER_SERIES: Readonly<Record<string, string>> = {
  MeanSCA: 'series of the seeds of a connectivity analysis, not of an atlas',
  SpatReg: 'series of spatial regression on maps, not means of ROIs',
  Voxel: 'series of voxels, not of ROIs',
};

function readBids(file: TreeFile): FoundScan | string | undefined {
  const { entities, suffix, extension } = file.bids;
  const [kind, fork] = splitFork(entities.get('desc') ?? '');
  const pipeline = PIPELINE.exec(file.name)?.[1];
  const session = /_(session_[^_]+)_/.exec(file.base)?.[1];
  const strategy = (...more: (string | undefined)[]) => {
    const parts = [pipeline, entities.get('reg'), ...more].filter((part) => part !== undefined);
    return parts.length === 0 ? {} : { strategy: parts.join('/') };
  };
  const common = { tool: 'c-pac', ...(session === undefined ? {} : { session }) } as const;
  if (extension === '.1D' && suffix === 'timeseries' && entities.has('atlas')) {
    if (kind === 'Mean') return bidsScan(file, { ...common, content: 'series', ...strategy(fork) });
    return OTHER_SERIES[kind] ?? `desc-${kind}: not the means of ROIs`;
  }
  if (suffix === 'correlations' && (extension === '.tsv' || extension === '.csv') && entities.has('atlas')) {
    if (!kind.startsWith('Pearson')) return `${kind}: not Pearson's correlation`;
    return bidsScan(file, { ...common, content: 'connectivity', ...strategy(fork, kind) });
  }
  const ours = pipeline !== undefined || entities.has('reg') || entities.get('space') === 'template';
  if (suffix === 'bold' && /^\.nii(\.gz)?$/.test(extension) && ours && entities.has('space'))
    return kind === 'preproc'
      ? bidsScan(file, { ...common, content: 'volume', ...strategy(fork) })
      : `desc-${kind}: a step before the cleaned BOLD (desc-preproc), or made from it`;
  return undefined;
}

/** `Mean-2` is the mean of the second fork of the pipeline. */
function splitFork(desc: string): [kind: string, fork: string | undefined] {
  const match = /^(.*?)-(\d+)$/.exec(desc);
  return match === null ? [desc, undefined] : [match[1], match[2]];
}

const OLD_TREE = /^(?:.*\/)?([^/]+)\/roi_timeseries\/((?:[^/]+\/)*)roi_([^/]+)\.(?:1D|csv|npz)$/;
/** `_mask_aal_mask_pad_mask_file_..resources..aal_mask_pad.nii.gz`: the atlas, and where its file was. */
const MASK_FOLDER = /^_(?:mask|roi)_(.+?)(?:_(?:mask|roi)_file_.*)?$/;

function readTree(file: TreeFile): FoundScan | undefined {
  const match = OLD_TREE.exec(file.name);
  if (match === null) return undefined;
  const [, subject, between, roi] = match;
  const folders = between.split('/').filter((part) => part !== '');
  const scan = folders.find((part) => part.startsWith('_scan_'))?.slice('_scan_'.length);
  const settings = folders.filter((part) => !/^_(scan|mask|roi)_/.test(part)).map((part) => part.replace(/^_/, ''));
  const pipeline = PIPELINE.exec(file.name)?.[1];
  const strategy = [...(pipeline === undefined ? [] : [pipeline]), ...settings].join('/');
  const cut = subject.indexOf('_');
  return {
    path: file.path,
    name: file.name,
    tool: 'c-pac',
    content: 'series',
    participant: cut < 0 ? subject : subject.slice(0, cut),
    session: cut < 0 ? '' : subject.slice(cut + 1),
    run: scan ?? '',
    site: '',
    ...given({ atlas: roi === 'stats' ? maskOf(folders) : roi, strategy: strategy === '' ? undefined : strategy }),
  };
}

function maskOf(folders: readonly string[]): string | undefined {
  return folders.flatMap((folder) => MASK_FOLDER.exec(folder)?.[1] ?? []).at(-1);
}
