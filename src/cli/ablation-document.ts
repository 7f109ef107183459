/** @file `ablation.json`: every cell with its scores, also those that share a run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINES, type Cell } from '../ablate/cell.ts';
import type { CellComparison } from '../ablate/compare-cells.ts';
import type { AblationDocument } from '../ablate/document.ts';
import type { AblationRun } from '../ablate/plan.ts';
import { ruleName } from '../evaluate/baselines.ts';
import { readText } from '../files/atomic.ts';
import { parameterCount } from '../model/parameters.ts';
import { identityOf } from '../pretrain/run-identity.ts';
import type { Device } from '../runtime/device.ts';
import { runDirectory } from './ablation-pretraining.ts';
import type { PreparedAblation } from './ablation-request.ts';
import { VERSION } from './version.ts';

export function documentOf(
  { request, dataset, plan, task, splits, splitPlan, protocol, seed }: PreparedAblation,
  { contenders, metric, metricName, warnings }: CellComparison,
  device: Device,
): AblationDocument {
  const [full] = plan.runs;
  const row = (name: string, contender: string) => {
    const { metrics, against } = contenders[contender];
    return { name, metrics, ...(against === undefined ? {} : { against_full: against }) };
  };
  const cellRow = (cell: Cell): AblationDocument['cells'][number] => {
    const run = plan.runOf.get(cell.name);
    const place = { part: cell.part, run: run?.name ?? null, is_full: run === full };
    return {
      ...row(cell.name, run?.name ?? cell.name),
      ...place,
      changes: run === undefined ? {} : changes(full, run),
    };
  };
  return {
    format: 'brainmass-ablation/1',
    task: task.label,
    kind: task.kind,
    protocol: protocol.name,
    metric,
    metric_name: metricName,
    seed,
    ...(splitPlan === undefined ? {} : { plan: splitPlan }),
    splits: splits.length,
    n: task.scans.length,
    participants: new Set(task.scans.map(({ participantId }) => participantId)).size,
    dataset: { path: dataset.directory, hash: dataset.hash },
    settings: full.settings,
    cells: plan.cells.map(cellRow),
    baselines: [...BASELINES, ruleName(task.kind)].map((name) => row(name, name)),
    runs: plan.runs.map((run) => runRow(run, request.out)),
    warnings: [...warnings],
    device,
    versions: { brainmass: VERSION, node: process.version },
  };
}

function runRow(run: AblationRun, out: string): AblationDocument['runs'][number] {
  const directory = runDirectory(out, run);
  return {
    name: run.name,
    directory,
    epochs: run.settings.training.epochs,
    steps: run.steps,
    parameters: parameterCount(run.size),
    last_loss: lastLoss(join(directory, 'metrics.jsonl')),
  };
}

/** Null when there is none, or the line is damaged: the scores do not depend on it. */
function lastLoss(path: string): number | null {
  const last = existsSync(path) ? readText(path).trimEnd().split('\n').at(-1) : undefined;
  try {
    const { loss }: { loss?: unknown } = JSON.parse(last ?? '{}');
    return typeof loss === 'number' ? loss : null;
  } catch {
    return null;
  }
}

/** What decides the numbers of a run and is not as in the full method. */
function changes(full: AblationRun, run: AblationRun): Record<string, unknown> {
  const valuesOf = ({ settings }: AblationRun): Record<string, unknown> => ({
    ...JSON.parse(identityOf(settings)),
    'training.epochs': settings.training.epochs,
  });
  const before = valuesOf(full);
  return Object.fromEntries(Object.entries(valuesOf(run)).filter(([key, value]) => before[key] !== value));
}
