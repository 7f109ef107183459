/** @file Who and what a scan's file is: participant, session, run, and an id of its own. Node only. */
import { realpathSync } from 'node:fs';
import type { Scan } from '../dataset/dataset.ts';
import { InputError } from '../errors/input-error.ts';
import { bidsEntities, fileIds } from './file-name.ts';
import type { FoundFile } from './found-files.ts';
import type { ParticipantRow } from './participants.ts';

/** A file and the row that it belongs to. */
export interface Match extends FoundFile {
  readonly row?: ParticipantRow;
}

/** A scan that is still in its own file. */
export interface LocatedScan extends FoundFile {
  /** For messages: the row of the table, or the file. */
  readonly where: string;
  /** Which matrix of a stack, from 0. */
  readonly matrix?: number;
  readonly scan: Omit<Scan, 'timepoints' | 'offset'>;
}

/**
 * Gives every scan its id: `participant[_session][_run]`, and where that is not unique the name of the file. What the
 * table does not say is taken from the BIDS entities of the file, and a participant without either from its name.
 *
 * @throws InputError naming both when a file or a scan id occurs twice
 */
export function identifyScans(matches: readonly Match[]): LocatedScan[] {
  const names = fileIds(matches.map(({ name }) => name));
  const scans = matches.map(({ path, name, found, row }, i): LocatedScan => {
    const entities = bidsEntities(name);
    const participantId = row?.participantId ?? (found?.participant || entities.participant || names[i]);
    const session = row?.session || (found?.session ?? entities.session);
    const run = row?.run || (found?.run ?? entities.run);
    const scan = {
      scanId: [participantId, session, run].filter((part) => part !== '').join('_'),
      participantId,
      session,
      run,
      site: row?.site || (found?.site ?? ''),
      tr: row?.tr ?? found?.tr,
      phenotype: row?.phenotype ?? {},
    };
    return {
      path,
      name,
      ...(found === undefined ? {} : { found }),
      where: row === undefined ? path : `${row.where} (${name})`,
      scan,
    };
  });
  refuseRepeats(scans, ({ path }) => withoutLinks(path), 'the file was named already, in');
  const count = new Map<string, number>();
  for (const { scan } of scans) count.set(scan.scanId, (count.get(scan.scanId) ?? 0) + 1);
  const unique = scans.map((located, i) =>
    count.get(located.scan.scanId) === 1 ? located : { ...located, scan: { ...located.scan, scanId: names[i] } },
  );
  refuseRepeats(unique, ({ scan }) => scan.scanId, 'the scan has the same id as');
  return unique;
}

/** A link to nothing stays as it is: reading it says what is wrong, and other scans can go in without it. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function refuseRepeats(scans: readonly LocatedScan[], key: (scan: LocatedScan) => string, problem: string): void {
  const first = new Map<string, LocatedScan>();
  for (const scan of scans) {
    const other = first.get(key(scan));
    if (other !== undefined)
      throw new InputError({
        where: scan.where,
        problem: `${problem} ${other.where}`,
        fix: 'name every scan once; tell repeated scans of a participant apart by the columns session and run',
      });
    first.set(key(scan), scan);
  }
}
