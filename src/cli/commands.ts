/** @file Every sub-command, in the order of `--help`. */
import type { Command } from 'commander';

export const COMMANDS: readonly (() => Command)[] = [];
