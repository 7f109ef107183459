/** @file The contenders of an ablation: an embedding for each run, augmentations of raw connectivity, and the baselines. */
import { type AugmentedCell, type Cell, FULL } from '../ablate/cell.ts';
import type { AblationPlan } from '../ablate/plan.ts';
import { type Contender, fixedSource, frozenContender, sharedRows } from '../classifiers/contender.ts';
import type { Protocol } from '../classifiers/protocols.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { scanConnectivity } from '../dataset/scan-connectivity.ts';
import { copiesContender } from '../evaluate/pseudo-fc-copies.ts';
import { type Features, featureTable, upperTriangles } from '../features/features.ts';
import { pseudoFcCopy, pseudoFcFeatures } from '../features/pseudo-fc-features.ts';
import { embedDataset } from '../model/embed.ts';
import { loadModel, type Model } from '../model/load-model.ts';
import { untrainedLike } from '../model/untrained.ts';
import { viewsOfSettings } from '../pretrain/settings.ts';
import type { Compile } from '../runtime/session.ts';
import { runDirectory } from './ablation-pretraining.ts';
import { progressLine } from './terminal.ts';

/** Draws that are averaged for each scan. */
const DRAWS = 10;
/** Copies of each training scan: kernels grow with their square. */
const COPIES = 4;

export interface ContenderRequest {
  readonly plan: AblationPlan;
  readonly dataset: Dataset;
  readonly out: string;
  readonly protocol: Protocol;
  readonly seed: number;
  readonly compile: Compile;
}

export interface Contenders {
  readonly full: Contender;
  /** Other runs by their names, augmentations, `raw-fc`, `untrained`. */
  readonly others: readonly Contender[];
  /** Of the full method. */
  readonly card: Model['card'];
}

/** Loads every run, once, and computes what each contender learns from. @throws InputError when a run is damaged */
export async function ablationContenders(request: ContenderRequest): Promise<Contenders> {
  const { plan, dataset, out, protocol, seed, compile } = request;
  const { scans, roiNames, directory } = dataset;
  const tableOf = (name: string, values: Float32Array): Features =>
    featureTable(`${name} of ${directory}`, values, scans.length);
  const learner = (name: string, table: Features): Contender =>
    frozenContender(name, sharedRows(fixedSource(table)), protocol, seed);
  const embedded = async (name: string, model: Model): Promise<Contender> => {
    const options = { fc: model.card.fc, compile, progress: progressLine(`embedding ${name}: scan`) };
    return learner(name, tableOf(name, await embedDataset(model, dataset, options)));
  };
  const [first, ...runs] = plan.runs;
  const model = await loadModel(runDirectory(out, first));
  const full = await embedded(FULL, model);
  const others: Contender[] = [];
  for (const run of runs) others.push(await embedded(run.name, await loadModel(runDirectory(out, run))));
  const { fc, drop: rule } = viewsOfSettings(first.settings);
  const rois = roiNames.length;
  const whole = tableOf(
    'connectivity',
    upperTriangles(scans.length, rois, (scan) => scanConnectivity(fc, dataset, scan), progressLine('raw FC: scan')),
  );
  const augmented = ({ name, way }: AugmentedCell): Contender => {
    const progress = progressLine(`${name}: scan`);
    const drawn = { rule, seed, fc };
    switch (way) {
      case 'mean': {
        const draws = { ...drawn, draws: DRAWS };
        return learner(name, tableOf(name, pseudoFcFeatures(scans.length, rois, dataset.readSeries, draws, progress)));
      }
      case 'copies': {
        const copies = Array.from({ length: COPIES }, (_, draw) =>
          tableOf(name, pseudoFcCopy(scans.length, rois, dataset.readSeries, { ...drawn, draw }, progress)),
        );
        return copiesContender(name, { whole, copies }, protocol, seed);
      }
    }
  };
  for (const cell of plan.cells.filter(isAugmented)) others.push(augmented(cell));
  others.push(learner('raw-fc', whole), await embedded('untrained', untrainedLike(model, seed)));
  return { full, others, card: model.card };
}

function isAugmented(cell: Cell): cell is AugmentedCell {
  return cell.kind === 'augmented';
}
