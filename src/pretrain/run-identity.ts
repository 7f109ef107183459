/** @file What makes a run the run it is: the settings that a resumed run must keep. */
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';
import type { Settings } from './settings.ts';

/** These may change while a run goes on: its length, its memory, what it keeps and when. */
const FREE = ['epochs', 'micro_batch', 'checkpoint_minutes', 'checkpoint_epochs', 'snapshot_epochs'];

/** The settings that decide the numbers, by `section.key`, as JSON. */
export function identityOf(settings: Settings): string {
  const { training, ...rest } = settings;
  const kept = Object.fromEntries(Object.entries(training).filter(([key]) => !FREE.includes(key)));
  return JSON.stringify(flatten({ ...rest, training: kept }));
}

function flatten(value: object, path = ''): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null
      ? Object.entries(flatten(inner, `${path}${key}.`))
      : [[path + key, inner]],
  );
  return Object.fromEntries(entries);
}

/** @throws InputError for a text that {@link identityOf} cannot have given */
function parseIdentity(recorded: string, where: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(recorded));
  } catch (cause) {
    const problem = 'the settings of its last checkpoint are not recorded';
    throw new InputError({ where, problem, fix: 'start again with --overwrite' }, { cause });
  }
}

/**
 * Compares settings with those that the steps of a checkpoint were taken with.
 *
 * @param recorded what {@link identityOf} gave then
 * @param where the settings of now
 * @throws InputError naming every setting that differs
 */
export function checkSameSettings(recorded: string, settings: Settings, where: string): void {
  const then = parseIdentity(recorded, where);
  const now: Record<string, unknown> = JSON.parse(identityOf(settings));
  const changed = [...new Set([...Object.keys(then), ...Object.keys(now)])].filter((key) => then[key] !== now[key]);
  if (changed.length === 0) return;
  const values = (of: Record<string, unknown>) => changed.map((key) => `${key} ${of[key] ?? 'not set'}`).join(', ');
  throw new InputError({
    where,
    problem: 'the settings were changed since the last checkpoint, which would make it another run',
    expected: values(then),
    found: values(now),
    fix: 'put them back, or start a new run',
  });
}
