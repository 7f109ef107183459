/** @file Where the draws of a simulation live: each thing that is drawn has a stream of its own. */
import { type RandomStream, randomStream } from '../random/draws.ts';

const DRAWN = [
  'brain',
  'site',
  'balance',
  'person',
  'person-loadings',
  'visit',
  'visit-loadings',
  'bold',
  'site-loadings',
] as const;

/**
 * The stream for one thing: a site, a participant, one visit of a participant. It depends on nothing else, so that
 * participant 7 is the same in a cohort of 10 and of 10,000.
 *
 * @param index of the site, participant or block
 * @param visit index of the session
 */
export function drawsFor(seed: number, what: (typeof DRAWN)[number], index: number, visit = 0): RandomStream {
  return randomStream({ seed, purpose: 'simulate', a: DRAWN.indexOf(what), b: index, c: visit });
}
