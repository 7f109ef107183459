// Kills a tiny pretraining run 30 times (SIGKILL, seeded moments), resumes it each time, and compares its end with that
// of a run that was left alone: model, state and every line of metrics.jsonl but for scans_per_second, which is a time.
//
//   npx tsx scripts/kill-30.ts [SEED]
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  differences,
  epochsBeyond,
  finish,
  killAt,
  killMoments,
  makeTinyDataset,
  stepsLogged,
} from '../test/pretrain/killed-run.ts';

const KILLS = 30;
const seed = Number(process.argv[2] ?? 1);
const folder = mkdtempSync(join(tmpdir(), 'brainmass-kill-30-'));
const [dataset, whole, killed] = ['data', 'whole', 'killed'].map((name) => join(folder, name));
try {
  await makeTinyDataset(dataset);
  for (const [i, moment] of killMoments(seed, KILLS).entries()) {
    const steps = await killAt(moment, { dataset, run: killed }, existsSync(killed));
    console.log(`kill ${i + 1}: ${steps} steps logged`);
  }
  const epochs = epochsBeyond(stepsLogged(killed));
  await finish({ dataset, run: whole }, false, epochs);
  await finish({ dataset, run: killed }, true, epochs);
  const found = differences(whole, killed);
  console.log(`${KILLS} kills, ${stepsLogged(killed)} steps: ${found.length === 0 ? 'identical' : found.join(', ')}`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
