/**
 * @file What giga_connectome leaves: series and correlations by atlas and denoising, made with nilearn.
 *
 * Names: giga_connectome documentation, "Outputs" (0.6: `seg-…_desc-denoise<Strategy>_timeseries.tsv`,
 * `…_meas-PearsonCorrelation_…_relmat.tsv`, the TR as `SamplingFrequency` in `…_timeseries.json`; 0.5:
 * `atlas-<atlas>_desc-<parcels><Strategy>_timeseries.tsv`, `…_relmat.tsv`; 0.4 and before: one HDF5 file `[sub-…_]atlas-<atlas>_desc-<strategy>.h5` with the arrays of all scans).
 */
import { type BidsName, bidsName } from './bids-name.ts';
import { bidsScan, type Candidate, type Candidates, candidate, given, type Naming, type Reading } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { Content, Skipped } from './found.ts';

export const gigaConnectome: Naming = {
  tool: 'giga-connectome',
  claims: ({ bids }) => contentOf(bids) !== undefined || isContainer(bids),
  find,
};

const DENOISE = /^denoise(?=[A-Z0-9])/;
/** The strategies that it comes with, at the end of `100Parcels7NetworksScrubbing5Gsr` (0.5). */
const STRATEGY = /^(.*?)((?:Simple|Scrubbing[25]|Acompcor50|Icaaroma)(?:\+?Gsr)?)$/i;

function contentOf({ entities, suffix, extension }: BidsName): Content | undefined {
  if (extension !== '.tsv' || !entities.has('sub') || descriptionOf(entities) === undefined) return undefined;
  if (suffix === 'timeseries') return entities.has('seg') || entities.has('atlas') ? 'series' : undefined;
  return suffix === 'relmat' ? 'connectivity' : undefined;
}

/** What was done, and of which parcels where `desc-` says that too. */
function descriptionOf(
  entities: ReadonlyMap<string, string>,
): { readonly strategy: string; readonly parcels: string } | undefined {
  const desc = entities.get('desc') ?? '';
  if (DENOISE.test(desc)) return { strategy: desc.replace(DENOISE, ''), parcels: '' };
  const [, parcels, strategy] = (entities.has('atlas') ? STRATEGY.exec(desc) : null) ?? [];
  return strategy === undefined ? undefined : { strategy, parcels };
}

/** The scans of one participant, or of all, in one HDF5 file. */
function isContainer({ entities, suffix, extension }: BidsName): boolean {
  return extension === '.h5' && suffix === '' && entities.has('atlas') && entities.has('desc');
}

function find(files: readonly TreeFile[], { arraysOf }: Reading): Candidates {
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const file of files) {
    const { entities } = file.bids;
    const content = contentOf(file.bids);
    const measure = entities.get('meas') ?? entities.get('stat') ?? 'PearsonCorrelation';
    if (content === 'connectivity' && !/^pearsoncorrelation$/i.test(measure))
      skipped.push({ name: file.name, reason: `${measure}, not Pearson's correlation` });
    else if (content !== undefined) {
      const { strategy, parcels = '' } = descriptionOf(entities) ?? {};
      const atlas = parcels === '' ? undefined : `${entities.get('atlas')}/${parcels}`;
      scans.push(candidate(file, bidsScan(file, { tool: 'giga-connectome', content, ...given({ strategy, atlas }) })));
    } else if (isContainer(file.bids)) {
      if (arraysOf === undefined) skipped.push({ name: file.name, reason: NOT_OPENED, faulty: true });
      else scans.push(...arraysOf(file.path).flatMap((array) => inContainer(file, array)));
    }
  }
  return { scans, skipped };
}

const NOT_OPENED =
  'an HDF5 file of several scans; save every scan in a file of its own, or run giga_connectome 0.5 or later';

/**
 * One scan of a container: `sub-1/ses-1/sub-1_ses-1_task-rest_atlas-<atlas>_desc-<parcels>_timeseries` or `…_connectome`,
 * where `<atlas>_<parcels>` together say the parcellation.
 */
function inContainer(container: TreeFile, array: string): Candidate[] {
  const base = array.slice(array.lastIndexOf('/') + 1);
  const bids = bidsName(base);
  const content = CONTAINED[bids.suffix];
  if (content === undefined || !bids.entities.has('sub')) return [];
  const file = { ...container, base, bids, name: `${container.name}/${base}` };
  const atlas = ['atlas', 'desc'].flatMap((key) => bids.entities.get(key) ?? []).join('/');
  const strategy = container.bids.entities.get('desc') ?? '';
  return [candidate(file, bidsScan(file, { tool: 'giga-connectome', content, atlas, strategy, array }))];
}

const CONTAINED: Readonly<Record<string, Content>> = { timeseries: 'series', connectome: 'connectivity' };
