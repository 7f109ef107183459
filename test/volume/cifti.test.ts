import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInputError } from '../../src/errors/input-error.ts';
import { clearText, parseCiftiXml } from '../../src/volume/cifti-xml.ts';
import { parcellateDense } from '../../src/volume/parcellate-dense.ts';
import { readCifti, readParcelConnectivity, readParcelSeries } from '../../src/volume/read-cifti.ts';
import { imageFolder, niftiBytes, readFixture } from './image-files.ts';

interface Expected {
  readonly values: readonly number[];
  readonly coverage: readonly number[];
}
interface Fixture {
  readonly dtseries: string;
  readonly dlabel: string;
  readonly dlabelTwoMaps: string;
  readonly dlabelCortex: string;
  readonly ptseries: string;
  readonly pconn: string;
  readonly dscalar: string;
  readonly tr: number;
  readonly parcelNames: readonly string[];
  readonly parcelData: readonly (number | null)[];
  readonly connectivity: readonly number[];
  readonly byLabel: Expected;
  readonly byParcel: Expected;
  readonly byCortex: Expected;
}

const fixture = readFixture('cifti.json') as Fixture;
const { folder, write, unpack } = imageFolder();
const dtseries = unpack('x.dtseries.nii', fixture.dtseries);
const dlabel = unpack('x.dlabel.nii', fixture.dlabel);
const dlabelTwoMaps = unpack('two.dlabel.nii', fixture.dlabelTwoMaps);
const dlabelCortex = unpack('cortex.dlabel.nii', fixture.dlabelCortex);
const ptseries = unpack('x.ptseries.nii', fixture.ptseries);
const pconn = unpack('x.pconn.nii', fixture.pconn);
const dscalar = unpack('x.dscalar.nii', fixture.dscalar);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

/** A file with some of its XML replaced by as many characters. */
function edited(path: string, from: string, to: string): string {
  const bytes = Buffer.from(readFileSync(path));
  const at = bytes.indexOf(from, 0, 'latin1');
  expect([at > 0, to.length]).toEqual([true, from.length]);
  bytes.write(to, at, 'latin1');
  return write(`edited-${Math.abs(at)}.nii`, bytes);
}

