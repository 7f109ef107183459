/** @file Which ROI each grayordinate of a dense CIFTI file belongs to: by surface and vertex, or by voxel. */
import { InputError } from '../errors/input-error.ts';
import type { BrainModel, CiftiAxis, Parcel, SurfacePart, VoxelSpace } from './cifti-axes.ts';

type Grayordinates = Extract<CiftiAxis, { kind: 'grayordinates' }>;

/** Where ROIs are, whatever file said so. */
export interface RoiPlaces {
  /** By structure: how many vertices its surface has, and the ROI (index from 0, or -1) of each. */
  readonly surfaces: ReadonlyMap<string, Int32Array>;
  /** ROI by flat voxel index. */
  readonly voxels: ReadonlyMap<number, number>;
  readonly space: VoxelSpace | undefined;
  readonly rois: number;
}

/** The places of parcels, in their order. @throws InputError when two parcels share a vertex or voxel */
export function placesOfParcels(parcels: readonly Parcel[], space: VoxelSpace | undefined, where: string): RoiPlaces {
  const places = emptyPlaces(parcels.length, space, where);
  for (const [roi, { surfaces, voxels }] of parcels.entries()) {
    for (const surface of surfaces) places.addVertices(surface, () => roi);
    places.addVoxels(voxels, () => roi);
  }
  return places;
}

/**
 * The places of labelled grayordinates.
 *
 * @param rois the ROI (index from 0, or -1) of each grayordinate
 */
export function placesOfLabels({ models, space }: Grayordinates, rois: Int32Array, count: number, where: string) {
  const places = emptyPlaces(count, space, where);
  for (const model of models) {
    const roiOf = (i: number) => rois[model.offset + i];
    if ('surface' in model) places.addVertices(model.surface, roiOf);
    else places.addVoxels(model.voxels, roiOf);
  }
  return places;
}

function emptyPlaces(rois: number, space: VoxelSpace | undefined, where: string) {
  const surfaces = new Map<string, Int32Array>();
  const voxels = new Map<number, number>();
  const twice = () => new InputError({ where, problem: 'two parcels share a vertex or a voxel' });
  return {
    surfaces,
    voxels,
    space,
    rois,
    addVertices({ structure, surfaceVertices, vertices }: SurfacePart, roiOf: (i: number) => number): void {
      const surface = surfaces.get(structure) ?? new Int32Array(surfaceVertices).fill(-1);
      surfaces.set(structure, surface);
      if (surface.length !== surfaceVertices) throw otherMesh(structure, surface.length, surfaceVertices, where);
      for (const [i, vertex] of vertices.entries()) {
        const roi = roiOf(i);
        if (roi < 0) continue;
        if (surface[vertex] >= 0) throw twice();
        surface[vertex] = roi;
      }
    },
    addVoxels(indices: Int32Array, roiOf: (i: number) => number): void {
      for (let i = 0; 3 * i < indices.length; i++) {
        const roi = roiOf(i);
        if (roi < 0 || space === undefined) continue;
        const voxel = flatIndex(indices, i, space);
        if (voxels.has(voxel)) throw twice();
        voxels.set(voxel, roi);
      }
    },
  };
}

function flatIndex(indices: Int32Array, i: number, { dims }: VoxelSpace): number {
  return indices[3 * i] + dims[0] * (indices[3 * i + 1] + dims[1] * indices[3 * i + 2]);
}

function otherMesh(structure: string, expected: number, found: number, where: string): InputError {
  return new InputError({
    where,
    problem: `the surface ${structure} is another mesh than that of the parcellation`,
    expected: `${expected} vertices`,
    found: `${found}`,
    fix: 'take the parcellation in the space of the series (32,492 vertices: fsLR 32k)',
  });
}

/** The grayordinates of a dense file that belong to ROIs. */
export interface PlacedGrayordinates {
  /** The ROI (index from 0, or -1) of each grayordinate. */
  readonly rois: Int32Array;
  /** Vertices and voxels of each ROI in the parcellation, also those that the file does not have. */
  readonly sizes: Float64Array;
}

/**
 * Finds the ROI of each grayordinate.
 *
 * @throws InputError when the file is on other meshes or another voxel grid than the parcellation, or has nothing in
 *   common with it
 */
export function placeGrayordinates(
  { models, space, length }: Grayordinates,
  places: RoiPlaces,
  where: string,
): PlacedGrayordinates {
  const rois = new Int32Array(length).fill(-1);
  for (const model of models) {
    if ('surface' in model) placeSurface(model, places.surfaces.get(model.surface.structure), rois, where);
    else if (places.voxels.size > 0) {
      checkSpace(space, places.space, where);
      for (let i = 0; i < model.count; i++)
        if (space !== undefined) rois[model.offset + i] = places.voxels.get(flatIndex(model.voxels, i, space)) ?? -1;
    }
  }
  if (rois.every((roi) => roi < 0))
    throw new InputError({
      where,
      problem: 'no grayordinate of the file lies in an ROI of the parcellation',
      fix: 'check that the two belong together',
    });
  const sizes = new Float64Array(places.rois);
  for (const surface of places.surfaces.values()) for (const roi of surface) if (roi >= 0) sizes[roi]++;
  for (const roi of places.voxels.values()) sizes[roi]++;
  return { rois, sizes };
}

function placeSurface(
  { offset, surface }: Extract<BrainModel, { surface: SurfacePart }>,
  labelled: Int32Array | undefined,
  rois: Int32Array,
  where: string,
): void {
  if (labelled === undefined) return;
  if (labelled.length !== surface.surfaceVertices)
    throw otherMesh(surface.structure, labelled.length, surface.surfaceVertices, where);
  for (const [i, vertex] of surface.vertices.entries()) rois[offset + i] = labelled[vertex];
}

/** Affines are written as decimal text, so that the last digits may differ. */
const SAME_SPACE_MM = 1e-3;

function checkSpace(space: VoxelSpace | undefined, expected: VoxelSpace | undefined, where: string): void {
  if (space === undefined || expected === undefined) return;
  const sameDims = space.dims.every((length, axis) => length === expected.dims[axis]);
  if (sameDims && space.affine.every((value, i) => Math.abs(value - expected.affine[i]) < SAME_SPACE_MM)) return;
  throw new InputError({
    where,
    problem: 'the voxels are on another grid than those of the parcellation',
    expected: gridText(expected),
    found: gridText(space),
    fix: 'take the parcellation in the space of the series',
  });
}

/** Grids of one size differ in where they begin. */
function gridText({ dims, affine }: VoxelSpace): string {
  const first = [affine[3], affine[7], affine[11]].map((mm) => Number(mm.toFixed(2)));
  return `${dims.join(' x ')}, the first voxel at ${first.join(' ')} mm`;
}
