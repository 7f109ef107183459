/**
 * @file The header of a NIfTI-1 or NIfTI-2 file: what the image is, where its voxels lie and where its numbers start.
 *
 * Formats: nifti1.h (Cox, Ashburner, Breman et al., NIfTI Data Format Working Group, 2004; 348 bytes) and nifti2.h
 * (2011; 540 bytes), https://nifti.nimh.nih.gov.
 */
import { InputError } from '../errors/input-error.ts';
import type { Affine } from './affine.ts';
import { qformAffine, scalingAffine, sformAffine } from './nifti-affine.ts';
import { repetitionTime, spatialUnit } from './nifti-units.ts';
import { VOXEL_BYTES, type VoxelType, voxelTypeOf } from './voxel-type.ts';

export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  /** Lengths of the axes, fastest first: 1 to 7 of them. */
  readonly dims: readonly number[];
  readonly voxelType: VoxelType;
  /** True value = slope x stored value + intercept. 1 and 0 where the header asks for no scaling. */
  readonly slope: number;
  readonly intercept: number;
  /** From voxel indices (i, j, k) to millimetres to the right, anterior and superior. */
  readonly affine: Affine;
  /** Which of the header's statements the affine is; `none`: voxel sizes only, so that left may be right. */
  readonly affineFrom: 'sform' | 'qform' | 'none';
  /** Seconds from volume to volume; undefined when the header does not say, or says what no scanner does. */
  readonly tr: number | undefined;
  /** 3000 to 3099: a CIFTI-2 matrix. */
  readonly intent: number;
  /** Where extensions may start, in bytes from the start of the file. */
  readonly headerBytes: number;
  /** Where the numbers start, in bytes from the start of the file that holds them. */
  readonly dataOffset: number;
}

/** Enough of a file's start for either version. */
export const LONGEST_HEADER = 544;

/** Whether the numbers lie in the file of the header, or in one of their own. */
export type NiftiLayout = 'one file' | 'pair';

/** Extensions beyond this are not believed: the XML of a CIFTI file of 91,282 grayordinates takes about 2 MB. */
const LARGEST_EXTENSIONS = 2 ** 24;

/** Where the fields are, in bytes, and how wide: the two versions hold the same ones. */
interface Fields {
  readonly bytes: 348 | 540;
  readonly magic: number;
  readonly dim: number;
  readonly datatype: number;
  readonly bitpix: number;
  readonly pixdim: number;
  readonly voxOffset: number;
  readonly slope: number;
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quaternion: number;
  readonly srow: number;
  readonly units: number;
  readonly intent: number;
}

// biome-ignore format: a table
const NIFTI_1: Fields = {
  bytes: 348, magic: 344, dim: 40, datatype: 70, bitpix: 72, pixdim: 76, voxOffset: 108, slope: 112,
  qformCode: 252, sformCode: 254, quaternion: 256, srow: 280, units: 123, intent: 68,
};
// biome-ignore format: a table
const NIFTI_2: Fields = {
  bytes: 540, magic: 4, dim: 16, datatype: 12, bitpix: 14, pixdim: 104, voxOffset: 168, slope: 176,
  qformCode: 344, sformCode: 348, quaternion: 352, srow: 400, units: 500, intent: 504,
};

/**
 * Reads the header.
 *
 * @param bytes the start of the file (decompressed), {@link LONGEST_HEADER} bytes or more where there are as many
 * @param layout as the name of the file says; `dataOffset` is one into the file of the numbers
 * @throws InputError when it is no NIfTI file of that layout, or the header contradicts itself
 */
export function parseNiftiHeader(bytes: Uint8Array, where: string, layout: NiftiLayout = 'one file'): NiftiHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { fields, littleEndian } = recognise(view, where);
  checkMagic(bytes, fields, layout, where);
  const version = fields.bytes === 348 ? 1 : 2;
  const real = (at: number, index = 0) =>
    version === 1 ? view.getFloat32(at + index * 4, littleEndian) : view.getFloat64(at + index * 8, littleEndian);
  const code = (at: number) => (version === 1 ? view.getInt16(at, littleEndian) : view.getInt32(at, littleEndian));
  const dims = readDims(
    Array.from({ length: 8 }, (_, i) =>
      version === 1
        ? view.getInt16(fields.dim + i * 2, littleEndian)
        : Number(view.getBigInt64(fields.dim + i * 8, littleEndian)),
    ),
    where,
  );
  const voxelType = voxelTypeOf(view.getInt16(fields.datatype, littleEndian), where);
  checkBits(view.getInt16(fields.bitpix, littleEndian), voxelType, where);
  const pixdim = Array.from({ length: 8 }, (_, i) => real(fields.pixdim, i));
  const units = version === 1 ? view.getUint8(fields.units) : view.getInt32(fields.units, littleEndian);
  const offset =
    version === 1
      ? view.getFloat32(fields.voxOffset, littleEndian)
      : Number(view.getBigInt64(fields.voxOffset, littleEndian));
  return {
    version,
    littleEndian,
    dims,
    voxelType,
    ...readScaling(real(fields.slope), real(fields.slope, 1), where),
    ...placement(fields, code, real, pixdim, spatialUnit(units)),
    tr: dims.length > 3 && dims[3] > 1 ? repetitionTime(pixdim[4], units) : undefined,
    intent: code(fields.intent),
    headerBytes: fields.bytes,
    dataOffset: readOffset(offset, layout === 'pair' ? 0 : fields.bytes + 4, where),
  };
}

