/** @file Several data sets as one. */
import { expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { joinDatasets } from '../../src/dataset/joined-dataset.ts';
import { madeUpDataset } from '../pretrain/made-up.ts';

function named(name: string, count: number, change: Partial<Dataset> = {}): Dataset {
  const made = madeUpDataset(count);
  const scans = made.scans.map((scan) => ({ ...scan, participantId: `${name}-${scan.participantId}` }));
  return { ...made, directory: name, hash: name, scans, ...change };
}

it('has the scans of all, each with its own series', () => {
  const [a, b] = [named('a', 3, { phenotypeColumns: ['dx'] }), named('b', 2, { phenotypeColumns: ['dx', 'age'] })];
  const both = joinDatasets([a, b]);
  expect(both).toMatchObject({ directory: 'a + b', hash: 'a+b', phenotypeColumns: ['dx', 'age'] });
  expect(both.scans.map(({ participantId }) => participantId)).toEqual(['a-p0', 'a-p1', 'a-p2', 'b-p0', 'b-p1']);
  expect(both.readSeries(3)).toBe(b.readSeries(0));
  expect(() => both.readSeries(5)).toThrow(RangeError);
  expect(joinDatasets([a])).toBe(a);
});

it('refuses one person twice, and other ROIs', () => {
  const a = named('a', 3);
  expect(() => joinDatasets([a, { ...a, directory: 'copy' }])).toThrow(
    'copy: participant "a-p0" is in a as well, expected everybody in one data set only; leave them out of one, or give other people other ids.',
  );
  const reordered = named('b', 2, { roiNames: a.roiNames.with(1, 'x') });
  expect(() => joinDatasets([a, reordered])).toThrow(
    'b: it has other ROIs than a, expected ROI 2 "roi1", found "x"; ingest both with one atlas, or with --project.',
  );
});
