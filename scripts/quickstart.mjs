// The whole path on made-up scans: simulate a cohort with a known difference, pretrain, evaluate. Everything goes through
// the command line, so that each line printed here can be typed.
import { spawnSync } from 'node:child_process';

const out = 'quickstart';
const commands = [
  `simulate ${out}/cohort.dataset --subjects 240 --effect 0.8 --overwrite`,
  `pretrain ${out}/cohort.dataset --out ${out}/cohort.run --preset small --epochs 8 --batch 12 --micro-batch 12 --warmup-epochs 1 --overwrite`,
  `evaluate ${out}/cohort.run ${out}/cohort.dataset --label dx --out ${out}/dx --overwrite`,
];
const started = Date.now();
for (const command of commands) {
  console.log(`\n$ npx brainmass ${command}`);
  const { status } = spawnSync(process.execPath, ['bin/brainmass.mjs', ...command.split(' ')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
console.log(`\nDone in ${Math.round((Date.now() - started) / 1000)} s. Files:
  ${out}/cohort.dataset   scans, phenotypes, and the planted truth (dataset.json, reading.simulation)
  ${out}/cohort.run       model.safetensors, card.json, config.yaml, metrics.jsonl
  ${out}/dx               results.json, splits.json, predictions.tsv`);
