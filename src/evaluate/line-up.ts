/** @file Who takes part in an evaluation: the model by its protocol, and the baselines asked for. */
import {
  type Contender,
  type FeatureSource,
  frozenContender,
  type RowsOf,
  sharedRows,
} from '../classifiers/contender.ts';
import {
  type FinetuneProtocol,
  type Protocol,
  protocolNamed,
  protocolOf,
  protocolsFor,
} from '../classifiers/protocols.ts';
import { requireSeries } from '../dataset/scan-connectivity.ts';
import type { FeatureBank } from '../features/feature-bank.ts';
import { FINETUNE_DEFAULTS } from '../finetune/settings.ts';
import type { TaskKind } from '../labels/task-kinds.ts';
import { checkSameRois } from '../model/same-rois.ts';
import { untrainedLike } from '../model/untrained.ts';
import { type BaselineFeatures, type BaselineRecipe, baselineRecipes, defaultBaselines } from './baselines.ts';
import { type ConfoundRequest, confoundCovariates, controlOf } from './confound-control.ts';
import {
  type ConfoundControl,
  componentsSource,
  confoundSource,
  controlledSource,
  tableSource,
  tangentSource,
} from './feature-sources.ts';
import { finetunedContender } from './finetuned-contender.ts';

export interface LineUpRequest {
  readonly kind: TaskKind;
  /** The first of the kind's protocols when not given. */
  readonly protocol?: string | undefined;
  /** Names, `all` or `none`; the kind's default when not given. */
  readonly baselines?: readonly string[] | undefined;
  readonly confounds: ConfoundRequest;
  /** Of draws inside the training rows, heads and untrained weights. */
  readonly seed: number;
}

/** A protocol and its features. */
export interface Frozen {
  readonly protocol: Protocol;
  readonly source: FeatureSource;
  readonly rowsOf: RowsOf;
}

export interface LineUp {
  readonly protocol: string;
  readonly model: Contender;
  /** What the model's protocol is and learns from; undefined when the network itself learns. */
  readonly frozen: Frozen | undefined;
  readonly baselines: readonly Contender[];
  /** What the confound baseline knows, when it takes part. */
  readonly confounds?: readonly string[];
  readonly control: ConfoundControl | undefined;
}

/**
 * Prepares the contenders: features are computed here, fits happen later.
 *
 * @throws InputError when a protocol, baseline or column does not exist, or there is no confound to know
 */
export async function lineUp(bank: FeatureBank, request: LineUpRequest): Promise<LineUp> {
  const { kind, seed } = request;
  const name = protocolNamed(request.protocol ?? protocolsFor(kind)[0], kind);
  const finetuned = name === 'finetune' || name === 'finetune-head' ? name : undefined;
  // What raw connectivity is given to when the model itself is fine-tuned.
  const main = protocolOf(name === 'finetune' || name === 'finetune-head' ? protocolsFor(kind)[0] : name, kind);
  const recipes = baselineRecipes(request.baselines ?? defaultBaselines(kind, main.name), kind);
  checkContent(bank, recipes);
  const control = controlOf(bank.origin.datasets, request.confounds, finetuned);
  const known = recipes.some(({ features }) => features === 'confounds')
    ? confoundCovariates(bank.origin.datasets, request.confounds.confounds)
    : undefined;
  const sources = new Map<Source, Promise<FeatureSource>>();
  const sourceOf = (of: Source): Promise<FeatureSource> => {
    const source = sources.get(of) ?? compute(of);
    sources.set(of, source);
    return source;
  };
  const compute = async (of: Source): Promise<FeatureSource> => {
    switch (of) {
      case 'pca':
        return componentsSource(await sourceOf('fc'));
      case 'tangent':
        return controlledSource(tangentSource(bank), control);
      case 'confounds':
        if (known === undefined) throw new RangeError('no confounds were read');
        return confoundSource(known);
      case 'model':
      case 'untrained':
      case 'fc':
      case 'pfc':
        return controlledSource(await tableSource(bank, of), control);
    }
  };
  const rows = new Map<Source, RowsOf>();
  const rowsFor = async (of: Source) => {
    const shared = rows.get(of) ?? sharedRows(await sourceOf(of));
    rows.set(of, shared);
    return shared;
  };
  const frozen = async (own: string, of: Source, protocol: BaselineRecipe['protocol']) =>
    frozenContender(own, await rowsFor(of), protocol === 'same' ? main : protocolOf(protocol, kind), seed);
  const learner = (own: 'model' | 'untrained') =>
    finetuned === undefined ? frozen(own, own, 'same') : network(bank, own, finetuned, seed);
  const model = await learner('model');
  const baselines: Contender[] = [];
  for (const { name: own, features, protocol } of recipes)
    baselines.push(
      features === 'untrained'
        ? await learner('untrained')
        : await frozen(own, features, likeMain(protocol, main.name)),
    );
  return {
    protocol: name,
    model,
    frozen:
      finetuned === undefined
        ? { protocol: main, source: await sourceOf('model'), rowsOf: await rowsFor('model') }
        : undefined,
    baselines,
    control,
    ...(known === undefined ? {} : { confounds: known.columns.map((column) => column.name) }),
  };
}

type Source = BaselineFeatures | 'model';

/** What cannot be had from matrices is said before anything is computed. */
function checkContent({ origin: { datasets } }: FeatureBank, recipes: readonly BaselineRecipe[]): void {
  const others = recipes.filter(({ features }) => features !== 'pfc' && features !== 'tangent');
  const fix = `pass --baselines ${others.map(({ name }) => name).join(',') || 'none'}`;
  for (const dataset of datasets)
    for (const { name, features } of recipes) {
      if (features === 'pfc') requireSeries(dataset, `the baseline ${name} draws time points`, fix);
      if (features === 'tangent' && dataset.fcKind !== 'ledoit-wolf')
        requireSeries(dataset, `the baseline ${name} needs shrunk covariances, which are estimated from series`, fix);
    }
}

/** The SVM of raw connectivity has the kernel of the model's SVM: then only the features differ. */
function likeMain(protocol: BaselineRecipe['protocol'], main: string): BaselineRecipe['protocol'] {
  return protocol === 'svm' && main === 'svm-linear' ? 'svm-linear' : protocol;
}

/** The network itself learns on each split: all of it, or a head on its embeddings. */
async function network(
  bank: FeatureBank,
  own: 'model' | 'untrained',
  protocol: FinetuneProtocol,
  seed: number,
): Promise<Contender> {
  const { model, compile, datasets } = bank.origin;
  for (const dataset of datasets) checkSameRois(model.card, dataset);
  const { weights } = own === 'model' ? model : untrainedLike(model, seed);
  const rows =
    protocol === 'finetune'
      ? { kind: 'networks' as const, values: bank.networks() }
      : { kind: 'embeddings' as const, values: (await bank.table(own)).values };
  return finetunedContender(own, weights, rows, { settings: FINETUNE_DEFAULTS, seed, compile });
}
