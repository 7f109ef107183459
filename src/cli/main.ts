/** @file The `brainmass` command: its sub-commands, and what its exit codes mean. */
import { Command, CommanderError } from 'commander';
import { InputError, isInputError } from '../errors/input-error.ts';
import { COMMANDS } from './commands.ts';
import { VERSION } from './version.ts';

const program = new Command('brainmass')
  .description('Pretrain brain network transformers on functional connectivity; diagnose with few labels.')
  .version(VERSION)
  .configureOutput({ outputError: () => {} })
  .exitOverride();
const [, , asked] = process.argv;
const wanted = Object.hasOwn(COMMANDS, asked) ? [COMMANDS[asked]] : Object.values(COMMANDS);
for (const command of await Promise.all(wanted.map((load) => load()))) program.addCommand(inheriting(command, program));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** The command with the settings of its parent, and so its own sub-commands: else a wrong option there exits with 1. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const subcommand of command.commands) inheriting(subcommand, command);
  return command;
}

/** 0: help was asked for. 2: the request or the input is wrong. 1: our fault. */
function report(error: unknown): number {
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
    return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommanderError) return report(asInputError(error));
  if (isInputError(error)) {
    process.stderr.write(`brainmass: ${error.message}\n`);
    return 2;
  }
  process.stderr.write(`brainmass: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** What commander refuses, in the form of every other refusal. */
function asInputError({ message }: CommanderError): InputError {
  const problem = message.replace(/^error: /, '').replace(/\.$/, '');
  return new InputError({ problem, fix: 'brainmass --help shows how' });
}
