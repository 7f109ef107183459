/** @file Scaled dot-product attention (Vaswani et al. 2017), with dropout on the attention map. */
import { applyAll, type Operation, type Tensor } from '../tensor.ts';
import { mul, sub } from './elementwise.ts';
import { emitProduct, type MatMulOptions, matMul } from './matmul.ts';
import { sum } from './reduce.ts';
import { reshape } from './shape.ts';

/** Dropout on the attention map: `keep` holds 0 or 1, shape `[batch, heads, tokens, tokens]`. */
export interface MapDropout {
  readonly keep: Tensor;
  /** 1 / (1 - rate). */
  readonly gain: number;
}

export interface Attention {
  /** `[batch, heads, width, tokens]`. */
  readonly output: Tensor;
  /** The attention map before dropout, `[batch, heads, tokens, tokens]`: rows sum to 1. */
  readonly map: Tensor;
}

/**
 * `softmax(qᵀ k / sqrt(width))` times `v`, for `q`, `k`, `v` `[batch, heads, width, tokens]`: features before tokens. So every
 * product here is as wide as there are tokens; one as narrow as a head wastes half of a vector register.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, dropout?: MapDropout): Attention {
  const [batch, heads, width, tokens] = q.shape;
  const mapShape = [batch, heads, tokens, tokens];
  const shapes = [{ shape: q.shape }, { shape: mapShape }, ...(dropout === undefined ? [] : [{ shape: mapShape }])];
  const inputs = dropout === undefined ? [q, k, v] : [q, k, v, dropout.keep];
  const [output, map] = applyAll(attend(1 / Math.sqrt(width), dropout?.gain ?? 1), inputs, shapes);
  return { output, map };
}

/** Outputs: the result, the map, and with dropout the map with zeros. */
function attend(temperature: number, gain: number): Operation {
  return {
    kind: 'attention',
    lower: ({ inputs }, emitter) => {
      const { emit, name } = emitter;
      const [q, k, v, keep] = inputs.map(name);
      const product = (a: string, b: string, options: MatMulOptions) => emitProduct(emitter, [a, b], [4, 4], options);
      const scores = product(q, k, { transA: true, alpha: temperature });
      const [map] = emit('Softmax', [scores], { attributes: { axis: -1 } });
      if (keep === undefined) return [product(v, map, { transB: true, alpha: gain }), map];
      const [dropped] = emit('Mul', [map, keep]);
      return [product(v, dropped, { transB: true, alpha: gain }), map, dropped];
    },
    vjp: ({ inputs: [q, k, v], outputs: [output, map, dropped = map] }, [g, gradientInMap]) => {
      if (g === undefined || gradientInMap !== undefined)
        throw new Error('a gradient in the attention map is not supported');
      const dDropped = matMul(g, v, { transA: true, alpha: gain });
      // Softmax's row sum of map·gradient equals g·output, a sum over width instead of tokens, dropout or not.
      const [batch, heads, , tokens] = q.shape;
      const rowSum = reshape(sum(mul(g, output), [2]), [batch, heads, tokens, 1]);
      const dScores = sub(mul(dDropped, dropped), mul(map, rowSum));
      return [
        matMul(k, dScores, { transB: true, alpha: temperature }),
        matMul(q, dScores, { alpha: temperature }),
        matMul(g, dropped, { alpha: gain }),
        undefined,
      ];
    },
  };
}
