/** @file A file on a public server, and what is known of it before it is fetched. */
import { InputError } from '../errors/input-error.ts';

/** What the first bytes must look like: a sign-in page of the network is neither. */
export type ContentKind = 'gzip' | 'text';

export interface RemoteFile {
  /** Name in the folder that it is fetched to, with `/`; one name for one path. */
  readonly name: string;
  /** `https://HOST/`, the part that a mirror replaces. */
  readonly host: string;
  /** The rest of the address, without a slash at its start. */
  readonly path: string;
  readonly kind: ContentKind;
  /** Bytes that no such file exceeds: a server that sends more is wrong, and must not fill the disk. */
  readonly atMost: number;
  /** Hex digest of the published file, where it is known. */
  readonly sha256?: string;
  /** False: when the server does not have it, that is said and the rest is fetched. */
  readonly required: boolean;
}

/** Where the file is: at its own host, or below a mirror's address (which ends in a slash). */
export function addressOf(file: Pick<RemoteFile, 'host' | 'path'>, mirror: string | undefined): string {
  return new URL(file.path, mirror ?? file.host).href;
}

/**
 * The address of a mirror, ending in a slash.
 *
 * @param where the option or variable that gave it, for the message
 * @throws InputError when it is not an http(s) address
 */
export function mirrorAddress(text: string, where: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new InputError({
      where,
      problem: 'not the address of a mirror',
      expected: 'https://HOST/ or https://HOST/FOLDER/',
      found: `"${text}"`,
    });
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
