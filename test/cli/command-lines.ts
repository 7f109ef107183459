/** @file Finds `brainmass …` command lines in a text, and what in them no command of ours knows. */
import type { Command } from 'commander';

/** The command lines of a text, those broken by a backslash joined. */
export function commandLines(text: string): readonly string[] {
  const joined = text.replace(/\s*\\\n\s*/g, ' ');
  return [...joined.matchAll(/(?:^\s*(?:\$ )?|`)(?:npx )?brainmass ([a-z][^\n`]*)/gm)].map(([, line]) => line.trim());
}

/** What a command line says that is not so: a command or an option that does not exist. */
export function mistakes(line: string, commands: readonly Command[]): readonly string[] {
  const [name, ...rest] = line.split(/\s+/);
  const command = commands.find((candidate) => candidate.name() === name);
  if (command === undefined) return [`${line}: there is no command ${name}`];
  if (command.commands.length > 0 && rest.length > 0 && !rest[0].startsWith('-'))
    return mistakes(rest.join(' '), command.commands);
  const known = new Set(['--help', ...command.options.map(({ long }) => long)]);
  const used = line.match(/(?<=\s)--[a-z-]+/g) ?? [];
  return used.filter((option) => !known.has(option)).map((option) => `${line}: ${name} has no option ${option}`);
}
