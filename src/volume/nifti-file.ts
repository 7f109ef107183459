/** @file NIfTI files on disk: the header, the extensions, and the numbers as a stream in bounded memory. Node only. */
import { InputError } from '../errors/input-error.ts';
import { type ByteSource, openSource } from './byte-source.ts';
import { LONGEST_HEADER, type NiftiHeader, parseNiftiHeader } from './nifti-header.ts';
import { niftiParts } from './nifti-parts.ts';
import { decodeVoxels, VOXEL_BYTES, type VoxelArray } from './voxel-type.ts';

/**
 * Deflate reaches 1032:1 at most. Label images reach 150:1, and are bounded in size. Series are not: 20:1 is what a scan
 * with a tenth of its volume in the mask may come to. Small files of zeros are let through.
 */
const HIGHEST_RATIO = { volume: 1000, series: 200 };
const RATIO_CHECKED_ABOVE = 2 ** 24;

/** Numbers are handed on in pieces of at most so many bytes. */
const PIECE_BYTES = 2 ** 18;

/**
 * Reads the header of a `.nii` or `.nii.gz` file, or of a pair `.hdr` and `.img` (`.img.gz`; either names both), and
 * compares the size it promises with the size of the file.
 *
 * @throws InputError when there is no such file, it is no NIfTI file, one of a pair is missing, or it is shorter or longer
 *   than its header says
 */
export async function readNiftiHeader(path: string): Promise<NiftiHeader> {
  const { header: headerPath, numbers, pair } = niftiParts(path);
  const source = await openSource(headerPath);
  const start = await firstBytes(source, LONGEST_HEADER);
  const header = parseNiftiHeader(start, headerPath, pair ? 'pair' : 'one file');
  checkSize(header, pair ? await openSource(numbers) : source, numbers);
  return header;
}

/** What lies between the header and the numbers: extensions, and the four bytes that say whether there are any. */
export async function readExtensions(path: string, header: NiftiHeader): Promise<Uint8Array> {
  return (await firstBytes(await openSource(niftiParts(path).header), header.dataOffset)).subarray(header.headerBytes);
}

/** As many bytes as there are up to `length`. */
async function firstBytes({ chunks }: ByteSource, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let missing = length;
  for await (const chunk of chunks()) {
    parts.push(chunk.subarray(0, missing));
    missing -= chunk.length;
    if (missing <= 0) break;
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function checkSize({ dims, voxelType, dataOffset }: NiftiHeader, { gzipped, fileBytes }: ByteSource, where: string) {
  const expected = dataOffset + dims.reduce((product, length) => product * length, 1) * VOXEL_BYTES[voxelType];
  const found = { where, expected: `${expected} bytes for ${dims.join(' x ')} voxels of ${voxelType}` };
  if (!gzipped && fileBytes !== expected) throw wrongLength(fileBytes < expected, { ...found, found: `${fileBytes}` });
  const ratio = HIGHEST_RATIO[dims.slice(3).some((length) => length > 1) ? 'series' : 'volume'];
  if (gzipped && expected > RATIO_CHECKED_ABOVE && expected > fileBytes * ratio)
    throw new InputError({
      ...found,
      problem: 'the file is far too small for what its NIfTI header promises',
      found: `${fileBytes} bytes of gzip`,
      fix: 'copy it again',
    });
}

function wrongLength(short: boolean, details: { where: string; expected: string; found: string }): InputError {
  return new InputError({
    ...details,
    problem: short ? 'the image is cut off' : 'the image is longer than its NIfTI header says',
    fix: 'copy or convert it again',
  });
}

/**
 * Takes a piece of a row: `values[0]` is number `at` of row `row`. Numbers are as stored, before scaling. The piece is
 * written over after the call.
 */
export type TakePiece = (values: VoxelArray, row: number, at: number) => void;

/**
 * Goes through the numbers of an image in their order in the file, in rows of `rowLength` (a volume, a series of a
 * CIFTI matrix), each in one or more pieces. Reads the file to its end, so that its checksum and length are verified.
 *
 * @returns the SHA-256 of the file, hex; of a pair, that of the file with the numbers
 * @throws InputError when the file is cut off, longer than its header says, or its compression is damaged
 */
export async function streamNumbers(
  path: string,
  header: NiftiHeader,
  rowLength: number,
  take: TakePiece,
): Promise<{ sha256: string }> {
  const { numbers } = niftiParts(path);
  const source = await openSource(numbers);
  const { dims, voxelType, littleEndian } = header;
  const size = VOXEL_BYTES[voxelType];
  const total = dims.reduce((product, length) => product * length, 1) * size;
  const rowBytes = rowLength * size;
  const piece = new Uint8Array(Math.min(PIECE_BYTES, rowBytes));
  let row = 0;
  let start = 0;
  let filled = 0;
  let skip = header.dataOffset;
  let read = -skip;
  for await (const chunk of source.chunks()) {
    read += chunk.length;
    if (read > total) break;
    let at = Math.min(skip, chunk.length);
    skip -= at;
    while (at < chunk.length) {
      const wanted = Math.min(piece.length, rowBytes - start);
      const part = chunk.subarray(at, at + wanted - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < wanted) continue;
      take(decodeVoxels(piece, wanted / size, voxelType, littleEndian), row, start / size);
      start += wanted;
      filled = 0;
      if (start === rowBytes) [row, start] = [row + 1, 0];
    }
  }
  if (read !== total) {
    const expected = `${total} bytes for ${dims.join(' x ')} voxels of ${voxelType}`;
    throw wrongLength(read < total, { where: numbers, expected, found: read < total ? `${read}` : 'more' });
  }
  return { sha256: source.sha256() };
}
