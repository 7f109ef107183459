// The recipe of docs/recipes/abide.md: ABIDE I from files to scores, and the curve of AUC against epochs.
//
//   npx tsx scripts/abide-recipe.ts ABIDE OVERLAP.csv OUT
//
// ABIDE holds participants.csv (columns file, site, asd, sex, age, TR) and the CC200 series it names; OVERLAP.csv counts the
// voxels that CC200 and Schaefer-100 regions share. A stopped recipe goes on where it was.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type CurvePanel, curveFigure } from '../src/report/curve-figure.ts';
import type { Estimate } from '../src/statistics/interval.ts';

const [abide, overlap, out] = process.argv.slice(2);
const EPOCHS = Number(process.env.EPOCHS ?? 100);
const TASKS = [
  { label: 'asd', options: ['--positive', '1'], title: 'autism' },
  { label: 'sex', options: ['--positive', '2'], title: 'sex' },
  { label: 'age>15', options: [], title: 'age over 15' },
];

interface Scores {
  readonly metrics: { readonly auc: Estimate };
  readonly baselines: Readonly<Record<'fc_svm' | 'untrained', { readonly auc: Estimate }>>;
  readonly verdict: string;
}

function brainmass(...words: string[]): void {
  console.log(`$ npx brainmass ${words.join(' ')}`);
  const { status } = spawnSync(process.execPath, ['bin/brainmass.mjs', ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function evaluated(model: string, name: string, { label, options }: (typeof TASKS)[number]): Scores {
  const folder = `${out}/results/${name}-${label.replace(/\W.*/, '')}`;
  if (!existsSync(folder))
    brainmass('evaluate', model, `${out}/abide.dataset`, '--label', label, ...options, '--out', folder);
  return JSON.parse(readFileSync(`${folder}/results.json`, 'utf8'));
}

mkdirSync(`${out}/results`, { recursive: true });
if (!existsSync(`${out}/abide.dataset`))
  brainmass(
    'ingest',
    abide,
    '--participants',
    `${abide}/participants.csv`,
    '--project',
    overlap,
    '--out',
    `${out}/abide.dataset`,
  );
const again = existsSync(`${out}/abide.run`)
  ? ['--resume']
  : ['--preset', 'small', '--batch', '32', '--micro-batch', '32', '--snapshot-epochs', '20'];
brainmass('pretrain', `${out}/abide.dataset`, '--out', `${out}/abide.run`, '--epochs', String(EPOCHS), ...again);

const snapshots = readdirSync(`${out}/abide.run/snapshots`)
  .map((file) => ({ epoch: Number(/\d+/.exec(file)![0]), path: `${out}/abide.run/snapshots/${file}` }))
  .filter(({ epoch }) => epoch <= EPOCHS);
const panels = TASKS.map((task): CurvePanel => {
  const scores = snapshots.map(({ epoch, path }) => ({ epoch, ...evaluated(path, `epoch-${epoch}`, task) }));
  const { baselines } = scores[0];
  const all = [
    { epoch: 0, auc: baselines.untrained.auc },
    ...scores.map(({ epoch, metrics }) => ({ epoch, auc: metrics.auc })),
  ];
  for (const { epoch, auc } of all)
    console.log(`${task.title}, ${epoch} epochs: AUC ${interval(auc)}, raw FC ${interval(baselines.fc_svm.auc)}`);
  console.log(`${task.title}: ${scores.at(-1)!.verdict}`);
  return {
    title: task.title,
    xName: 'epochs of pretraining',
    yName: 'AUC',
    yRange: [0.5, 0.95],
    curves: [
      {
        name: 'pretrained',
        points: all.map(({ epoch, auc }) => ({ x: epoch, y: auc.mean, low: auc.low, high: auc.high })),
      },
    ],
    references: [{ name: 'raw FC', y: baselines.fc_svm.auc.mean }],
  };
});
writeFileSync(`${out}/abide-curve.svg`, curveFigure({ title: 'ABIDE I: AUC against pretraining', panels }));
console.log(`the curve is in ${out}/abide-curve.svg`);

function interval({ mean, low, high }: Estimate): string {
  return `${mean!.toFixed(3)} [${low!.toFixed(3)}, ${high!.toFixed(3)}]`;
}
