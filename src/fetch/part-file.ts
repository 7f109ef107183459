/** @file What has come of a file so far: `NAME.part`, and `NAME.part.json` that says of what. Node only. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { flush } from '../files/atomic.ts';

const ORIGIN = z.strictObject({
  address: z.string(),
  /** What the file is recognised by when the rest of it is asked for: its ETag, else its date. */
  validator: z.string().optional(),
  /** Bytes of the whole file, when the server said so. */
  size: z.number().int().nonnegative().optional(),
  /** Hex digest of the whole file, when the server said so. */
  md5: z.string().optional(),
});

/** Where the part came from. */
export type Origin = z.infer<typeof ORIGIN>;

export interface PartFile {
  readonly path: string;
  /** Bytes that are there. */
  size(): number;
  /** Where they came from; undefined when there are none, or nobody knows. */
  origin(): Origin | undefined;
  /** Starts anew with an empty part of this origin. */
  begin(origin: Origin): void;
  discard(): void;
  /** Gives the whole file its name. */
  finish(): void;
}

/** @param target path of the whole file */
export function partFile(target: string): PartFile {
  const path = `${target}.part`;
  const note = `${path}.json`;
  const size = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return {
    path,
    size,
    origin() {
      try {
        return size() === 0 ? undefined : ORIGIN.safeParse(JSON.parse(readFileSync(note, 'utf8'))).data;
      } catch {
        // No note, or half of one: the part is of no use.
        return undefined;
      }
    },
    begin(origin) {
      // The note of an older part must never stand beside a newer one.
      rmSync(note, { force: true });
      writeFileSync(path, '');
      writeFileSync(note, JSON.stringify(origin));
    },
    discard() {
      rmSync(path, { force: true });
      rmSync(note, { force: true });
    },
    finish() {
      flush(path);
      renameSync(path, target);
      rmSync(note, { force: true });
    },
  };
}
