/**
 * @file Layer-wise learning rates (Howard, Ruder 2018; Clark et al. 2020): what is near the embedding moves more than what
 * is near the input, so that few labelled scans do not undo what many unlabelled ones taught.
 */
import { ONLINE } from '../model/parameters.ts';

/** The default: whatever the depth, the lowest layer has a tenth of the head's learning rate. */
export function defaultLayerDecay(layers: number): number {
  return 0.1 ** (1 / layers);
}

/**
 * The share of the learning rate that a parameter of the encoder has. The head has 1, the readout and the top layer have
 * `decay`, the layer below `decay²`, down to `decay ** layers`.
 */
export function layerRate(name: string, layers: number, decay: number): number {
  const layer = new RegExp(`^${ONLINE}attention_list\\.(\\d+)\\.`).exec(name)?.[1];
  return layer === undefined ? decay : decay ** (layers - Number(layer));
}
