/** @file Images, read from disk as an ingest reads them: NIfTI, pairs and label images, CIFTI-2. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { gridOf, type LabelImage } from '../../src/volume/grid.ts';
import { parseNiftiHeader } from '../../src/volume/nifti-header.ts';
import { parcellateDense } from '../../src/volume/parcellate-dense.ts';
import { parcellateVolume } from '../../src/volume/parcellate-volume.ts';
import type { Parcellated } from '../../src/volume/parcellated.ts';
import { readParcelConnectivity, readParcelSeries } from '../../src/volume/read-cifti.ts';
import { labelsOf, readLabelImage } from '../../src/volume/read-label-image.ts';
import {
  checkFinite,
  type FuzzedFormat,
  jsonFixture,
  type SeedFile,
  scratchFolder,
  takesNone,
  writeInto,
} from './format.ts';

const unpacked = (packed: string) => Uint8Array.from(gunzipSync(Buffer.from(packed, 'base64')));
const gzipped = (bytes: Uint8Array) => Uint8Array.from(gzipSync(bytes));

const FOLDER = scratchFolder('images');
const PARCELLATIONS = jsonFixture('volume/fixtures/parcellation.json') as { image: string; atlas: string }[];
const [PAIR] = jsonFixture('volume/fixtures/pairs.json') as { header: string; image: string }[];
const CIFTI = jsonFixture('volume/fixtures/cifti.json') as Readonly<Record<string, string>>;

const ATLAS = writeInto(FOLDER, 'atlas.nii', unpacked(PARCELLATIONS[0].atlas));
const BOLD = writeInto(FOLDER, 'bold.nii', unpacked(PARCELLATIONS[0].image));
const SERIES = writeInto(FOLDER, 'whole.dtseries.nii', unpacked(CIFTI.dtseries));
const LABELS = writeInto(FOLDER, 'whole.dlabel.nii', unpacked(CIFTI.dlabel));

/** Each as it is, compressed, and damaged below its compression. */
function threeWays(seeds: readonly SeedFile[]): SeedFile[] {
  return seeds.flatMap(({ name, bytes }) => [
    { name, bytes },
    { name: `${name}.gz`, bytes: gzipped(bytes) },
    { name: `inside-${name}.gz`, bytes, pack: gzipped },
  ]);
}

/** Volumes of a NIfTI file; undefined for any other. */
function volumesOf({ name, bytes }: SeedFile): number | undefined {
  if (!/\.nii(\.gz)?$/i.test(name) || /\.(\w+)\.nii$/i.test(name)) return undefined;
  return parseNiftiHeader(plain(bytes), name).dims[3] ?? 1;
}

function plain(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** Labels for images of people, which come without: four slabs from left to right, on the grid of the whole image. */
const slabs = new Map<string, LabelImage>();

function takesBold(file: SeedFile): boolean {
  if ((volumesOf(file) ?? 1) < 2) return false;
  const grid = gridOf(parseNiftiHeader(plain(file.bytes), file.name), file.name);
  const labels = new Int32Array(grid.dims[0] * grid.dims[1] * grid.dims[2]);
  slabs.set(file.name, {
    ...grid,
    labels: labels.map((_, v) => 1 + Math.floor((4 * (v % grid.dims[0])) / grid.dims[0])),
  });
  return true;
}

async function readBold(bytes: Uint8Array, name: string): Promise<void> {
  const path = writeInto(FOLDER, name, bytes);
  const atlas = slabs.get(name) ?? (await readLabelImage(ATLAS));
  checkSeries(await parcellateVolume(path, { atlas, labels: labelsOf(atlas) }));
}

/** The labels, and what comes of them on an image on another grid. */
async function readLabels(bytes: Uint8Array, name: string): Promise<void> {
  const atlas = await readLabelImage(writeInto(FOLDER, name, bytes));
  checkSeries(await parcellateVolume(BOLD, { atlas, labels: labelsOf(atlas) }));
}

async function readPair(bytes: Uint8Array, name: string): Promise<void> {
  const damaged = writeInto(FOLDER, name, bytes);
  const other = name.endsWith('.hdr') ? ['pair.img', PAIR.image] : ['pair.hdr', PAIR.header];
  writeInto(FOLDER, other[0], unpacked(other[1]));
  // On the grid of the undamaged image: labels of any other place are none of its ROIs.
  const grid = gridOf(parseNiftiHeader(unpacked(PAIR.header), 'pair.hdr', 'pair'), 'pair.hdr');
  const labels = Int32Array.from({ length: 24 }, (_, v) => 1 + (v % 3));
  checkSeries(await parcellateVolume(damaged, { atlas: { ...grid, labels }, labels: [1, 2, 3] }));
}

async function readParcels(bytes: Uint8Array, name: string): Promise<void> {
  const path = writeInto(FOLDER, name, bytes);
  // A matrix may hold NaN, which whoever asked for it cleans.
  if (name.endsWith('.pconn.nii')) await readParcelConnectivity(path);
  else checkSeries(await readParcelSeries(path));
}

async function readDense(bytes: Uint8Array, name: string): Promise<void> {
  const path = writeInto(FOLDER, name, bytes);
  const isSeries = name.endsWith('.dtseries.nii');
  checkSeries(await parcellateDense(isSeries ? path : SERIES, { parcels: isSeries ? LABELS : path }));
}

function checkSeries({ values, timepoints, rois, coverage }: Parcellated): void {
  if (values.length !== timepoints * rois) throw new Error(`${values.length} numbers of ${timepoints} x ${rois}`);
  checkFinite(values, 'series');
  checkFinite(coverage, 'coverage');
}

export const IMAGE_FORMATS: readonly FuzzedFormat[] = [
  {
    name: 'nifti',
    takes: takesBold,
    seeds: threeWays(
      PARCELLATIONS.slice(0, 2).map(({ image }, i) => ({ name: `bold${i}.nii`, bytes: unpacked(image) })),
    ),
    read: readBold,
  },
  {
    name: 'nifti labels',
    takes: (file) => volumesOf(file) === 1,
    seeds: threeWays([{ name: 'labels.nii', bytes: unpacked(PARCELLATIONS[1].atlas) }]),
    read: readLabels,
  },
  {
    name: 'nifti pair',
    takes: takesNone,
    seeds: [
      { name: 'pair.hdr', bytes: unpacked(PAIR.header) },
      { name: 'pair.img', bytes: unpacked(PAIR.image) },
    ],
    read: readPair,
  },
  {
    name: 'cifti parcels',
    takes: ({ name }) => /\.(ptseries|pconn)\.nii$/i.test(name),
    seeds: ['ptseries', 'pconn'].map((kind) => ({ name: `x.${kind}.nii`, bytes: unpacked(CIFTI[kind]) })),
    read: readParcels,
  },
  {
    name: 'cifti dense',
    takes: takesNone,
    seeds: ['dtseries', 'dlabel'].map((kind) => ({ name: `x.${kind}.nii`, bytes: unpacked(CIFTI[kind]) })),
    read: readDense,
  },
];
