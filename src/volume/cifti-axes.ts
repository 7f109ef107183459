/** @file The axes of a CIFTI-2 matrix: time points, grayordinates, parcels, label maps. */
import { InputError } from '../errors/input-error.ts';
import { clearText, type IndicesMap } from './cifti-xml.ts';
import { repetitionTime, SECONDS } from './nifti-units.ts';

/** A part of the brain: vertices of a surface. */
export interface SurfacePart {
  /** E.g. `CIFTI_STRUCTURE_CORTEX_LEFT`. */
  readonly structure: string;
  /** Vertices of the whole surface: which mesh it is. */
  readonly surfaceVertices: number;
  readonly vertices: Int32Array;
}

/** The voxels that voxel indices count, as text of the header: two that say the same are the same. */
export interface VoxelSpace {
  readonly dims: readonly [i: number, j: number, k: number];
  readonly affine: readonly number[];
}

/** A run of grayordinates: vertices of one surface, or voxels of one structure (`voxels`: i, j, k of each). */
export type BrainModel = { readonly offset: number; readonly count: number } & (
  | { readonly surface: SurfacePart }
  | { readonly voxels: Int32Array }
);

export interface Parcel {
  readonly name: string;
  readonly surfaces: readonly SurfacePart[];
  /** i, j, k of each. */
  readonly voxels: Int32Array;
}

export interface LabelMap {
  readonly name: string;
  /** Names by key. */
  readonly labels: ReadonlyMap<number, string>;
}

export type CiftiAxis =
  | { readonly kind: 'series'; readonly length: number; readonly tr: number | undefined }
  | {
      readonly kind: 'grayordinates';
      readonly length: number;
      readonly models: readonly BrainModel[];
      readonly space: VoxelSpace | undefined;
    }
  | {
      readonly kind: 'parcels';
      readonly length: number;
      readonly parcels: readonly Parcel[];
      readonly space: VoxelSpace | undefined;
    }
  | { readonly kind: 'labels'; readonly length: number; readonly maps: readonly LabelMap[] }
  | { readonly kind: 'scalars'; readonly length: number };

/** Meshes in use have 32,492 to 163,842 vertices. */
const MOST_VERTICES = 2 ** 22;

/** @throws InputError when lists and counts do not agree, or an index is beyond its surface or volume */
export function ciftiAxis(map: IndicesMap, where: string): CiftiAxis {
  switch (map.IndicesMapToDataType) {
    case 'CIFTI_INDEX_TYPE_SERIES':
      return { kind: 'series', length: map.NumberOfSeriesPoints ?? 0, tr: stepOf(map) };
    case 'CIFTI_INDEX_TYPE_BRAIN_MODELS':
      return grayordinates(map, where);
    case 'CIFTI_INDEX_TYPE_PARCELS':
      return parcels(map, where);
    case 'CIFTI_INDEX_TYPE_LABELS':
      return { kind: 'labels', length: map.NamedMap.length, maps: map.NamedMap.map(labelMap) };
    case 'CIFTI_INDEX_TYPE_SCALARS':
      return { kind: 'scalars', length: map.NamedMap.length };
    default:
      throw wrong(where, 'an axis of the CIFTI matrix is of an unknown type', map.IndicesMapToDataType);
  }
}

/** Seconds; undefined when the unit is another one, or the number is one that no scanner uses. */
function stepOf({ SeriesStep, SeriesExponent, SeriesUnit }: IndicesMap): number | undefined {
  if (SeriesUnit !== 'SECOND') return undefined;
  return repetitionTime(Number(SeriesStep) * 10 ** Number(SeriesExponent), SECONDS);
}

function labelMap({ MapName, LabelTable }: IndicesMap['NamedMap'][number]): LabelMap {
  const labels = LabelTable?.Label ?? [];
  return { name: clearText(MapName), labels: new Map(labels.map((label) => [label.Key, clearText(label['#text'])])) };
}

