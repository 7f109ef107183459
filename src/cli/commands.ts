/** @file Every sub-command, in the order of `--help`. Each is loaded when asked for: all take half a second. */
import type { Command } from 'commander';

export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  fetch: async () => (await import('./fetch.ts')).fetchCommand(),
  simulate: async () => (await import('./simulate.ts')).simulateCommand(),
  ingest: async () => (await import('./ingest.ts')).ingestCommand(),
  inspect: async () => (await import('./inspect.ts')).inspectCommand(),
  dataset: async () => (await import('./dataset.ts')).datasetCommand(),
  pretrain: async () => (await import('./pretrain.ts')).pretrainCommand(),
  embed: async () => (await import('./embed.ts')).embedCommand(),
  evaluate: async () => (await import('./evaluate.ts')).evaluateCommand(),
  identify: async () => (await import('./identify.ts')).identifyCommand(),
  tasks: async () => (await import('./tasks.ts')).tasksCommand(),
  finetune: async () => (await import('./finetune.ts')).finetuneCommand(),
  predict: async () => (await import('./predict.ts')).predictCommand(),
  ablate: async () => (await import('./ablate.ts')).ablateCommand(),
  bench: async () => (await import('./bench.ts')).benchCommand(),
};
