/** @file Trying again: a server that is busy or a line that breaks is not yet a failure. */
import { InputError } from '../errors/input-error.ts';

/** How long is waited for what. */
export interface Patience {
  /** Milliseconds without any data after which a connection counts as dead. */
  readonly stall: number;
  /** Tries in a row that bring nothing new. */
  readonly tries: number;
  /** Milliseconds before the second try; doubled each time, up to {@link longest}. */
  readonly pause: number;
  /** Milliseconds that are waited at most between two tries, also when the server asks for more (then it ends). */
  readonly longest: number;
}

export const PATIENCE: Patience = { stall: 30_000, tries: 6, pause: 1000, longest: 120_000 };

/** However much each try brings, there is an end to it. */
const MOST_TRIES = 100;

/** A try that failed in a way that may pass. */
export interface Again {
  /** Why, as a clause. */
  readonly again: string;
  /** Milliseconds that the server asks to wait. */
  readonly wait?: number | undefined;
  /** True when something was gained, so that patience starts anew. */
  readonly gained?: boolean;
}

/**
 * Tries until it works.
 *
 * @param where for the message: the address
 * @throws InputError after {@link Patience.tries} tries in a row that gained nothing, and whatever `attempt` throws
 */
export async function persist<T extends object>(
  where: string,
  attempt: () => Promise<T | Again>,
  patience: Patience,
  signal: AbortSignal,
): Promise<T> {
  let fruitless = 0;
  for (let tries = 1; ; tries++) {
    const result = await attempt();
    if (!('again' in result)) return result;
    const { again, wait = 0, gained = false } = result;
    fruitless = gained ? 0 : fruitless + 1;
    const asked = wait > patience.longest;
    if (fruitless >= patience.tries || tries >= MOST_TRIES || asked)
      throw new InputError({
        where,
        problem: asked
          ? `${again}, and the server asks to come back in ${Math.ceil(wait / 60_000)} min`
          : `${again}, ${tries === 1 ? 'once' : `${tries} times`}`,
        fix: `try the same command again later: it goes on where it stopped${proxyHint()}`,
      });
    const pause = patience.pause * 2 ** Math.max(0, fruitless - 1);
    await sleep(Math.min(Math.max(pause, wait), patience.longest), signal);
  }
}

/** Node's `fetch` uses no proxy unless told to, and before 22.21 not at all. */
function proxyHint(): string {
  const { HTTPS_PROXY, https_proxy, NODE_USE_ENV_PROXY } = process.env;
  if ((HTTPS_PROXY ?? https_proxy) === undefined || NODE_USE_ENV_PROXY === '1') return '';
  return ' (a proxy is set: Node 22.21, 24 and later use it when NODE_USE_ENV_PROXY=1 is set, earlier ones need a mirror and --base-url)';
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}
