/** @file An estimate in a document: a value with its interval. */
import * as z from 'zod';

/** Undefined is null. */
export const Score = z.number().nullable();

export const EstimateSchema = z
  .object({ mean: Score, low: Score, high: Score, reason: z.string().optional() })
  .describe('A value with its 95 % interval; null where undefined, and then the reason')
  .meta({ id: 'estimate' });
/** By metric. */
export const EstimatesSchema = z.record(z.string(), EstimateSchema).meta({ id: 'estimates' });
