/**
 * @file The named tensors of a file that PyTorch's `torch.save` wrote: a ZIP archive of one pickle and raw storages.
 *
 * Entries: `ROOT/data.pkl`, a pickle that refers to storages; `ROOT/data/KEY`, the bytes of one storage;
 * `ROOT/byteorder` in files of recent versions. Nothing in the file is run (see unpickle.ts).
 */
import { InputError } from '../errors/input-error.ts';
import type { StoredTensor } from '../files/safetensors.ts';
import { extractZipEntry, readZipEntries, type ZipEntry } from '../files/zip.ts';
import { isKind, type PickleDict, type PickleValue } from './pickle-value.ts';
import { checkView, materialise, STORAGE_NAMES, storageBytes, type TensorView, tensorSize } from './torch-tensor.ts';
import { unpickle } from './unpickle.ts';

const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
const ALLOWED = new Set([REBUILD_TENSOR, REBUILD_PARAMETER, ...STORAGE_NAMES.keys()]);

const FIX = 'give a file that torch.save wrote of a state dict, or of a dict that holds one as model';

/** An opened file; entries go by their names without the root. */
interface Archive {
  readonly bytes: Uint8Array;
  readonly where: string;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Storages taken out so far, by key. */
  readonly storages: Map<string, Uint8Array>;
  /** How many tensor elements may still be read. Many tensors that share one storage could exhaust the memory. */
  elementsLeft: number;
}

/**
 * Reads the state dict of a `.pth` file: the `model` of the published checkpoint, or a bare one. Names lose the
 * `module.` of distributed training. Half, bfloat16 and double tensors become float32, integers and booleans int64.
 *
 * @returns row-major tensors by name, in the file's order
 * @throws InputError when it is not such a file or damaged, in PyTorch's old format, or names what could run code
 */
export function parseTorchCheckpoint(bytes: Uint8Array, where: string): ReadonlyMap<string, StoredTensor> {
  const archive = openArchive(bytes, where);
  const content = unpickle(extract(archive, 'data.pkl'), where, ALLOWED);
  const tensors = new Map<string, StoredTensor>();
  for (const [key, value] of stateDictOf(content, where)) {
    if (typeof key !== 'string') throw new InputError({ where, problem: 'a tensor has no name', fix: FIX });
    const name = key.replace(/^module\./, '');
    if (tensors.has(name)) throw new InputError({ where, problem: `there are two tensors ${name}`, fix: FIX });
    tensors.set(name, readTensor(archive, name, value));
  }
  return tensors;
}

function openArchive(bytes: Uint8Array, where: string): Archive {
  if (bytes[0] === 0x80)
    throw new InputError({
      where,
      problem: 'this is a bare pickle, as PyTorch wrote before version 1.6',
      fix: 'save it again with a recent PyTorch, torch.save(torch.load(file), file), or convert it to .safetensors',
    });
  const all = readZipEntries(bytes, where);
  const root = all.find(({ name }) => /^[^/]+\/data\.pkl$/.test(name))?.name.slice(0, -'data.pkl'.length);
  if (root === undefined)
    throw new InputError({ where, problem: 'a ZIP archive, but not of torch.save: it has no data.pkl', fix: FIX });
  const entries = new Map<string, ZipEntry>();
  for (const entry of all) {
    const name = entry.name.slice(root.length);
    if (!entry.name.startsWith(root) || entries.has(name))
      throw new InputError({ where, problem: `ZIP entry '${entry.name}' is twice there or out of place`, fix: FIX });
    entries.set(name, entry);
  }
  const archive = { bytes, where, entries, storages: new Map(), elementsLeft: bytes.length };
  if (entries.has('byteorder') && new TextDecoder().decode(extract(archive, 'byteorder')) !== 'little')
    throw new InputError({ where, problem: 'not saved by a little-endian machine', fix: 'convert it to .safetensors' });
  return archive;
}

function extract({ bytes, where, entries }: Archive, name: string): Uint8Array {
  const entry = entries.get(name);
  if (entry === undefined)
    throw new InputError({ where, problem: `there is no entry '${name}'`, fix: 'copy or save it again' });
  return extractZipEntry(bytes, entry, where);
}

function stateDictOf(content: PickleValue, where: string): PickleDict {
  if (!(content instanceof Map)) throw new InputError({ where, problem: 'this is no dict of tensors', fix: FIX });
  const model = content.get('model');
  const stateDict = model instanceof Map ? model : content;
  for (const [name, value] of stateDict)
    if (!isKind(value, 'call'))
      throw new InputError({ where, problem: `'${String(name)}' in the state dict is not a tensor`, fix: FIX });
  if (stateDict.size === 0) throw new InputError({ where, problem: 'the state dict is empty', fix: FIX });
  return stateDict;
}

function readTensor(archive: Archive, name: string, value: PickleValue): StoredTensor {
  const where = `${archive.where}, tensor ${name}`;
  const { key, view } = readView(value, where);
  checkView(view, where);
  archive.elementsLeft -= tensorSize(view);
  if (archive.elementsLeft < 0)
    throw new InputError({ where, problem: 'the tensors have more elements than the file has bytes', fix: FIX });
  return materialise(view, tensorSize(view) === 0 ? new Uint8Array() : readStorage(archive, key, view, where));
}

/** The arguments of `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, …)`, maybe in a Parameter. */
function readView(value: PickleValue, where: string): { readonly key: string; readonly view: TensorView } {
  const tensor = isKind(value, 'call') && value.name === REBUILD_PARAMETER ? value.args[0] : value;
  if (!isKind(tensor, 'call') || tensor.name !== REBUILD_TENSOR) throw malformed(where);
  const [storage, offset, shape, strides] = tensor.args;
  if (!isKind(storage, 'persistent') || !isKind(storage.id, 'tuple')) throw malformed(where);
  // ('storage', class, key, device, number of elements)
  const [tag, storageClass, key, , storageSize] = storage.id.items;
  const type = isKind(storageClass, 'global') ? STORAGE_NAMES.get(storageClass.name) : undefined;
  const [shapeSizes, strideSizes] = [sizes(shape), sizes(strides)];
  if (
    tag !== 'storage' ||
    type === undefined ||
    typeof key !== 'string' ||
    !isSize(storageSize) ||
    !isSize(offset) ||
    shapeSizes === undefined ||
    strideSizes?.length !== shapeSizes.length
  )
    throw malformed(where);
  return { key, view: { type, offset, shape: shapeSizes, strides: strideSizes, storageSize } };
}

function readStorage(archive: Archive, key: string, view: TensorView, where: string): Uint8Array {
  const storage = archive.storages.get(key) ?? extract(archive, `data/${key}`);
  archive.storages.set(key, storage);
  if (storage.length !== storageBytes(view))
    throw new InputError({
      where,
      problem: `its storage, entry 'data/${key}', has another size than declared`,
      expected: `${storageBytes(view)} bytes`,
      found: `${storage.length}`,
      fix: 'copy or save it again',
    });
  return storage;
}

function sizes(value: PickleValue | undefined): readonly number[] | undefined {
  return isKind(value, 'tuple') && value.items.every(isSize) ? value.items : undefined;
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function malformed(where: string): InputError {
  return new InputError({ where, problem: 'not written as torch.save writes a tensor', fix: FIX });
}
