import { expect, test } from 'vitest';
import { builtInAtlas } from '../../src/atlas/built-in.ts';
import { schaeferIn17NetworkOrder } from '../../src/atlas/schaefer.ts';
import { checkDataset, quickCheck } from '../../src/checks/check-dataset.ts';
import type { Finding } from '../../src/checks/finding.ts';
import { fingerprintOf } from '../../src/checks/fingerprint.ts';
import { geometryOf } from '../../src/checks/geometry.ts';
import { knownOrders } from '../../src/checks/known-orders.ts';
import { permutation, randomStream } from '../../src/random/draws.ts';
import { type Recipe, reorder, ringOf, simulated } from './simulated.ts';

const shuffled = permutation(randomStream({ seed: 9, purpose: 'roi-order-null', b: 7 }), 100);
const tenth = ringOf(100, [2, 11, 19, 33, 47, 58, 66, 74, 85, 97]);
const exchanged = Int32Array.from({ length: 100 }, (_, i) => (i + 50) % 100);
const reversed = Int32Array.from({ length: 100 }, (_, i) => 99 - i);

/** Findings on the order of ROIs when every scan, or only some, has its columns reordered. */
function orderFindings(order: Int32Array, of: (index: number) => boolean = () => true): Finding[] {
  const dataset = simulated({ series: (series, index) => (of(index) ? reorder(series, order) : series) });
  return checkDataset(dataset, {}).findings.filter(({ id }) => id === 'roi-order' || id === 'scan-roi-order');
}

test('scans in the right order pass every check of order', () => {
  expect(orderFindings(Int32Array.from({ length: 100 }, (_, i) => i))).toEqual([]);
  expect(quickCheck(simulated({ seed: 4 }), {})).toEqual([]);
});

test('ROIs that noise moves in a few scans are not called misplaced, an order that is wrong still is', () => {
  const ids = (recipe: Recipe) => checkDataset(simulated(recipe), {}).findings.map(({ id }) => id);
  for (const subjects of [1, 2, 5]) expect(ids({ subjects })).not.toContain('roi-order');
  expect(ids({ subjects: 1, series: (series) => reorder(series, reversed) })).toContain('roi-order');
});

test.each([
  ['shuffled ROIs', shuffled, 'no better than in a random order'],
  ['the 17-network order', schaeferIn17NetworkOrder(100), "in the order of the atlas's 17-network files"],
  ['exchanged hemispheres', exchanged, 'with the hemispheres exchanged'],
  ['the reverse order', reversed, 'in reverse order'],
  ['a tenth of the ROIs moved', tenth, 'do not behave as in their place'],
])('%s in all scans: found from the places of the ROIs, with the evidence', (_, order, words) => {
  const [finding, ...others] = orderFindings(order);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ id: 'roi-order', level: 'error', scans: [] });
  expect(finding.message).toContain(words);
  expect(finding.message).toMatch(/strongest partner across the midline .* distance at -?[\d.e-]+ .* within networks/);
  expect(finding.evidence.homotopic_share).toBeLessThan(0.9);
});

test.each([
  ['shuffled ROIs', shuffled, 'shuffled', 'error'],
  ['the 17-network order', schaeferIn17NetworkOrder(100), '17-network files', 'error'],
  ['exchanged hemispheres', exchanged, 'hemispheres exchanged', 'error'],
  ['a tenth of the ROIs moved', tenth, 'partly misplaced', 'warning'],
] as const)('%s in two scans: exactly these are named', (_, order, words, level) => {
  const [finding, ...others] = orderFindings(order, (index) => index === 4 || index === 9);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ id: 'scan-roi-order', level, scans: ['sub-0005', 'sub-0010'] });
  expect(finding.message).toContain(words);
});

test('a flip left to right shows against a model', () => {
  const mirrored = knownOrders(builtInAtlas('schaefer100').rois).find(({ id }) => id === 'mirrored');
  if (mirrored === undefined) throw new Error('schaefer100 has no mirrored order');
  const model = fingerprintOf(simulated({ seed: 8 }));
  const flipped = simulated({ series: (series) => reorder(series, mirrored.columns) });
  expect(quickCheck(flipped, { model }).map(({ message }) => message)).toContainEqual(
    expect.stringContaining(
      'against the scans that the model was trained on, the ROIs seem to be flipped left to right',
    ),
  );
  expect(quickCheck(simulated(), { model })).toEqual([]);
});

test('known orders: what each column would hold', () => {
  const aal = builtInAtlas('aal116').rois;
  const orders = Object.fromEntries(knownOrders(aal).map(({ id, columns }) => [id, Array.from(columns)]));
  // Left and right alternate, and eight ROIs lie on the midline: the exchange of sides is the flip.
  expect(Object.keys(orders).sort()).toEqual(['mirrored', 'reversed', 'shifted', 'sides-sorted']);
  expect(orders.mirrored.slice(0, 4)).toEqual([1, 0, 3, 2]);
  expect(orders.mirrored.slice(108)).toEqual([108, 109, 110, 111, 112, 113, 114, 115]);
  expect(orders['sides-sorted'].slice(0, 3)).toEqual([0, 2, 4]);
  expect(orders['sides-sorted'].slice(54, 56)).toEqual([1, 3]);
  for (const columns of Object.values(orders)) expect(new Set(columns).size).toBe(116);
});

test('names of the 17-network order get its places, and the 7-network order is what they may be mistaken for', () => {
  const order = schaeferIn17NetworkOrder(100);
  const seven = builtInAtlas('schaefer100').rois;
  const roiNames = Array.from(order, (label) => `17Networks_LH_Vis_${label}`);
  const geometry = geometryOf({ atlas: 'my-17', roiNames });
  expect(geometry?.rois.map(({ centroid }) => centroid)).toEqual(Array.from(order, (label) => seven[label].centroid));
  const inverse = knownOrders(geometry?.rois ?? []).find(({ id }) => id === 'networks-7-for-17');
  expect(Array.from(inverse?.columns ?? [], (roi) => order[roi])).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('places are unknown without an atlas, and given by a file in the order of its lines', () => {
  expect(geometryOf({ atlas: 'mine', roiNames: ['a', 'b'] })).toBeUndefined();
  const roiNames = Array.from({ length: 116 }, (_, i) => String(i + 1));
  const geometry = geometryOf({ atlas: 'mine', roiNames }, builtInAtlas('aal116'));
  expect(geometry?.rois[1].centroid).toEqual([39, -10, 49]);
});
