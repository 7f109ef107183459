/** @file Configuration files: our layout, the released one, and every way to get them wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInputError } from '../../src/errors/input-error.ts';
import { parseConfig } from '../../src/pretrain/config-file.ts';
import { formatSettings, PAPER_SETTINGS, type Settings, settingsSchema } from '../../src/pretrain/settings.ts';

const saying = (message: string) => expect.objectContaining({ name: 'InputError', message });
const parse = (yaml: string) => parseConfig(yaml, 'c.yaml');

describe('our layout', () => {
  it('an empty file, or one of comments, is the paper', () => {
    expect(parse('')).toEqual({ settings: PAPER_SETTINGS, ignored: [] });
    expect(parse('# nothing\n').settings).toEqual(PAPER_SETTINGS);
    expect(PAPER_SETTINGS).toEqual({
      model: { preset: 'small' },
      data: { fc: 'pearson', drop: { kind: 'percent', percent: 20 } },
      objective: {
        contrastive_weight: 0.1,
        reconstruction_weight: 2,
        contrastive_rois: 10,
        reconstruction_rois: 5,
        dropout: 0.1,
      },
      optimizer: {
        learning_rate: 3e-4,
        warmup_epochs: 10,
        weight_decay: 5e-5,
        clip_value: 1,
        target_momentum: 0.996,
      },
      training: {
        epochs: 2000,
        batch: 256,
        seed: 1,
        checkpoint_minutes: 5,
        checkpoint_epochs: 0,
        snapshot_epochs: 0,
      },
    });
  });

  it('what is written is taken, the rest is the paper', () => {
    const yaml =
      'model: {preset: base, heads: 4}\ndata: {fc: ledoit-wolf, drop: {kind: window, length: 30}}\ntraining:\n  batch: 32\n';
    expect(parse(yaml).settings).toEqual({
      ...PAPER_SETTINGS,
      model: { preset: 'base', heads: 4 },
      data: { fc: 'ledoit-wolf', drop: { kind: 'window', length: 30 } },
      training: { ...PAPER_SETTINGS.training, batch: 32 },
    });
  });

  it('formatted settings come back as they were', () => {
    const whole = fc.integer({ min: 2, max: 2 ** 40 });
    const drop = fc.oneof(
      fc.record({ kind: fc.constant('percent' as const), percent: fc.double({ min: 0, max: 99.9, noNaN: true }) }),
      fc.record({ kind: fc.constant('count' as const), count: whole }),
      fc.record({ kind: fc.constant('window' as const), length: whole }),
    );
    const weight = fc.double({ min: 0, max: 1e6, noNaN: true });
    const settings: fc.Arbitrary<Settings> = fc.record({
      model: fc.record({ preset: fc.string(), layers: whole, heads: whole }, { requiredKeys: ['preset'] }),
      data: fc.record({ fc: fc.constantFrom('pearson' as const, 'ledoit-wolf' as const), drop }),
      objective: fc.record({
        contrastive_weight: weight,
        reconstruction_weight: weight,
        contrastive_rois: whole,
        reconstruction_rois: whole,
        dropout: fc.double({ min: 0, max: 0.99, noNaN: true }),
      }),
      optimizer: fc.record({
        learning_rate: fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
        warmup_epochs: whole,
        weight_decay: weight,
        clip_value: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        target_momentum: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      training: fc.record({
        epochs: whole,
        batch: whole,
        micro_batch: whole,
        seed: whole,
        checkpoint_minutes: weight,
        checkpoint_epochs: whole,
        snapshot_epochs: whole,
      }),
    });
    fc.assert(
      fc.property(settings, (given) => {
        expect(parse(formatSettings(given)).settings).toEqual(settingsSchema.parse(given));
      }),
    );
  });
});

describe('the released layout', () => {
  const released = `
network: {mm: byol+clf+mse, feature_dim: 512, depth: 4, heads: 5, dim_feedforward: 64, clf_mask: 8, mse_mask: 3, roi_num: 100}
saving: {log_dir: logs, checkpoint_dir: out, n_epochs: 50}
trainer: {batch_size: 64, m: 0.99, max_epochs: 300, num_workers: 4, acc_lambda: 0.2, mse_lambda: 3, warmup_epochs: 7}
optimizer: {lr: 0.001, weight_decay: 0.01}
data: {path: /scans, csv: list.csv, mask_way: mask_per, time_mask: 30, time_len: 25}
`;

  it('every key is understood or named as ignored', () => {
    expect(parse(released)).toEqual({
      settings: {
        model: { preset: 'base', layers: 4, heads: 5, ffn: 64, feature: 512 },
        data: { fc: 'ledoit-wolf', drop: { kind: 'percent', percent: 30 } },
        objective: {
          contrastive_weight: 0.2,
          reconstruction_weight: 3,
          contrastive_rois: 8,
          reconstruction_rois: 3,
          dropout: 0.1,
        },
        optimizer: {
          learning_rate: 0.001,
          warmup_epochs: 7,
          weight_decay: 0.01,
          clip_value: 1,
          target_momentum: 0.99,
        },
        training: {
          epochs: 300,
          batch: 64,
          seed: 1,
          checkpoint_minutes: 5,
          checkpoint_epochs: 0,
          snapshot_epochs: 0,
        },
      },
      ignored: [
        'saving.log_dir',
        'saving.checkpoint_dir',
        'saving.n_epochs',
        'trainer.num_workers',
        'data.path',
        'data.csv',
      ],
      rois: 100,
    });
  });

  it.each([
    ['byol', 0, 0],
    ['byol+clf', 0.1, 0],
    ['byol+mse', 0, 2],
    ['byol+clf+mse', 0.1, 2],
  ])('mode %s: weights %d and %d', (mode, contrastive, reconstruction) => {
    const { objective } = parse(`network: {mm: ${mode}}`).settings;
    expect([objective.contrastive_weight, objective.reconstruction_weight]).toEqual([contrastive, reconstruction]);
  });

  it.each([
    ['mask', { kind: 'count', count: 30 }],
    ['mask_per', { kind: 'percent', percent: 30 }],
    ['random', { kind: 'window', length: 25 }],
  ])('drop %s', (way, drop) => {
    expect(parse(released.replace('mask_way: mask_per', `mask_way: ${way}`)).settings.data.drop).toEqual(drop);
  });

  it('a value that is impossible here is refused', () => {
    expect(() => parse('trainer: {batch_size: 1}')).toThrow(
      saying('c.yaml: training.batch: too small: expected number to be >=2.'),
    );
  });
});

describe('what is wrong becomes one sentence', () => {
  it.each([
    [
      'optimizer: {learning_rat: 1}',
      'there is no setting optimizer.learning_rat; did you mean optimizer.learning_rate?',
    ],
    ['optimzer: {learning_rate: 1}', 'there is no setting optimzer; did you mean optimizer?'],
    ['network: {depht: 3}', 'there is no setting network.depht; did you mean network.depth?'],
    ['trainer: {max_epoch: 3}', 'there is no setting trainer.max_epoch; did you mean trainer.max_epochs?'],
    [
      'data: {drop: {kind: percent, percnt: 20}}',
      'there is no setting data.drop.percnt; did you mean data.drop.percent?',
    ],
    ['colour_of_the_scanner: 1', 'there is no setting colour_of_the_scanner; see docs/method.md for all settings.'],
    ['training: {batch: "x"}', 'training.batch: invalid input: expected number, received string.'],
    ['training: {epochs: 1.5}', 'training.epochs: invalid input: expected int, received number.'],
    ['training: {seed: -1}', 'training.seed: too small: expected number to be >=0.'],
    ['optimizer: {learning_rate: .nan}', 'optimizer.learning_rate: invalid input: expected number, received NaN.'],
    ['objective: {dropout: 1}', 'objective.dropout: too big: expected number to be <1.'],
    ['data: {fc: parson}', 'data.fc: invalid option: expected one of "pearson"|"ledoit-wolf".'],
    ['training: 5', 'training: invalid input: expected object, received number.'],
    ['- a\n- b', 'this is no configuration, expected a table of settings, found a list.'],
    ['hello\nyou', 'this is no configuration, expected a table of settings, found a string.'],
    ['a: b: c', 'this is not YAML: Nested mappings are not allowed in compact mappings at line 1, column 4.'],
    ['"a\\nb": 1', 'there is no setting a b; see docs/method.md for all settings.'],
  ])('%s', (yaml, sentence) => {
    expect(() => parse(yaml)).toThrow(saying(`c.yaml: ${sentence}`));
  });

  it('any key that is no setting is refused, wherever it stands', () => {
    const sections = ['', 'model', 'data', 'objective', 'optimizer', 'training', 'network', 'trainer'] as const;
    const known = new Set(formatSettings(PAPER_SETTINGS).match(/\w+(?=:)/g));
    const more =
      'layers heads ffn feature network saving trainer mm feature_dim depth dim_feedforward clf_mask mse_mask roi_num batch_size m max_epochs num_workers acc_lambda mse_lambda path csv mask_way time_mask time_len';
    for (const name of more.split(' ')) known.add(name);
    const key = fc
      .oneof(fc.string({ minLength: 1 }), fc.constantFrom('__proto__', 'constructor', 'toString'))
      .filter((name) => !known.has(name));
    fc.assert(
      fc.property(fc.constantFrom(...sections), key, (section, name) => {
        const quoted = JSON.stringify(name);
        const yaml = section === '' ? `${quoted}: 1` : `${section}: {${quoted}: 1}`;
        const path = section === '' ? name : `${section}.${name}`;
        expect(() => parse(yaml)).toThrow(`c.yaml: there is no setting ${path.replace(/[\r\n]+/g, ' ')}; `);
      }),
    );
  });

  it('any text is a configuration or an InputError of one line', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `training: ${text}`),
        ),
        (yaml) => {
          try {
            expect(parse(yaml).settings).toHaveProperty('training.batch');
          } catch (error) {
            if (!isInputError(error)) throw error;
            expect(error.message).toMatch(/^c\.yaml: .+[.?]$/);
          }
        },
      ),
    );
  });
});
