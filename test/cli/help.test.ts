/** @file What `--help` says of every command, and the exit codes of a command line that cannot be understood. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { commandLines, mistakes } from './command-lines.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
const program = new Command('brainmass');
for (const command of commands) program.addCommand(command);

/** Commands and their sub-commands, by what is typed: `bench training`. */
const all = commands.flatMap(function named(command): { path: string; command: Command }[] {
  const below = command.commands.flatMap(named).map((sub) => ({ ...sub, path: `${command.name()} ${sub.path}` }));
  return [{ path: command.name(), command }, ...below];
});

/** What `--help` prints on a terminal 100 columns wide, and the exit code it asks for. */
async function help(command: Command): Promise<{ text: string; exitCode: unknown }> {
  const written: string[] = [];
  const output = { writeOut: (text: string) => written.push(text), getOutHelpWidth: () => 100 };
  const asked = command.exitOverride().configureOutput(output).parseAsync(['--help'], { from: 'user' });
  const exitCode = await asked.then(
    () => undefined,
    (error: { exitCode: unknown }) => error.exitCode,
  );
  return { text: written.join(''), exitCode };
}

describe.each(all.map(({ path, command }) => [path, command] as const))('brainmass %s --help', (path, command) => {
  test('says what it always said (test/cli/help)', async () => {
    const { text, exitCode } = await help(command);
    expect(exitCode).toBe(0);
    await expect(text).toMatchFileSnapshot(`help/${path.replaceAll(' ', '-')}.txt`);
  });

  test('documents every argument and option', () => {
    expect(command.description()).not.toBe('');
    const { registeredArguments, options } = command;
    expect([...registeredArguments, ...options].filter(({ description }) => description.trim() === '')).toEqual([]);
  });

  test('shows an example of itself that would be understood', async () => {
    const examples = commandLines((await help(command)).text.split(/^Examples?:$/m)[1] ?? '');
    expect(examples.some((line) => line.startsWith(`${path} `))).toBe(true);
    expect(examples.flatMap((line) => mistakes(line, commands))).toEqual([]);
  });
});

test('commands are loaded by their own names', () => {
  expect(commands.map((command) => command.name())).toEqual(Object.keys(COMMANDS));
});

test('help texts are kept of these commands only', () => {
  const kept = readdirSync(fileURLToPath(new URL('help', import.meta.url)));
  expect(kept.sort()).toEqual(all.map(({ path }) => `${path.replaceAll(' ', '-')}.txt`).sort());
});

test('README and docs show only commands and options that exist', () => {
  const documents = readdirSync(`${repository}/docs`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`);
  const lines = ['README.md', ...documents].flatMap((path) => commandLines(readFileSync(repository + path, 'utf8')));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.flatMap((line) => mistakes(line, commands))).toEqual([]);
});

test('a mistake in a shown command line would be found', () => {
  const text = 'Try `npx brainmass simulte a`, or\n  $ brainmass bench training \\\n      --preset small --bacth 3\n';
  expect(commandLines(text)).toEqual(['simulte a', 'bench training --preset small --bacth 3']);
  expect(commandLines(text).flatMap((line) => mistakes(line, commands))).toEqual([
    'simulte a: there is no command simulte',
    'training --preset small --bacth 3: training has no option --bacth',
  ]);
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program itself. */
function brainmass(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`${repository}bin/brainmass.mjs`, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('exit codes', () => {
  test.concurrent('help is asked for: 0, on stdout, with every command', async () => {
    const { code, stdout, stderr } = await brainmass('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of commands) expect(stdout).toContain(`\n  ${command.name()} `);
  });

  test.concurrent.each([
    ['an unknown command', ['simulat'], "unknown command 'simulat' (Did you mean simulate?)"],
    ['an unknown option', ['inspect', 'a', '--jsn'], "unknown option '--jsn' (Did you mean --json?)"],
    ['an unknown option of a nested command', ['bench', 'training', '--bogus'], "unknown option '--bogus'"],
    ['a missing argument', ['inspect'], "missing required argument 'dataset'"],
  ])('%s: 2, one sentence, nothing on stdout', async (_, args, problem) => {
    const stderr = `brainmass: ${problem}; brainmass --help shows how.\n`;
    expect(await brainmass(...args)).toEqual({ code: 2, stdout: '', stderr });
  });

  test.concurrent('no command: 2, and the help on stderr', async () => {
    const { code, stdout, stderr } = await brainmass();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: brainmass [options] [command]');
  });
});
