/** @file Every operation of the graph. */
export { type Attention, attention, type MapDropout } from './attention.ts';
export { add, addScalar, div, leakyRelu, mul, relu, reluDropout, scale, sqrt, sub } from './elementwise.ts';
export { layerNorm } from './layer-norm.ts';
export { linear, type MatMulOptions, matMul } from './matmul.ts';
export { mean, sum, sumAll } from './reduce.ts';
export { concat, flattenRows, gatherRows, reshape, slice, split } from './shape.ts';
export { logSoftmax, softmax } from './softmax.ts';