function grayordinates(map: IndicesMap, where: string): CiftiAxis {
  const space = voxelSpace(map, where);
  let length = 0;
  const models = map.BrainModel.toSorted((a, b) => a.IndexOffset - b.IndexOffset).map((model): BrainModel => {
    const { IndexOffset: offset, IndexCount: count, BrainStructure: structure } = model;
    if (offset !== length) throw wrong(where, 'the brain models of the CIFTI header leave gaps', structure);
    length += count;
    if (model.VoxelIndicesIJK !== undefined) {
      const voxels = voxelList(model.VoxelIndicesIJK, space, where);
      if (voxels.length === 3 * count) return { offset, count, voxels };
    } else {
      const vertices = integers(model.VertexIndices ?? '', where);
      if (vertices.length === count)
        return { offset, count, surface: surfacePart(structure, model.SurfaceNumberOfVertices ?? 0, vertices, where) };
    }
    throw wrong(where, 'a brain model of the CIFTI header does not hold as many indices as it says', structure);
  });
  return { kind: 'grayordinates', length, models, space };
}

function parcels(map: IndicesMap, where: string): CiftiAxis {
  const space = voxelSpace(map, where);
  const sizes = new Map(map.Surface.map((surface) => [surface.BrainStructure, surface.SurfaceNumberOfVertices]));
  const list = map.Parcel.map(({ Name, Vertices, VoxelIndicesIJK }) => ({
    name: clearText(Name),
    surfaces: Vertices.map(({ BrainStructure: structure, '#text': indices }) =>
      surfacePart(structure, sizes.get(structure) ?? 0, integers(indices, where), where),
    ),
    voxels: VoxelIndicesIJK === undefined ? new Int32Array(0) : voxelList(VoxelIndicesIJK, space, where),
  }));
  return { kind: 'parcels', length: list.length, parcels: list, space };
}

function surfacePart(structure: string, surfaceVertices: number, vertices: Int32Array, where: string): SurfacePart {
  if (surfaceVertices > MOST_VERTICES)
    throw wrong(where, `the surface ${structure} is too large to be believed`, `${surfaceVertices} vertices`);
  const beyond = vertices.find((vertex) => vertex >= surfaceVertices);
  if (beyond !== undefined)
    throw wrong(where, `a vertex lies beyond the surface ${structure} of ${surfaceVertices}`, `${beyond}`);
  return { structure, surfaceVertices, vertices };
}

function voxelSpace({ Volume }: IndicesMap, where: string): VoxelSpace | undefined {
  if (Volume === undefined) return undefined;
  const dims = Volume.VolumeDimensions.split(',').map(Number);
  const affine = Volume.TransformationMatrixVoxelIndicesIJKtoXYZ.trim().split(/\s+/).map(Number);
  const [i, j, k] = dims;
  const possible = dims.every((length) => Number.isInteger(length) && length > 0) && i * j * k < 2 ** 31;
  if (dims.length !== 3 || !possible || affine.length !== 16 || !affine.every(Number.isFinite))
    throw wrong(where, 'the volume of the CIFTI header is impossible', `dimensions ${Volume.VolumeDimensions}`);
  return { dims: [i, j, k], affine };
}

function voxelList(text: string, space: VoxelSpace | undefined, where: string): Int32Array {
  const voxels = integers(text, where);
  if (space === undefined) throw wrong(where, 'the CIFTI header lists voxels of no volume', 'no element Volume');
  const beyond = voxels.find((index, i) => index >= space.dims[i % 3]);
  if (voxels.length % 3 === 0 && beyond === undefined) return voxels;
  throw wrong(where, 'a voxel of the CIFTI header lies beyond its volume', `${beyond ?? 'two indices, not three'}`);
}

/** Straight from the characters: a list of words would take twenty times the memory of the text. */
function integers(text: string, where: string): Int32Array {
  const found = new Int32Array(Math.ceil(text.length / 2));
  let count = 0;
  let digits = 0;
  for (let at = 0; at <= text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9 && digits < 9) {
      found[count] = found[count] * 10 + digit;
      digits++;
    } else if (at === text.length || /\s/.test(text[at])) {
      if (digits > 0) count++;
      digits = 0;
    } else {
      const word = /^\S{0,20}/.exec(text.slice(at - digits, at + 20))?.[0];
      throw wrong(where, 'an index of the CIFTI header is no whole number', `"${word}"`);
    }
  }
  return found.slice(0, count);
}

function wrong(where: string, problem: string, found: string): InputError {
  return new InputError({ where, problem, found, fix: 'copy it again, or write it again with Connectome Workbench' });
}
