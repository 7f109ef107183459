/** @file When a run saves: by the clock, and by epochs. */
import { expect, test } from 'vitest';
import { pretrain } from '../../src/pretrain/pretrain.ts';
import { type Settings, sizeOfSettings } from '../../src/pretrain/settings.ts';
import { soloTeam } from '../../src/pretrain/step.ts';
import { initialState } from '../../src/pretrain/training-state.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { madeUpDataset, ROIS, smallSettings } from './made-up.ts';

// 8 scans in batches of 4: 2 steps an epoch, 8 steps in all.
const dataset = madeUpDataset(8);
const compile = nodeRuntime({ threads: 1 });

/** The steps at which a run of four epochs saves. */
async function saves(training: Partial<Settings['training']>): Promise<number[]> {
  const settings = smallSettings({ training: { epochs: 4, ...training } });
  const steps: number[] = [];
  await pretrain(initialState(sizeOfSettings(settings, ROIS), 1), {
    dataset,
    settings,
    compile,
    assemble: soloTeam(compile),
    onStep: () => {},
    onCheckpoint: ({ step }) => steps.push(step),
    onSnapshot: () => {},
  });
  return steps;
}

test('at the end only, when no interval has passed', async () => {
  expect(await saves({})).toEqual([8]);
});

test('after every step with an interval of no time', async () => {
  expect(await saves({ checkpoint_minutes: 0 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8]);
});

test('after every third epoch, and at the end', async () => {
  expect(await saves({ checkpoint_epochs: 3 })).toEqual([6, 8]);
});
