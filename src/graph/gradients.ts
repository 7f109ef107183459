/** @file Reverse-mode differentiation: extends a graph by the gradient of a scalar in chosen tensors. */
import { reachable } from './lower.ts';
import { add } from './ops/elementwise.ts';
import { constant, type Node, sameShape, type Tensor } from './tensor.ts';

/** An output to differentiate and the gradient that arrives at it. */
export interface Seed {
  readonly output: Tensor;
  readonly gradient: Tensor;
}

/**
 * The gradient of `loss` (shape []) in each tensor of `wrt`, or of a sum of inner products when seeds are given.
 *
 * @returns one tensor per entry of `wrt`, of its shape
 * @throws Error when an entry does not influence the loss: a parameter that would never be trained
 */
export function gradients(loss: Tensor | readonly Seed[], wrt: readonly Tensor[]): Tensor[] {
  const seeds = 'node' in loss ? [{ output: loss, gradient: constant(Float32Array.of(1), []) }] : loss;
  const nodes = reachable(seeds.map((seed) => seed.output));
  const needed = nodesOnTheWayTo(wrt, nodes);
  const accumulated = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, gradient: Tensor) => {
    if (!sameShape(tensor.shape, gradient.shape))
      throw new Error(`${tensor.node.operation.kind}: gradient [${gradient.shape}] for a tensor [${tensor.shape}]`);
    const sum = accumulated.get(tensor);
    accumulated.set(tensor, sum === undefined ? gradient : add(sum, gradient));
  };
  for (const { output, gradient } of seeds) accumulate(output, gradient);

  for (const node of nodes.toReversed()) {
    const incoming = node.outputs.map((output) => accumulated.get(output));
    if (!needed.has(node) || node.inputs.length === 0 || incoming.every((gradient) => gradient === undefined)) continue;
    const { vjp, kind } = node.operation;
    if (vjp === undefined) throw new Error(`no gradient passes ${kind}`);
    for (const [index, gradient] of vjp(node, incoming).entries()) {
      const source = node.inputs[index];
      if (gradient !== undefined && (needed.has(source.node) || wrt.includes(source))) accumulate(source, gradient);
    }
  }
  return wrt.map((tensor) => {
    const gradient = accumulated.get(tensor);
    if (gradient === undefined)
      throw new Error(`the loss does not depend on ${tensor.node.operation.kind} ${tensor.node.id}`);
    return gradient;
  });
}

/** Nodes through which a tensor of `wrt` is reached. */
function nodesOnTheWayTo(wrt: readonly Tensor[], nodes: readonly Node[]): Set<Node> {
  const needed = new Set(wrt.map((tensor) => tensor.node));
  for (const node of nodes) if (node.inputs.some((source) => needed.has(source.node))) needed.add(node);
  return needed;
}
