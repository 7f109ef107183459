/** @file Writes a data set of connectivity matrices: scan by scan in bounded memory, whole or not at all. Node only. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StatedFcKind } from '../connectivity/kinds.ts';
import { InputError } from '../errors/input-error.ts';
import { replaceDirectory } from '../files/atomic.ts';
import { npyHeader } from '../files/npy.ts';
import type { Scan } from './dataset.ts';
import { type ConnectivityDescription, FORMAT_VERSION, sourceRecords } from './description.ts';
import { checkPhenotypeColumns, formatScans } from './scans-table.ts';
import type { NewDataset, WriteOptions } from './write-dataset.ts';

/** A scan's matrix on its way to disk. */
export interface NewMatrix {
  /** `timepoints`: what it was computed from; 0 where nobody says. */
  readonly scan: Omit<Scan, 'offset'>;
  /** `[rois, rois]`, symmetric, diagonal 1; row, column and diagonal of an ROI without signal are 0. */
  readonly matrix: Float32Array;
  /** What messages call this scan. */
  readonly where: string;
}

/**
 * Writes a data set of connectivity. The directory appears (or is replaced) when all is done.
 *
 * @throws InputError when there are no scans, an id is empty or occurs twice, or a column name is reserved; the directory
 *   is then as it was before
 */
export async function writeConnectivity(
  directory: string,
  dataset: NewDataset & { readonly fcKind: StatedFcKind },
  scans: Iterable<NewMatrix> | AsyncIterable<NewMatrix>,
  options: WriteOptions,
): Promise<ConnectivityDescription> {
  checkPhenotypeColumns(dataset.phenotypeColumns);
  let description: ConnectivityDescription | undefined;
  await replaceDirectory(
    directory,
    async (temporary) => {
      const path = join(temporary, 'connectivity.npy');
      const written = await writeMatrices(path, dataset.roiNames.length, scans, options);
      writeFileSync(join(temporary, 'scans.tsv'), formatScans(written.scans, dataset.phenotypeColumns));
      description = {
        format: 'brainmass-dataset',
        version: FORMAT_VERSION,
        content: 'connectivity',
        fcKind: dataset.fcKind,
        atlas: dataset.atlas,
        counts: {
          scans: written.scans.length,
          participants: new Set(written.scans.map(({ participantId }) => participantId)).size,
          rois: dataset.roiNames.length,
          timepoints: written.scans.reduce((sum, { timepoints }) => sum + timepoints, 0),
        },
        connectivitySha256: written.sha256,
        reading: dataset.reading,
        rois: [...dataset.roiNames],
        sources: sourceRecords(dataset.sources),
      };
      writeFileSync(join(temporary, 'dataset.json'), `${JSON.stringify(description, null, 1)}\n`);
    },
    { overwrite: options.overwrite, marker: 'dataset.json' },
  );
  if (description === undefined) throw new Error(`${directory} was not written`);
  return description;
}

async function writeMatrices(
  path: string,
  rois: number,
  matrices: Iterable<NewMatrix> | AsyncIterable<NewMatrix>,
  { total, progress }: WriteOptions,
): Promise<{ readonly scans: readonly Scan[]; readonly sha256: string }> {
  const file = openSync(path, 'w');
  try {
    const hash = createHash('sha256');
    const scans: Scan[] = [];
    const ids = new Set<string>();
    // As long as the one that is written over it when the number of scans is known.
    const before = npyHeader('<f4', [0, rois, rois]);
    writeWhole(file, before, 0);
    for await (const { scan, matrix, where } of matrices) {
      checkId(scan, ids, where);
      if (matrix.length !== rois * rois) throw new RangeError(`${where}: ${matrix.length} numbers for ${rois} ROIs`);
      const bytes = new Uint8Array(matrix.buffer, matrix.byteOffset, matrix.byteLength);
      hash.update(bytes);
      writeWhole(file, bytes, before.byteLength + scans.length * bytes.byteLength);
      scans.push({ ...scan, offset: scans.length });
      ids.add(scan.scanId);
      progress?.(scans.length, total ?? scans.length);
    }
    if (scans.length === 0)
      throw new InputError({ where: path, problem: 'there is no matrix to write', fix: 'name at least one scan' });
    const header = npyHeader('<f4', [scans.length, rois, rois]);
    if (header.byteLength !== before.byteLength) throw new Error(`the .npy header grew to ${header.byteLength} bytes`);
    writeWhole(file, header, 0);
    return { scans, sha256: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}

function checkId({ scanId, participantId }: NewMatrix['scan'], ids: ReadonlySet<string>, where: string): void {
  if (scanId === '' || participantId === '')
    throw new InputError({ where, problem: 'the scan has no id', fix: 'give every scan a participant id' });
  if (ids.has(scanId))
    throw new InputError({
      where,
      problem: `the scan id "${scanId}" occurs twice`,
      fix: 'tell repeated scans of a participant apart by session and run (of stacks: --sessions)',
    });
}

function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength; )
    done += writeSync(file, bytes, done, bytes.byteLength - done, position + done);
}
