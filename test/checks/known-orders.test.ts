import { expect, test } from 'vitest';
import type { Roi } from '../../src/atlas/atlas.ts';
import { isSchaefer, schaeferIn17NetworkOrder, schaeferRois } from '../../src/atlas/schaefer.ts';
import { geometryOf } from '../../src/checks/geometry.ts';
import { knownOrders } from '../../src/checks/known-orders.ts';

const SUBCORTEX: Roi[] = ['Left-Thalamus', 'Brain-Stem', 'Right-Thalamus'].map((name) => ({ name }));
const named = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}_${i + 1}`);
const orderOf = (rois: readonly Roi[], id: string) => knownOrders(rois).find((order) => order.id === id)?.columns;

test.each([100, 200, 300, 400])('the 17-network order of %i parcels, and back', (parcels) => {
  if (!isSchaefer(parcels)) throw new Error('no such atlas');
  const rois = schaeferRois(parcels);
  const there = orderOf(rois, 'networks-17-for-7');
  expect(there).toEqual(schaeferIn17NetworkOrder(parcels));
  const back = orderOf(
    rois.map((roi, i) => ({ ...roi, name: `17Networks_${i}` })),
    'networks-7-for-17',
  );
  expect(Array.from(back ?? [], (roi) => there?.[roi])).toEqual([...rois.keys()]);
});

test('subcortical ROIs keep their places, in front of the parcels and behind them', () => {
  const order = Array.from(schaeferIn17NetworkOrder(200));
  const rois = [...SUBCORTEX.slice(0, 1), ...schaeferRois(200), ...SUBCORTEX.slice(1)];
  const there = Array.from(orderOf(rois, 'networks-17-for-7') ?? []);
  expect(there).toEqual([0, ...order.map((label) => label + 1), 201, 202]);
  const seventeen = rois.map((roi) => ({ ...roi, name: roi.name.replace('7Networks', '17Networks') }));
  const back = Array.from(orderOf(seventeen, 'networks-7-for-17') ?? []);
  expect(back.map((roi) => there[roi])).toEqual([...rois.keys()]);
});

test('no 17-network order for other counts, other names, or names of both', () => {
  const networks = (rois: readonly Roi[]) => knownOrders(rois).filter(({ id }) => id.startsWith('networks'));
  expect(networks(schaeferRois(200).slice(1))).toEqual([]);
  expect(networks(named('cluster', 200).map((name) => ({ name })))).toEqual([]);
  expect(networks([...schaeferRois(100), ...named('17Networks', 100).map((name) => ({ name }))])).toEqual([]);
});

test('places of parcels that a file names: beside other ROIs, in an order of their own, with names of an older release', () => {
  const own = schaeferRois(300);
  const file = (names: readonly string[]) => geometryOf({ atlas: 'mine', roiNames: names });
  const names = own.map(({ name }) => name);
  const more = file([...names, ...SUBCORTEX.map(({ name }) => name)]);
  expect([more?.placed.length, more?.rois[299]]).toEqual([300, own[299]]);
  const sorted = [...names].sort();
  expect(file(sorted)?.rois.map(({ centroid }) => centroid)).toEqual(
    sorted.map((name) => own[names.indexOf(name)].centroid),
  );
  // Before release 0.14.3 some parcels had each other's names; their order was the same.
  const [first, second] = [names.indexOf('7Networks_LH_DorsAttn_FEF_1'), names.indexOf('7Networks_LH_DorsAttn_FEF_2')];
  const older = names.with(first, '7Networks_LH_DorsAttn_FEF_0').with(second, names[first]);
  expect(file(older)?.rois[second].centroid).toEqual(own[second].centroid);
  // Names of no release in an order of no release say nothing.
  expect(file(older.toSorted())).toBeUndefined();
  expect(file(names.slice(0, 250))).toBeUndefined();
});

test('places of parcels named by 17 networks, beside other ROIs', () => {
  const seven = schaeferRois(400);
  const roiNames = [...named('17Networks_LH_VisCent_ExStr', 400), ...SUBCORTEX.map(({ name }) => name)];
  const geometry = geometryOf({ atlas: 'mine', roiNames });
  expect(geometry?.placed.length).toBe(400);
  for (const [i, label] of schaeferIn17NetworkOrder(400).entries())
    expect(geometry?.rois[i]).toEqual({
      name: roiNames[i],
      centroid: seven[label].centroid,
      hemisphere: seven[label].hemisphere,
    });
});
