/** @file Every sub-command, in the order of `--help`. */
import type { Command } from 'commander';
import { ablateCommand } from './ablate.ts';
import { benchCommand } from './bench.ts';
import { datasetCommand } from './dataset.ts';
import { embedCommand } from './embed.ts';
import { evaluateCommand } from './evaluate.ts';
import { fetchCommand } from './fetch.ts';
import { finetuneCommand } from './finetune.ts';
import { identifyCommand } from './identify.ts';
import { ingestCommand } from './ingest.ts';
import { inspectCommand } from './inspect.ts';
import { predictCommand } from './predict.ts';
import { pretrainCommand } from './pretrain.ts';
import { simulateCommand } from './simulate.ts';
import { tasksCommand } from './tasks.ts';

export const COMMANDS: readonly (() => Command)[] = [
  fetchCommand,
  simulateCommand,
  ingestCommand,
  inspectCommand,
  datasetCommand,
  pretrainCommand,
  embedCommand,
  evaluateCommand,
  identifyCommand,
  tasksCommand,
  finetuneCommand,
  predictCommand,
  ablateCommand,
  benchCommand,
];
