/** @file How many floating-point operations the method needs, however it is run. */
import { type ModelSize, READOUT } from '../model/size.ts';

/**
 * Encoder forwards that one scan costs in a training step: two views and two masked networks with gradients, at three
 * forwards each (a product's gradient is two more products), and two views through the target network.
 */
const FORWARDS_PER_STEP = 4 * 3 + 2;

/** Operations of one encoder forward of one scan (multiply and add count as two; products only). */
function encoderOperations({ rois, layers, ffn }: ModelSize): number {
  const projections = 2 * rois * (3 * rois * rois + rois * rois);
  const attention = 2 * (2 * rois * rois * rois);
  const feedForward = 2 * rois * (2 * rois * ffn);
  return layers * (projections + attention + feedForward);
}

/** Operations of a training step, per scan (5.9e9 for small at 100 ROIs). */
export function stepOperations(size: ModelSize): number {
  return FORWARDS_PER_STEP * encoderOperations(size);
}

/** Operations of one embedding: the encoder and the readout of each ROI. */
export function embeddingOperations(size: ModelSize): number {
  return encoderOperations(size) + 2 * size.rois * size.rois * READOUT;
}
