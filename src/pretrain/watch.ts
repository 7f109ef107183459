/** @file What is watched beside the losses: the gradient at every step, the spread of embeddings now and then. */
import { hasCollapsed } from './collapse.ts';
import { addEmbeddings, embeddingSpread, type RecentEmbeddings } from './embedding-spread.ts';
import type { GradientNorms } from './step.ts';

/** Fields of a line of `metrics.jsonl`. */
export interface WatchedMetrics {
  /** Euclidean norm of the gradient before clipping, and of its parts. */
  readonly grad_norm: number;
  readonly grad_norm_encoder: number;
  readonly grad_norm_alignment: number;
  readonly grad_norm_heads: number;
  /** The spread of embeddings, at steps where it is taken. */
  readonly embedding_deviation?: number;
  readonly effective_rank?: number;
  readonly collapsed?: boolean;
}

/** Scans between two spreads: their time stays below half a percent of the training's. */
const INTERVAL = 512;
/** And the first ones earlier, for short runs. */
const EARLY = [64, 128, 256];

/**
 * Adds a step's embeddings to the recent ones, and takes their spread when it is due.
 *
 * @param step steps taken with this one; what is due depends on nothing else, so that a resumed run writes the same
 * @param embedding `[scans, width]`
 */
export function watchStep(
  recent: RecentEmbeddings,
  step: number,
  embedding: Float32Array,
  norms: GradientNorms,
): WatchedMetrics {
  const scans = embedding.length / recent.width;
  addEmbeddings(recent, embedding);
  return {
    grad_norm: norms.total,
    grad_norm_encoder: norms.encoder,
    grad_norm_alignment: norms.alignment,
    grad_norm_heads: norms.heads,
    ...(isSpreadDue((step - 1) * scans, step * scans) ? spreadMetrics(recent) : {}),
  };
}

/** When the scans trained on reach 64, 128, 256 or another multiple of 512. */
function isSpreadDue(before: number, after: number): boolean {
  const early = EARLY.some((scans) => before < scans && scans <= after);
  return early || Math.floor(after / INTERVAL) > Math.floor(before / INTERVAL);
}

function spreadMetrics(recent: RecentEmbeddings) {
  const spread = embeddingSpread(recent);
  return {
    embedding_deviation: spread.deviation,
    effective_rank: spread.effectiveRank,
    collapsed: hasCollapsed(spread, recent.count),
  };
}
