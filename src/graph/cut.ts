/** @file Cutting a graph in two: what the earlier half computes is kept as plain values and given to the later half. */
import { reachable } from './lower.ts';
import { applyAll, input, type Tensor } from './tensor.ts';

export interface Cut {
  /** Tensors of the earlier half that the later one reads, by the names of its inputs. */
  readonly kept: Readonly<Record<string, Tensor>>;
  /** The later half, reading them as inputs. */
  readonly later: Readonly<Record<string, Tensor>>;
}

/**
 * Cuts between all that `earlier` depends on and the rest of what `later` depends on. Inputs and constants stay where they
 * are in both halves, and a reshape is done again rather than kept.
 */
export function cut(earlier: readonly Tensor[], later: Readonly<Record<string, Tensor>>): Cut {
  const before = new Set(reachable(earlier));
  const kept: Record<string, Tensor> = {};
  const known = new Map<Tensor, Tensor>();

  function inLater(tensor: Tensor): Tensor {
    const found = known.get(tensor);
    if (found !== undefined) return found;
    const { node, index } = tensor;
    const { kind } = node.operation;
    if (kind === 'input' || kind === 'constant') return tensor;
    if (before.has(node) && kind !== 'reshape') {
      if (tensor.type !== 'float32') throw new Error(`${kind} of type ${tensor.type} cannot be kept`);
      const name = `kept ${known.size}`;
      kept[name] = tensor;
      const given = input(name, tensor.shape);
      known.set(tensor, given);
      return given;
    }
    const copies = applyAll(node.operation, node.inputs.map(inLater), node.outputs);
    for (const [k, output] of node.outputs.entries()) known.set(output, copies[k]);
    return copies[index];
  }

  // In topological order, so that no call goes deep.
  for (const node of reachable(Object.values(later)))
    if (!before.has(node)) for (const tensor of node.outputs) inLater(tensor);
  return {
    kept,
    later: Object.fromEntries(Object.entries(later).map(([name, tensor]) => [name, inLater(tensor)])),
  };
}
