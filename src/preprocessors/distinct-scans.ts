/** @file Scans told apart by participant, session and run. */
import { InputError } from '../errors/input-error.ts';
import { join, VARIANT_ENTITIES } from './bids-name.ts';
import type { Candidate } from './candidate.ts';

/**
 * The same scans, no two of one participant with the same session and run: where their names differ only in `acq-`,
 * `dir-`, `rec-` and the like, these become part of the run (`dir-LR_run-1`), for all scans alike.
 *
 * @param where the folder, for messages
 * @throws InputError naming two files of the same scan
 */
export function distinctScans(candidates: readonly Candidate[], where: string): Candidate[] {
  const telling = VARIANT_ENTITIES.filter((entity) => tells(entity, candidates));
  const distinct = candidates.map((one): Candidate => {
    const run = [join(one.file.bids.entities, telling), one.scan.run].filter((part) => part !== '').join('_');
    return { ...one, scan: { ...one.scan, run } };
  });
  const first = new Map<string, Candidate>();
  for (const one of distinct) {
    const other = first.get(keyOf(one));
    if (other !== undefined)
      throw new InputError({
        where,
        problem: `the scan ${nameOf(one)} is there twice`,
        found: `${other.file.name} and ${one.file.name}`,
        fix: other.file.folder === one.file.folder ? 'move one of them away' : 'name the folder of one of them',
      });
    first.set(keyOf(one), one);
  }
  return distinct;
}

/** True when scans that are otherwise of one session and run differ in an entity. */
function tells(entity: string, candidates: readonly Candidate[]): boolean {
  const values = new Map<string, string>();
  return candidates.some((one) => {
    const value = one.file.bids.entities.get(entity) ?? '';
    const known = values.get(keyOf(one));
    values.set(keyOf(one), value);
    return known !== undefined && known !== value;
  });
}

function keyOf({ scan: { site, participant, session, run, array, name } }: Candidate): string {
  // A file that holds scans of many participants is told by its own name.
  return participant === '' ? `${name} ${array ?? ''}` : [site, participant, session, run].join(' ');
}

function nameOf({ scan: { participant, session, run } }: Candidate): string {
  return [participant, session, run].filter((part) => part !== '').join(' ');
}
