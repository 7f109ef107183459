/** @file A server of files on this machine that misbehaves as told, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Patience } from '../../src/fetch/persist.ts';

/** So that trying again costs a test no time. */
export const HASTE: Patience = { stall: 5000, tries: 3, pause: 1, longest: 200 };

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly encoding: string | undefined;
}

/** Answers the `n`-th request (from 0) of its path. */
export type Behaviour = (response: ServerResponse, asked: Asked, n: number) => void;

export interface FaultyServer {
  /** Ends in a slash. */
  readonly base: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

export async function serve(behaviour: Behaviour): Promise<FaultyServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const one = askedOf(request);
    const before = asked.filter(({ path, method }) => path === one.path && method === one.method).length;
    asked.push(one);
    behaviour(response, one, before);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}/`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function askedOf({ method = '', url = '', headers }: IncomingMessage): Asked {
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { method, path: url, range: text('range'), ifRange: text('if-range'), encoding: text('accept-encoding') };
}

/** An honest answer of a file: whole, or the range that was asked for when its ETag is still the same. */
export function sendFile(
  response: ServerResponse,
  asked: Asked,
  body: Uint8Array,
  headers: Record<string, string> = {},
): void {
  const all = { etag: '"one"', 'accept-ranges': 'bytes', ...headers };
  const from = rangeStart(asked);
  const same = asked.ifRange === undefined || asked.ifRange === all.etag;
  if (from === undefined || !same) {
    response.writeHead(200, { ...all, 'content-length': body.length });
    response.end(asked.method === 'HEAD' ? undefined : body);
  } else {
    const range = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(206, { ...all, 'content-length': body.length - from, 'content-range': range });
    response.end(body.subarray(from));
  }
}

/**
 * Promises the whole body, sends the first `bytes` of what is asked for and hangs up, when these have arrived: what a
 * broken connection still holds is lost.
 */
export function breakOff(
  response: ServerResponse,
  asked: Asked,
  body: Uint8Array,
  { bytes, headers = { etag: '"one"' }, arrived }: BreakOff,
): void {
  const from = rangeStart(asked) ?? 0;
  const head = { ...headers, 'content-length': body.length - from };
  const range = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` };
  if (from === 0) response.writeHead(200, head);
  else response.writeHead(206, { ...head, ...range });
  response.write(body.subarray(from, from + bytes));
  const waiting = setInterval(() => {
    if (!arrived(from + bytes)) return;
    clearInterval(waiting);
    response.destroy();
  }, 2);
  response.on('close', () => clearInterval(waiting));
}

export interface BreakOff {
  readonly bytes: number;
  readonly headers?: Record<string, string>;
  /** True when so many bytes of the file are on the disk. */
  readonly arrived: (bytes: number) => boolean;
}

export function rangeStart({ range }: Asked): number | undefined {
  const match = /^bytes=(\d+)-$/.exec(range ?? '');
  return match === null ? undefined : Number(match[1]);
}
