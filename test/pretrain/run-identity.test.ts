/** @file Which changes of settings make another run, and how they are named. */
import { expect, test } from 'vitest';
import { checkSameSettings, identityOf } from '../../src/pretrain/run-identity.ts';
import { smallSettings } from './made-up.ts';

const recorded = identityOf(smallSettings());

test('length, memory and what is kept may change', () => {
  const training = { epochs: 9, micro_batch: 2, checkpoint_minutes: 1, checkpoint_epochs: 2, snapshot_epochs: 3 };
  expect(() => checkSameSettings(recorded, smallSettings({ training }), 'config.yaml')).not.toThrow();
});

test('every other change is named, also of a setting that is new or gone', () => {
  const settings = smallSettings({
    data: { drop: { kind: 'count', count: 7 } },
    training: { seed: 2 },
  });
  expect(() => checkSameSettings(recorded, settings, 'config.yaml')).toThrow(
    'config.yaml: the settings were changed since the last checkpoint, which would make it another run, expected data.drop.kind percent, data.drop.percent 20, training.seed 1, data.drop.count not set, found data.drop.kind count, data.drop.percent not set, training.seed 2, data.drop.count 7; put them back, or start a new run.',
  );
});

test.each(['', '{', '[1]'])('settings that are not recorded are an error: %s', (text) => {
  expect(() => checkSameSettings(text, smallSettings(), 'config.yaml')).toThrow(
    'config.yaml: the settings of its last checkpoint are not recorded; start again with --overwrite.',
  );
});
