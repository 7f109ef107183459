/** @file When representations have collapsed, and what can be done about it. */
import type { EmbeddingSpread } from './embedding-spread.ts';

/**
 * Below this, scans get practically the same embedding. Untrained networks of all presets have 0.30 to 0.53, on simulated
 * and on measured scans, and training that goes well raises it. In a network that tells no scan from another, dropout
 * and the dropped time points alone still leave up to 0.1: noise, so that the effective rank stays high.
 */
const LEAST_DEVIATION = 0.1;

/** Below this, scans differ in practically one direction, as by one scale alone: dimensional collapse. */
const LEAST_RANK = 2;

/** Fewer scans than this say nothing: their rank is low by itself. */
const LEAST_SCANS = 64;

/** @param scans that the spread was taken over */
export function hasCollapsed({ deviation, effectiveRank }: EmbeddingSpread, scans: number): boolean {
  return scans >= LEAST_SCANS && (deviation < LEAST_DEVIATION || effectiveRank < LEAST_RANK);
}

/** One sentence for whoever watches the run. */
export function collapseWarning(step: number, { deviation, effectiveRank }: EmbeddingSpread): string {
  const found = `standard deviation ${deviation.toFixed(3)}, effective rank ${effectiveRank.toFixed(1)}`;
  return `at step ${step} the embeddings of different scans are almost the same (${found}), so what is learned from here on may be worth little: try a lower optimizer.learning_rate, more warm-up epochs, or an optimizer.target_momentum nearer to 1, from an earlier snapshot or anew`;
}
