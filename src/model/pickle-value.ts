/** @file What a Python pickle holds, as plain data: calls and references are written down, not followed. */

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | PickleDict
  | PickleTuple
  | PickleGlobal
  | PickleCall
  | PicklePersistent;

/** A `dict` or `OrderedDict`. */
export type PickleDict = Map<PickleValue, PickleValue>;

interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

/** A class or function by its full name, `torch.FloatStorage`. */
interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** What the pickle would have called, and with what. */
interface PickleCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly PickleValue[];
}

/** A reference to something kept outside the pickle. */
interface PicklePersistent {
  readonly kind: 'persistent';
  readonly id: PickleValue;
}

/** True for a value of that kind; false for any plain one. */
export function isKind<K extends 'tuple' | 'global' | 'call' | 'persistent'>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}
