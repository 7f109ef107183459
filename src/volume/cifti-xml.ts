/**
 * @file The XML header of a CIFTI-2 file, out of the extensions of its NIfTI-2 header.
 *
 * Format: CIFTI-2 (Glasser, Sotiropoulos, Wilson et al., NeuroImage 80:105-124, 2013;
 * https://www.nitrc.org/projects/cifti). Entities of the document's own are not expanded: what declares any is refused.
 */
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';

const CIFTI_EXTENSION = 32;

/** An element that holds text may have attributes too; then the parser puts its text under this name. */
const TEXT = '#text';

const text = z.union([z.string(), z.object({ [TEXT]: z.string().default('') }).transform((element) => element[TEXT])]);
const wholeNumber = z
  .string()
  .regex(/^ *\d{1,9} *$/)
  .transform(Number);
const label = z.object({
  Key: z
    .string()
    .regex(/^ *-?\d{1,9} *$/)
    .transform(Number),
  [TEXT]: z.string().default(''),
});

const brainModel = z.object({
  IndexOffset: wholeNumber,
  IndexCount: wholeNumber,
  BrainStructure: z.string(),
  SurfaceNumberOfVertices: wholeNumber.optional(),
  VertexIndices: text.optional(),
  VoxelIndicesIJK: text.optional(),
});
const parcel = z.object({
  Name: z.string(),
  Vertices: z.array(z.object({ BrainStructure: z.string(), [TEXT]: z.string().default('') })).default([]),
  VoxelIndicesIJK: text.optional(),
});
const map = z.object({
  AppliesToMatrixDimension: z.string(),
  IndicesMapToDataType: z.string(),
  NumberOfSeriesPoints: wholeNumber.optional(),
  SeriesExponent: z.string().optional(),
  SeriesStep: z.string().optional(),
  SeriesUnit: z.string().optional(),
  BrainModel: z.array(brainModel).default([]),
  Parcel: z.array(parcel).default([]),
  Surface: z.array(z.object({ BrainStructure: z.string(), SurfaceNumberOfVertices: wholeNumber })).default([]),
  NamedMap: z
    .array(z.object({ MapName: text.default(''), LabelTable: z.object({ Label: z.array(label) }).optional() }))
    .default([]),
  Volume: z.object({ VolumeDimensions: z.string(), TransformationMatrixVoxelIndicesIJKtoXYZ: text }).optional(),
});
const document = z.object({
  CIFTI: z.object({ Version: z.string().startsWith('2'), Matrix: z.object({ MatrixIndicesMap: z.array(map) }) }),
});

/** What one axis of the matrix is, as the XML has it. */
export type IndicesMap = z.infer<typeof map>;

const ARRAYS = new Set(['MatrixIndicesMap', 'BrainModel', 'Parcel', 'Vertices', 'Surface', 'NamedMap', 'Label']);

/**
 * What the axes of the matrix are.
 *
 * @param extensions from the end of the NIfTI header to the numbers
 * @throws InputError when there is no CIFTI-2 header, or it is damaged
 */
export function parseCiftiXml(extensions: Uint8Array, littleEndian: boolean, where: string): IndicesMap[] {
  const xml = new TextDecoder().decode(ciftiExtension(extensions, littleEndian, where)).replace(/\0+$/, '');
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) throw damaged(where, 'it declares entities of its own');
  const parsed = document.safeParse(parseXml(xml, where));
  if (parsed.success) return parsed.data.CIFTI.Matrix.MatrixIndicesMap;
  const [issue] = parsed.error.issues;
  throw damaged(where, `${issue.path.map(String).join('.')}: ${issue.message}`);
}

/** A thousand parcels on both hemispheres and ten maps of a thousand labels have 30,000. */
const MOST_TAGS = 2 ** 18;
/** Lists of vertices stand between tags, not in them. */
const LONGEST_TAG = 2 ** 14;

/** The parser makes a hundred bytes of memory of each byte of a bomb of tags or attributes. */
function checkTags(xml: string, where: string): void {
  let tags = 0;
  let start = -1;
  for (let at = 0; at < xml.length; at++) {
    const code = xml.charCodeAt(at);
    if (code === 0x3e) start = -1;
    else if (start >= 0 && at - start > LONGEST_TAG) throw damaged(where, 'an element has too many attributes');
    else if (code === 0x3c) {
      start = at;
      if (++tags > MOST_TAGS) throw damaged(where, 'it has more elements than any parcellation');
    }
  }
}

function parseXml(xml: string, where: string): unknown {
  checkTags(xml, where);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    textNodeName: TEXT,
    parseTagValue: false,
    processEntities: false,
    isArray: (name, _path, _leaf, isAttribute) => !isAttribute && ARRAYS.has(name),
  });
  try {
    return parser.parse(xml, true);
  } catch (cause) {
    throw damaged(where, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function ciftiExtension(bytes: Uint8Array, littleEndian: boolean, where: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Four bytes, the first of which says whether extensions follow; each is its own length, its code, its content.
  for (let at = bytes.length > 4 && bytes[0] !== 0 ? 4 : bytes.length; at + 8 <= bytes.length; ) {
    const length = view.getInt32(at, littleEndian);
    if (length < 8 || at + length > bytes.length) throw damaged(where, 'its length is wrong');
    if (view.getInt32(at + 4, littleEndian) === CIFTI_EXTENSION) return bytes.subarray(at + 8, at + length);
    at += length;
  }
  throw new InputError({ where, problem: 'not a CIFTI-2 file', expected: 'a header in XML (extension 32)' });
}

function damaged(where: string, reason: string, cause?: unknown): InputError {
  const fix = 'copy it again, or write it again with Connectome Workbench';
  return new InputError({ where, problem: `the CIFTI-2 header is damaged (${reason})`, fix }, { cause });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text with the five entities of XML, and numbered characters, in clear. */
export function clearText(escaped: string): string {
  return escaped.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
