/** @file How the network structure of one visit differs from the average brain's: by site, person, and day. */
import { normal, type RandomStream } from '../random/draws.ts';
import { drawsFor } from './address.ts';
import { BRAIN_FACTORS, type Brain } from './brain.ts';
import type { Visit } from './cohort.ts';
import { NETWORKS } from './parcellation.ts';

/**
 * Spread of loadings about the average brain's. The person's part is the same at every visit: it is what identifies
 * people (ABIDE's scans are alike by r = 0.55 within and 0.52 between sites; two visits of one person by 0.54 to 0.61,
 * against 0.41 to 0.45 between people of those two data sets).
 */
const SPREAD = {
  site: { network: 0.03, roi: 0.035 },
  person: { network: 0.05, roi: 0.085 },
  visit: { network: 0.05, roi: 0.08 },
};

interface Spread {
  /** Of what the ROIs of a network have in common. */
  readonly network: number;
  readonly roi: number;
}

/**
 * Loadings of every ROI in one visit.
 *
 * @returns `[rois, factors]`
 */
export function visitLoadings(brain: Brain, seed: number, visit: Visit): Float64Array {
  const { participant, session, globalLevel } = visit;
  const loadings = brain.loadings.slice();
  const strength = Math.exp(globalLevel);
  for (let at = 0; at < loadings.length; at += brain.factors) loadings[at] *= strength;
  deviate(loadings, brain, SPREAD.site, drawsFor(seed, 'site-loadings', participant.site.index));
  deviate(loadings, brain, SPREAD.person, drawsFor(seed, 'person-loadings', participant.index));
  deviate(loadings, brain, SPREAD.visit, drawsFor(seed, 'visit-loadings', participant.index, session));
  return loadings;
}

/** Adds random loadings on the global and network factors, some for whole networks and some for each ROI. */
function deviate(loadings: Float64Array, brain: Brain, spread: Spread, draws: RandomStream): void {
  const shared = Float64Array.from({ length: NETWORKS.length * BRAIN_FACTORS }, () => spread.network * normal(draws));
  for (let roi = 0; roi < brain.rois; roi++)
    for (let factor = 0; factor < BRAIN_FACTORS; factor++)
      loadings[roi * brain.factors + factor] +=
        shared[brain.networkOf[roi] * BRAIN_FACTORS + factor] + spread.roi * normal(draws);
}