describe('files of parcels, as nibabel wrote them', () => {
  test('a series: values, names, TR; a parcel of NaN is missing', async () => {
    const series = await readParcelSeries(ptseries);
    expect(series).toMatchObject({ timepoints: 5, rois: 3, tr: 0.72, missing: [1], notFinite: 0 });
    expect(series.roiNames).toEqual(['A & B', 'right', 'mixed']);
    expect(Array.from(series.values)).toEqual(fixture.parcelData.map((value) => value ?? 0));
    expect(Array.from(series.coverage)).toEqual([1, 0, 1]);
    expect(series.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a parcel that is NaN at one time point is refused', async () => {
    const bytes = Buffer.from(readFileSync(ptseries));
    bytes.writeFloatLE(Number.NaN, bytes.length - 4);
    await expect(readParcelSeries(write('nan.ptseries.nii', bytes))).rejects.toThrow(
      'parcel 3 is NaN or infinite at 1 of 5 time points',
    );
  });

  test('connectivity', async () => {
    const { roiNames, rois, values } = await readParcelConnectivity(pconn);
    expect([roiNames, rois]).toEqual([fixture.parcelNames, 3]);
    expect(Array.from(values)).toEqual(fixture.connectivity);
  });
});

describe('dense series', () => {
  test('by labels: means over what has signal, coverage, names in order of the keys', async () => {
    const series = await parcellateDense(dtseries, { parcels: dlabel });
    expect(series).toMatchObject({
      timepoints: 5,
      rois: 3,
      roiNames: ['one', 'two <2>', 'seven'],
      tr: 0.72,
      missing: [],
    });
    expect(largestDifference(series.values, fixture.byLabel.values)).toBeLessThan(1e-6);
    expect(largestDifference(series.coverage, fixture.byLabel.coverage)).toBeLessThan(1e-12);
  });

  test('by parcels of another file, surfaces and voxels', async () => {
    for (const parcels of [ptseries, pconn]) {
      const series = await parcellateDense(dtseries, { parcels });
      expect(series).toMatchObject({ roiNames: ['A & B', 'right', 'mixed'], missing: [], notFinite: 1 });
      expect(largestDifference(series.values, fixture.byParcel.values)).toBeLessThan(1e-6);
      expect(largestDifference(series.coverage, fixture.byParcel.coverage)).toBeLessThan(1e-12);
    }
  });

  test('by labels of a file with other grayordinates: vertices are matched, not positions', async () => {
    const series = await parcellateDense(dtseries, { parcels: dlabelCortex });
    expect(largestDifference(series.values, fixture.byCortex.values)).toBeLessThan(1e-6);
    expect(largestDifference(series.coverage, fixture.byCortex.coverage)).toBeLessThan(1e-12);
    const strict = await parcellateDense(dtseries, { parcels: dlabelCortex, minimumCoverage: 0.6 });
    expect(strict.missing).toEqual([0, 1]);
    expect(Array.from(strict.values.filter((_, i) => i % 3 < 2))).toEqual(Array(10).fill(0));
  });

  test('labels in the order asked for; further ones only when allowed', async () => {
    const { values, roiNames } = await parcellateDense(dtseries, { parcels: dlabel, labels: [7, 1], moreLabels: true });
    const byLabel = fixture.byLabel.values;
    const swapped = Array.from({ length: 10 }, (_, i) => byLabel[3 * (i >> 1) + (i % 2 === 0 ? 2 : 0)]);
    expect(roiNames).toEqual(['seven', 'one']);
    expect(largestDifference(values, swapped)).toBeLessThan(1e-6);
    await expect(parcellateDense(dtseries, { parcels: dlabel, labels: [7, 1] })).rejects.toThrow(
      'another parcellation',
    );
    await expect(parcellateDense(dtseries, { parcels: dlabel, labels: [1, 2, 3] })).rejects.toThrow(
      'nothing has the label 3',
    );
  });

  test('one of several maps, by name', async () => {
    const { values } = await parcellateDense(dtseries, { parcels: dlabelTwoMaps, map: 'map' });
    expect(largestDifference(values, fixture.byLabel.values)).toBeLessThan(1e-6);
    await expect(parcellateDense(dtseries, { parcels: dlabelTwoMaps })).rejects.toThrow(
      'the file holds several label maps, expected "other", "map"; name one.',
    );
    await expect(parcellateDense(dtseries, { parcels: dlabelTwoMaps, map: 'x' })).rejects.toThrow('no label map "x"');
  });
});

describe('refuses', () => {
  test('files of another kind', async () => {
    await expect(readParcelSeries(dtseries)).rejects.toThrow(
      'a CIFTI file of another kind, expected series of parcels, found grayordinates x series',
    );
    await expect(readParcelConnectivity(ptseries)).rejects.toThrow('parcels x parcels, found parcels x series');
    await expect(parcellateDense(ptseries, { parcels: dlabel })).rejects.toThrow('a dense series');
    await expect(parcellateDense(dtseries, { parcels: dscalar })).rejects.toThrow('labels or parcels');
    const image = niftiBytes({ dims: [2, 2], values: Int16Array.of(1, 2, 3, 4) });
    await expect(readCifti(write('image.nii', image))).rejects.toThrow('not a CIFTI-2 file');
  });

  test('meshes and voxel grids that are not those of the parcellation', async () => {
    const mesh = edited(dtseries, 'SurfaceNumberOfVertices="6"', 'SurfaceNumberOfVertices="9"');
    await expect(parcellateDense(mesh, { parcels: dlabel })).rejects.toThrow(
      'the surface CIFTI_STRUCTURE_CORTEX_LEFT is another mesh than that of the parcellation, expected 6 vertices, found 9',
    );
    const grid = edited(dtseries, 'VolumeDimensions="2,2,1"', 'VolumeDimensions="2,3,1"');
    await expect(parcellateDense(grid, { parcels: dlabel })).rejects.toThrow(
      /another grid than those of the parcellation, expected 2 x 2 x 1, the first voxel at .* mm, found 2 x 3 x 1, the first/,
    );
    await expect(parcellateDense(grid, { parcels: dlabelCortex })).resolves.toBeDefined();
    const side = edited(dlabelCortex, 'CORTEX_LEFT"', 'CORTEX_BOTH"');
    expect((await parcellateDense(dtseries, { parcels: side })).missing).toEqual([0, 1]);
  });

  test.each([
    [
      'a length that the matrix does not have',
      'NumberOfSeriesPoints="5"',
      'NumberOfSeriesPoints="6"',
      'not of the size',
    ],
    ['a vertex beyond its surface', '<VertexIndices>0 1 3 4 5<', '<VertexIndices>0 1 3 4 9<', 'beyond the surface'],
    ['too few vertices', '<VertexIndices>0 1 3 4 5<', '<VertexIndices>0 1 3 4  <', 'as many indices as it says'],
    ['an index that is none', '<VertexIndices>0 1 3 4 5<', '<VertexIndices>0 1 3 4 x<', 'no whole number, found "x"'],
    ['models with gaps', 'IndexOffset="5"', 'IndexOffset="6"', 'leave gaps'],
    ['a broken element', '</VertexIndices>', '</VertexIndicex>', 'the CIFTI-2 header is damaged'],
    ['another version', 'CIFTI Version="2.0"', 'CIFTI Version="1.0"', 'the CIFTI-2 header is damaged'],
  ])('%s', async (_, from, to, message) => {
    await expect(readCifti(edited(dtseries, from, to))).rejects.toThrow(message);
  });

  function parsedXml(xml: string) {
    const bytes = Buffer.alloc(12 + xml.length);
    bytes.writeUInt8(1, 0);
    bytes.writeInt32LE(8 + xml.length, 4);
    bytes.writeInt32LE(32, 8);
    bytes.write(xml, 12);
    return () => parseCiftiXml(bytes, true, 'x.nii');
  }

  test('bombs of elements or of attributes, before they are parsed', () => {
    expect(parsedXml('<a/>'.repeat(300_000))).toThrow('it has more elements than any parcellation');
    expect(parsedXml(`<a ${'b="" '.repeat(4000)}/>`)).toThrow('an element has too many attributes');
  });

  test('a document that declares entities', () => {
    const xml = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><CIFTI Version="2">&b;</CIFTI>`;
    expect(parsedXml(xml)).toThrow('it declares entities of its own');
    expect(clearText('a &amp;lt; &#65;&#x42; &unknown; &#1114112;')).toBe('a &lt; AB &unknown; &#1114112;');
  });

  test('flipped bytes and cut files: an InputError, or a series of finite numbers', async () => {
    const files = [fixture.dtseries, fixture.ptseries].map((packed) => gunzipSync(Buffer.from(packed, 'base64')));
    const flips = fc.array(fc.tuple(fc.nat(8191), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.nat(1), flips, fc.option(fc.nat(4000), { freq: 8 }), async (which, changes, length) => {
        const bytes = Uint8Array.from(files[which]).slice(0, length ?? undefined);
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        const path = join(folder, 'fuzzed.nii');
        writeFileSync(path, bytes);
        try {
          const series = which === 0 ? await parcellateDense(path, { parcels: dlabel }) : await readParcelSeries(path);
          expect(series.values.every(Number.isFinite)).toBe(true);
          expect(series.values.length).toBe(series.timepoints * series.rois);
        } catch (error) {
          if (!isInputError(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
