/** @file Moving elements without computing: reshape, slice, concatenate, gather rows. */
import { apply, applyAll, filled, type Operation, type Shape, sameShape, sizeOf, type Tensor } from '../tensor.ts';

const int64 = (values: readonly number[]) => BigInt64Array.from(values, BigInt);

/** The same elements in another shape. */
export function reshape(a: Tensor, shape: Shape): Tensor {
  if (sizeOf(shape) !== sizeOf(a.shape)) throw new Error(`cannot reshape [${a.shape}] to [${shape}]`);
  return sameShape(a.shape, shape) ? a : apply(RESHAPE, [a], shape, a.type);
}
const RESHAPE: Operation = {
  kind: 'reshape',
  lower: ({ inputs: [a], outputs: [y] }, { emit, name, constant: fixed }) =>
    emit('Reshape', [name(a), fixed(int64(y.shape), [y.shape.length])]),
  vjp: ({ inputs: [a] }, [g]) => [reshape(g!, a.shape)],
};

/** Elements `start` to `start + length` along `axis`. */
export function slice(a: Tensor, axis: number, start: number, length: number): Tensor {
  if (start === 0 && length === a.shape[axis]) return a;
  const shape = a.shape.with(axis, length);
  return apply(
    {
      kind: 'slice',
      lower: ({ inputs: [x] }, { emit, name, constant: fixed }) =>
        emit('Slice', [
          name(x),
          fixed(int64([start]), [1]),
          fixed(int64([start + length]), [1]),
          fixed(int64([axis]), [1]),
        ]),
      vjp: ({ inputs: [x] }, [g]) => {
        const zeros = (size: number) => filled(0, shape.with(axis, size));
        const after = x.shape[axis] - start - length;
        return [concat([...(start > 0 ? [zeros(start)] : []), g!, ...(after > 0 ? [zeros(after)] : [])], axis)];
      },
    },
    [a],
    shape,
    a.type,
  );
}

/** `parts` equal pieces along `axis`. */
export function split(a: Tensor, axis: number, parts: number): readonly Tensor[] {
  const shape = a.shape.with(axis, a.shape[axis] / parts);
  return applyAll(
    {
      kind: 'split',
      lower: ({ inputs: [x] }, { emit, name }) =>
        emit('Split', [name(x)], { attributes: { axis, num_outputs: parts }, outputs: parts }),
      vjp: (_, gradients) => {
        if (!gradients.every((g) => g !== undefined)) throw new Error('every piece of a split must be used');
        return [concat(gradients, axis)];
      },
    },
    [a],
    Array.from({ length: parts }, () => ({ shape })),
  );
}

/** Joined along `axis`. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  if (parts.length === 1) return parts[0];
  const length = parts.reduce((total, part) => total + part.shape[axis], 0);
  return apply(
    {
      kind: 'concat',
      lower: ({ inputs }, { emit, name }) => emit('Concat', inputs.map(name), { attributes: { axis } }),
      vjp: ({ inputs }, [g]) => {
        let start = 0;
        return inputs.map(({ shape }) => {
          start += shape[axis];
          return slice(g!, axis, start - shape[axis], shape[axis]);
        });
      },
    },
    parts,
    parts[0].shape.with(axis, length),
  );
}

/** All rows of a batch of matrices `[batch, rows, width]` one after the other, `[batch * rows, width]`; without gradient. */
export function flattenRows(a: Tensor): Tensor {
  const [batch, rows, width] = a.shape;
  return apply(FLATTEN_ROWS, [a], [batch * rows, width]);
}
const FLATTEN_ROWS: Operation = {
  kind: 'flatten-rows',
  lower: ({ inputs: [a] }, { emit, name }) => emit('Flatten', [name(a)], { attributes: { axis: 2 } }),
};

/** Rows of `table` `[n, width]` at `indices` (int32 or int64, any shape): `[...indices, width]`. The table gets no gradient. */
export function gatherRows(table: Tensor, indices: Tensor): Tensor {
  return apply(GATHER_ROWS, [table, indices], [...indices.shape, ...table.shape.slice(1)]);
}
const GATHER_ROWS: Operation = {
  kind: 'gather-rows',
  lower: ({ inputs: [table, indices] }, { emit, name }) =>
    emit('Gather', [name(table), name(indices)], { attributes: { axis: 0 } }),
};
