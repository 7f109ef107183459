/** @file Before anything is fetched: how much it is, and the small tables that say what there is. Node only. */
import { InputError } from '../errors/input-error.ts';
import { wrongBeginning } from './content.ts';
import { type Again, PATIENCE, type Patience, persist } from './persist.ts';
import { addressOf, type RemoteFile } from './remote-file.ts';
import { brokenLine, lengthOf, openLine, request } from './request.ts';

/** Files whose size is asked for; the others are taken to be like these. */
const SAMPLE = 12;
/** Somebody is waiting for an answer, and nothing is lost yet. */
const LOOK: Patience = { ...PATIENCE, tries: 3 };

/** Bytes of all files together; `exact` when every one said its size, undefined when none did. */
export interface RemoteSize {
  readonly bytes: number;
  readonly exact: boolean;
}

interface Options {
  readonly mirror?: string | undefined;
  readonly patience?: Patience | undefined;
}

/**
 * Asks the server for the sizes of a dozen of the files, evenly spaced.
 *
 * @returns their sum, scaled to all files, or undefined when the server does not say
 * @throws InputError when the server cannot be reached, or does not have a required file
 */
export async function remoteSize(files: readonly RemoteFile[], options: Options): Promise<RemoteSize | undefined> {
  const count = Math.min(files.length, SAMPLE);
  const sample = Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)]);
  const sizes = (await Promise.all(sample.map((file) => sizeOf(file, options)))).filter((size) => size !== undefined);
  if (sizes.length === 0) return undefined;
  const sum = sizes.reduce((total, size) => total + size, 0);
  return { bytes: Math.round((sum / sizes.length) * files.length), exact: sizes.length === files.length };
}

async function sizeOf(file: RemoteFile, { mirror, patience = LOOK }: Options): Promise<number | undefined> {
  const address = addressOf(file, mirror);
  const { signal } = new AbortController();
  const attempt = async (): Promise<{ readonly size: number | undefined } | Again> => {
    const line = openLine(patience.stall, signal);
    try {
      const answer = await request(address, { method: 'HEAD' }, line, signal);
      if ('response' in answer) return { size: lengthOf(answer.response) };
      if ('again' in answer) return answer;
      if (!file.required) return { size: 0 };
      throw new InputError({ where: address, problem: answer.absent, fix: 'report it: the address may have changed' });
    } finally {
      line.end();
    }
  };
  return (await persist(address, attempt, patience, signal)).size;
}

/**
 * A small text file, kept in memory.
 *
 * @throws InputError when it cannot be had or is no text
 */
export async function remoteText(file: RemoteFile, { mirror, patience = LOOK }: Options): Promise<Uint8Array> {
  const address = addressOf(file, mirror);
  const { signal } = new AbortController();
  const attempt = async (): Promise<{ readonly bytes: Uint8Array } | Again> => {
    const line = openLine(patience.stall, signal);
    try {
      const answer = await request(address, {}, line, signal);
      if ('again' in answer) return answer;
      if ('absent' in answer) throw new InputError({ where: address, problem: answer.absent });
      const { response } = answer;
      const bytes = await bodyOf(response, file.atMost, address, () => line.beat()).catch((error: unknown) =>
        error instanceof InputError ? Promise.reject(error) : brokenLine(error, address, line, signal),
      );
      if ('again' in bytes) return bytes;
      const length = lengthOf(response) ?? bytes.length;
      if (bytes.length !== length) return { again: `${bytes.length} of ${length} bytes came` };
      const problem = wrongBeginning(bytes, file.kind, response.headers.get('content-type'));
      if (problem === undefined) return { bytes };
      throw new InputError({ where: address, problem, fix: 'this network may ask to sign in first' });
    } finally {
      line.end();
    }
  };
  return (await persist(address, attempt, patience, signal)).bytes;
}

async function bodyOf(response: Response, atMost: number, where: string, beat: () => void): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    beat();
    size += part.length;
    if (size > atMost)
      throw new InputError({
        where,
        problem: 'the server sends more than this table can hold',
        expected: `at most ${atMost} bytes`,
      });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
