/** @file When representations have collapsed, and what can be done about it. */
import type { EmbeddingSpread } from './embedding-spread.ts';

/**
 * Below this, scans get practically the same embedding. Untrained networks of all presets have 0.30 to 0.53, on simulated
 * and on measured scans, and training that goes well raises it. In a network that tells no scan from another, dropout
 * and the dropped time points alone still leave up to 0.12: noise, so that the effective rank stays high.
 */
const LEAST_DEVIATION = 0.125;

/** Below this, scans differ in practically one direction, as by one scale alone: dimensional collapse. */
const LEAST_RANK = 2;

/** Fewer scans than this say nothing: their rank is low by itself. */
const LEAST_SCANS = 64;

/** @param scans that the spread was taken over */
export function hasCollapsed({ deviation, effectiveRank }: EmbeddingSpread, scans: number): boolean {
  return scans >= LEAST_SCANS && (deviation < LEAST_DEVIATION || effectiveRank < LEAST_RANK);
}

/** What a step's metrics say of it. */
interface WatchedSpread {
  readonly step: number;
  readonly collapsed?: boolean;
  readonly embedding_deviation?: number;
  readonly effective_rank?: number;
}

/** One sentence for whoever watches the run; undefined while all is well. */
export function collapseWarning(metrics: WatchedSpread): string | undefined {
  const { step, collapsed, embedding_deviation: deviation, effective_rank: rank } = metrics;
  if (collapsed !== true || deviation === undefined || rank === undefined) return undefined;
  const found = `standard deviation ${deviation.toFixed(3)}, effective rank ${rank.toFixed(1)}`;
  return `at step ${step} different scans get almost the same embedding (${found}): representations have collapsed; start again, or from an earlier checkpoint, with a lower optimizer.learning_rate, more warm-up epochs, or an optimizer.target_momentum nearer to 1`;
}
