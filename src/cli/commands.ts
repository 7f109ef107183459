/** @file Every sub-command, in the order of `--help`. */
import type { Command } from 'commander';
import { ingestCommand } from './ingest.ts';
import { inspectCommand } from './inspect.ts';
import { simulateCommand } from './simulate.ts';

export const COMMANDS: readonly (() => Command)[] = [simulateCommand, ingestCommand, inspectCommand];
