/** @file A run that is killed at three moments and resumed each time ends like one that was left alone. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { differences, epochsBeyond, finish, killAt, killMoments, makeTinyDataset, stepsLogged } from './killed-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-kill-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

test('killed three times, it has the same model, state and metrics (but for their times), byte for byte', async () => {
  const dataset = at('data');
  await makeTinyDataset(dataset);
  const [whole, killed] = [at('whole'), at('killed')];
  // The first kill is not during start-up: then there is a run to resume.
  const moments = killMoments(8, 3).map(({ step, milliseconds }, i) => ({ step: Math.max(step, 2 + i), milliseconds }));
  for (const [i, moment] of moments.entries()) {
    const steps = await killAt(moment, { dataset, run: killed }, i > 0);
    expect(steps).toBeGreaterThanOrEqual(moment.step);
  }
  const epochs = epochsBeyond(stepsLogged(killed));
  await finish({ dataset, run: whole }, false, epochs);
  expect(differences(whole, killed)).not.toEqual([]);
  await finish({ dataset, run: killed }, true, epochs);
  expect(differences(whole, killed)).toEqual([]);
  appendFileSync(join(killed, 'model.safetensors'), '.');
  expect(differences(whole, killed)).toEqual(['model.safetensors']);
});