function recognise(view: DataView, where: string): { fields: Fields; littleEndian: boolean } {
  if (view.byteLength < NIFTI_1.bytes) throw cutOff(where, view.byteLength);
  for (const littleEndian of [true, false])
    for (const fields of [NIFTI_1, NIFTI_2])
      if (view.getInt32(0, littleEndian) === fields.bytes) {
        if (view.byteLength < fields.bytes) throw cutOff(where, view.byteLength);
        return { fields, littleEndian };
      }
  throw new InputError({
    where,
    problem: 'not a NIfTI file',
    expected: 'a header of 348 or 540 bytes',
    found: `${view.getInt32(0, true)} as its first number`,
  });
}

function cutOff(where: string, found: number): InputError {
  return new InputError({
    where,
    problem: 'the file is too short for a NIfTI header',
    expected: 'at least 348 bytes',
    found: `${found}`,
    fix: 'copy it again',
  });
}

/** One file: `n+1` or `n+2`. Header and numbers apart: `ni1`, `ni2`; ANALYZE 7.5, which says not where left is: nothing. */
function checkMagic(bytes: Uint8Array, { magic, bytes: length }: Fields, layout: NiftiLayout, where: string): void {
  const one = length === 348 ? 'n+1\0' : 'n+2\0\r\n\x1a\n';
  const apart = one.replace('+', 'i');
  const found = String.fromCharCode(...bytes.subarray(magic, magic + one.length));
  const pair = layout === 'pair';
  if (found === (pair ? apart : one)) return;
  throw new InputError({ where, ...otherMagic(found === (pair ? one : apart), pair, /^\0+$/.test(found)) });
}

/** Why the magic is not the one that the file's name asks for. */
function otherMagic(otherLayout: boolean, pair: boolean, none: boolean): { problem: string; fix: string } {
  if (otherLayout && pair)
    return { problem: 'the header is that of an image in one file', fix: 'name it .nii (or .nii.gz when compressed)' };
  if (otherLayout)
    return { problem: 'the header is one of a pair of files', fix: 'name it .hdr, and keep its .img beside it' };
  if (none && pair)
    return {
      problem: 'an image of the ANALYZE 7.5 format, which does not say where left is',
      fix: 'convert it to .nii.gz with the tool that wrote it, and check left and right in the result',
    };
  return {
    problem: 'the NIfTI header is damaged, or of the ANALYZE format, which does not say where left is',
    fix: 'copy it again, or convert it to .nii.gz with the tool that wrote it',
  };
}

function readDims(dim: readonly number[], where: string): number[] {
  const dims = dim.slice(1, dim[0] + 1);
  const product = dims.reduce((size, length) => size * length, 1);
  if (dim[0] >= 1 && dim[0] <= 7 && dims.every((length) => length >= 1) && Number.isSafeInteger(product * 8))
    return dims;
  throw new InputError({
    where,
    problem: 'the NIfTI header names impossible axes',
    expected: '1 to 7 axes of at least 1',
    found: `${dim[0]}: ${dims.join(' x ')}`,
    fix: 'copy or convert it again',
  });
}

function checkBits(bits: number, voxelType: VoxelType, where: string): void {
  if (bits === VOXEL_BYTES[voxelType] * 8) return;
  throw new InputError({
    where,
    problem: 'the NIfTI header contradicts itself about the size of a voxel',
    expected: `${VOXEL_BYTES[voxelType] * 8} bits of ${voxelType}`,
    found: `${bits}`,
    fix: 'copy or convert it again',
  });
}

/** A slope of 0 (or NaN, which some tools write) asks for no scaling. */
function readScaling(slope: number, intercept: number, where: string): Pick<NiftiHeader, 'slope' | 'intercept'> {
  if (slope === 0 || Number.isNaN(slope)) return { slope: 1, intercept: 0 };
  if (Number.isFinite(slope) && Number.isFinite(intercept)) return { slope, intercept };
  throw new InputError({
    where,
    problem: 'the scaling in the NIfTI header is not finite',
    expected: 'two numbers',
    found: `slope ${slope}, intercept ${intercept}`,
  });
}

/** The order of preference of the standard: sform, then qform, then voxel sizes. */
function placement(
  fields: Fields,
  code: (at: number) => number,
  real: (at: number, index: number) => number,
  pixdim: readonly number[],
  millimetres: number,
): Pick<NiftiHeader, 'affine' | 'affineFrom'> {
  if (code(fields.sformCode) > 0) {
    const rows = Array.from({ length: 12 }, (_, i) => real(fields.srow, i));
    return { affine: sformAffine(rows, millimetres), affineFrom: 'sform' };
  }
  if (code(fields.qformCode) > 0) {
    const quaternion = Array.from({ length: 6 }, (_, i) => real(fields.quaternion, i));
    return { affine: qformAffine(quaternion, pixdim, millimetres), affineFrom: 'qform' };
  }
  return { affine: scalingAffine(pixdim, millimetres), affineFrom: 'none' };
}

/**
 * The header, four bytes that say whether extensions follow, extensions, then the numbers. 0 stands for no extensions.
 * Numbers in a file of their own start at 0.
 */
function readOffset(offset: number, first: number, where: string): number {
  if (offset === 0) return first;
  if (Number.isInteger(offset) && offset >= first && offset <= first + LARGEST_EXTENSIONS) return offset;
  throw new InputError({
    where,
    problem: 'the NIfTI header does not say where the numbers start',
    expected: `a byte from ${first} to ${first + LARGEST_EXTENSIONS}`,
    found: `${offset}`,
    fix: 'copy or convert it again',
  });
}
