/** @file One request: an answer that can be read on, or what stands in the way of it. Node only. */
import { InputError } from '../errors/input-error.ts';
import type { Again } from './persist.ts';

/** A connection that is given up when nothing comes for a while, or when everything is. */
export interface Line {
  readonly signal: AbortSignal;
  /** Something came: wait anew. */
  beat(): void;
  /** Nothing more is expected: the connection may be closed. */
  end(): void;
}

/** @param stall milliseconds without a beat after which the line is dead */
export function openLine(stall: number, signal: AbortSignal): Line {
  const controller = new AbortController();
  const give = () => controller.abort(new Error(`no data came for ${Number((stall / 1000).toPrecision(2))} s`));
  let timer = setTimeout(give, stall);
  return {
    signal: AbortSignal.any([controller.signal, signal]),
    beat() {
      clearTimeout(timer);
      timer = setTimeout(give, stall);
    },
    end() {
      clearTimeout(timer);
      controller.abort(new Error('the line is closed'));
    },
  };
}

/** Certificates that do not check do not check the next time either. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/**
 * Why a connection broke, as something that may pass.
 *
 * @throws InputError when it will not; the reason of `signal` when everything was given up
 */
export function brokenLine(error: unknown, address: string, line: Line, signal: AbortSignal): Again {
  signal.throwIfAborted();
  if (line.signal.aborted && line.signal.reason instanceof Error) return { again: line.signal.reason.message };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (CERTIFICATE.test(code))
    throw new InputError({
      where: address,
      problem: `the certificate of the server is not trusted (${code})`,
      fix: 'when the network has its own, name its file in NODE_EXTRA_CA_CERTS',
    });
  const { host } = new URL(address);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { again: `${host} is not found: there is no network, or no such server` };
  if (code === 'ECONNREFUSED') return { again: `${host} refuses the connection` };
  const why = code !== '' ? code : cause instanceof Error ? cause.message : '';
  return { again: `the connection broke off${why === '' ? '' : ` (${why})`}` };
}

/** A server that answered; its status is 200 or 206, or the file is not there. */
export type Answer = { readonly response: Response } | { readonly absent: string };

/**
 * Sends a request. Data is asked for as it is stored: sizes, ranges and checksums are of those bytes.
 *
 * @returns the answer with status 200, 206 or 416 (the range is beyond the end), or that it is absent (404, 410), or
 *   what may pass (408, 425, 429, 5xx, a broken connection)
 * @throws InputError for any other status, or when an https address leads to one that is not
 */
export async function request(
  address: string,
  { method = 'GET', headers = {} }: { method?: 'GET' | 'HEAD'; headers?: Readonly<Record<string, string>> },
  line: Line,
  signal: AbortSignal,
): Promise<Answer | Again> {
  let response: Response;
  try {
    const all = { 'accept-encoding': 'identity', 'user-agent': 'brainmass', ...headers };
    response = await fetch(address, { method, headers: all, signal: line.signal });
  } catch (error) {
    return brokenLine(error, address, line, signal);
  }
  line.beat();
  if (address.startsWith('https:') && !response.url.startsWith('https:'))
    throw new InputError({
      where: address,
      problem: 'the server leads to an address without https',
      found: response.url,
    });
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return { response };
  await response.body?.cancel().catch(() => {});
  if (status === 404 || status === 410) return { absent: `the server answers ${status}` };
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return { again: `the server answers ${status}`, wait: retryAfter(response.headers.get('retry-after')) };
  throw new InputError({
    where: address,
    problem: `the server answers ${status}`,
    fix:
      status === 401 || status === 403 || status === 407
        ? 'check whether this network or a proxy forbids it'
        : 'report it, with the address',
  });
}

/** Milliseconds: the header holds seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Bytes of the body as the server says, or undefined when it does not, or when it packs them although not asked to. */
export function lengthOf(response: Response): number | undefined {
  const text = response.headers.get('content-length');
  const packed = response.headers.get('content-encoding') ?? 'identity';
  return text !== null && /^\d{1,15}$/.test(text) && packed === 'identity' ? Number(text) : undefined;
}
