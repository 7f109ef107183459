/** @file A corpus of data sets: opened as one, its roles and their split, and what is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CorpusSplit,
  formatCorpusSplit,
  parseCorpusSplit,
  splitParticipants,
} from '../../src/dataset/corpus-split.ts';
import type { Scan } from '../../src/dataset/dataset.ts';
import { type Corpus, openCorpus } from '../../src/dataset/open-corpus.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { PARTS } from '../../src/dataset/participant-split.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-corpus-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

const person = (id: string, site = '', session = ''): Omit<Scan, 'timepoints' | 'offset'> => ({
  scanId: `${id}_${session || 'rest'}`,
  participantId: id,
  session,
  run: '',
  site,
  tr: 2,
  phenotype: { dx: '1' },
});

interface Made {
  readonly scans: readonly Omit<Scan, 'timepoints' | 'offset'>[];
  readonly atlas?: string;
  readonly roiNames?: readonly string[];
  readonly seed?: number;
}

/** Noise of 20 time points and, unless named otherwise, ROIs a, b and c. */
async function make(name: string, { scans, atlas = 'abc', roiNames = ['a', 'b', 'c'], seed = 1 }: Made): Promise<void> {
  const about = { atlas, roiNames, phenotypeColumns: ['dx'], sources: [], reading: {} };
  const rois = roiNames.length;
  const withSeries = scans.map((scan, i) => {
    const stream = randomStream({ seed, purpose: 'simulate', a: i });
    return {
      scan,
      series: { values: Float32Array.from({ length: 20 * rois }, () => normal(stream)), timepoints: 20, rois },
    };
  });
  await writeDataset(at(name), about, withSeries, { overwrite: false });
}

/** Writes a corpus file, opens it, looks at it and closes it. */
function opened<T>(yaml: string, look: (corpus: Corpus) => T, saved?: Parameters<typeof openCorpus>[1]): T {
  writeFileSync(at('corpus.yaml'), yaml);
  const corpus = openCorpus(at('corpus.yaml'), saved);
  try {
    return look(corpus);
  } finally {
    corpus.dataset.close();
  }
}
const splitOf = (yaml: string) => opened(yaml, ({ split }) => split);
const hashOf = (yaml: string) => opened(yaml, ({ dataset }) => dataset.hash);

const ONE = '{path: one.dataset, role: I}';
const TWO = '{path: sub/two.dataset, role: II, weight: 2}';
const THREE = '{path: three.dataset, role: III, name: external}';
const corpusOf = (...entries: string[]) => `datasets: [${entries.join(', ')}]\n`;

beforeAll(async () => {
  mkdirSync(at('sub'));
  await make('one.dataset', { scans: ['p1', 'p2', 'p3'].map((id) => person(id)) });
  const people = Array.from({ length: 20 }, (_, i) => `q${i}`);
  await make('sub/two.dataset', {
    scans: people.flatMap((id, i) => [person(id, `S${i % 2}`, 'a'), person(id, `S${i % 2}`, 'b')]),
    seed: 2,
  });
  await make('three.dataset', { scans: [person('p1'), person('r1')], seed: 3 });
});

describe('a corpus', () => {
  it('is one data set: all of role I, the training participants of role II, nobody of role III', () => {
    opened(corpusOf(ONE, TWO, THREE), ({ dataset, split, warnings }) => {
      const participants = split.datasets[1].participants!;
      const trained = new Set(participants.train);
      const two = openDataset(at('sub/two.dataset'));
      const kept = [...two.scans.keys()].filter((i) => trained.has(two.scans[i].participantId));
      expect(dataset.scans.map(({ scanId }) => scanId)).toEqual([
        ...['p1', 'p2', 'p3'].map((id) => `one/${id}_rest`),
        ...kept.map((i) => `two/${two.scans[i].scanId}`),
      ]);
      expect(dataset.scans[3].participantId).toBe(`two/${two.scans[kept[0]].participantId}`);
      for (const [at, i] of kept.entries()) expect(dataset.readSeries(3 + at)).toEqual(two.readSeries(i));
      expect(() => dataset.readSeries(dataset.scans.length)).toThrow(RangeError);
      two.close();
      expect(PARTS.map((part) => participants[part].length)).toEqual([14, 3, 3]);
      expect(dataset.parts).toEqual([
        { scans: 3, weight: 1 },
        { scans: 28, weight: 2 },
      ]);
      expect(dataset).toMatchObject({ atlas: 'abc', roiNames: ['a', 'b', 'c'], directory: at('corpus.yaml') });
      expect(split.datasets.map(({ name, role, participants }) => [name, role, participants === undefined])).toEqual([
        ['one', 'I', true],
        ['two', 'II', false],
        ['external', 'III', true],
      ]);
      expect(warnings).toEqual([
        '"one" and "external" share 1 participant ids (p1); they are taken for different people',
      ]);
    });
  });

  it('has another hash when a data set is added, removed, moved, or given another role, weight, name or seed', () => {
    const hashes = [
      corpusOf(ONE, TWO),
      corpusOf(TWO, ONE),
      corpusOf(ONE, TWO, THREE),
      corpusOf(TWO),
      corpusOf(ONE.replace('I}', 'II}'), TWO),
      corpusOf(ONE, TWO.replace('2}', '3}')),
      corpusOf(ONE.replace('}', ', name: uno}'), TWO),
      `seed: 1\n${corpusOf(ONE, TWO)}`,
    ].map(hashOf);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashOf(corpusOf(ONE, TWO))).toBe(hashes[0]);
  });

  it('goes on with the saved split, and names what was changed', () => {
    const yaml = corpusOf(ONE, TWO);
    const drawn = splitOf(yaml);
    const described = (dataset: CorpusSplit['datasets'][number]) =>
      `"${dataset.name}" (role ${dataset.role}, weight ${dataset.weight}, hash ${dataset.hash.slice(0, 12)})`;
    const saved = { split: drawn, run: 'my.run' };
    expect(opened(yaml, ({ split }) => split, saved)).toBe(drawn);
    const changed = splitOf(`seed: 4\n${corpusOf(TWO.replace('2}', '3}'), THREE)}`);
    expect(() => opened(`seed: 4\n${corpusOf(TWO.replace('2}', '3}'), THREE)}`, () => undefined, saved)).toThrow(
      `my.run: the corpus was changed since the run was started, which would make it another run, expected seed 0, ${described(drawn.datasets[0])}, ${described(drawn.datasets[1])}, no data set "external", found seed 4, no data set "one", ${described(changed.datasets[0])}, ${described(changed.datasets[1])}; put it back, or start a new run.`,
    );
    expect(() => opened(corpusOf(TWO, ONE), () => undefined, saved)).toThrow(
      'expected order one, two, found order two, one; put it back',
    );
  });
});

describe('the split of role II', () => {
  const scansOf = (people: readonly { id: string; site: string }[]) =>
    people.map(({ id, site }): Scan => ({ ...person(id, site), timepoints: 20, offset: 0 }));
  const people = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), site: fc.constantFrom('', 'A', 'B') }), {
    selector: ({ id }) => id,
    minLength: 1,
    maxLength: 60,
  });

  it('has everybody once, 15 % to the person held out twice, whatever the order of rows', () => {
    fc.assert(
      fc.property(people, fc.nat(1000), fc.infiniteStream(fc.nat()), (cohort, seed, keys) => {
        const scans = [...scansOf(cohort), ...scansOf(cohort.slice(0, 9))];
        const split = splitParticipants(scans, seed);
        expect(PARTS.flatMap((part) => split[part]).sort()).toEqual(cohort.map(({ id }) => id).sort());
        if (cohort.length > 3) {
          expect(split.test).toHaveLength(Math.max(1, Math.round(0.15 * cohort.length)));
          expect(split.validation).toHaveLength(Math.round(0.15 * cohort.length));
        }
        const order = new Map(scans.map((scan) => [scan, [...keys.take(1)][0]]));
        const shuffled = [...scans].sort((a, b) => order.get(a)! - order.get(b)!);
        expect(splitParticipants(shuffled, seed)).toEqual(split);
      }),
    );
  });

  it('gives each site its share and depends on the seed, not on the other data sets', () => {
    const split = splitOf(corpusOf(ONE, TWO)).datasets[1].participants!;
    const tested = (site: number) => split.test.filter((id) => Number(id.slice(1)) % 2 === site).length;
    expect([tested(0), tested(1)].sort()).toEqual([1, 2]);
    expect(splitOf(corpusOf(TWO)).datasets[0].participants).toEqual(split);
    expect(splitOf(`seed: 1\n${corpusOf(TWO)}`).datasets[0].participants).not.toEqual(split);
  });

  it('is read back as it was, and not when it was edited or is something else', () => {
    const split = splitOf(corpusOf(ONE, TWO));
    const text = formatCorpusSplit(split);
    expect(parseCorpusSplit(text, 's.json')).toEqual(split);
    expect(() => parseCorpusSplit(text.replace('"q1"', '"q99"'), 's.json')).toThrow(
      's.json: the split does not match its SHA-256: it was edited or damaged; restore it from a copy, or start a new run.',
    );
    expect(() => parseCorpusSplit('{', 's.json')).toThrow('s.json: this is not JSON; restore');
    expect(() => parseCorpusSplit('{}', 's.json')).toThrow('s.json: this is not the split of a corpus (format: ');
  });
});

describe('a corpus is refused', () => {
  beforeAll(async () => {
    await make('other-atlas.dataset', { scans: [person('s1')], atlas: 'xyz', seed: 5 });
    await make('other-order.dataset', { scans: [person('s1')], roiNames: ['a', 'c', 'b'], seed: 6 });
    await make('wide.dataset', { scans: [person('s1')], roiNames: ['a', 'b', 'c', 'd'], seed: 7 });
    await make('copy.dataset', { scans: ['p1', 'p2', 'p3'].map((id) => person(id)) });
  });
  const second = `${at('corpus.yaml')} data set 2`;
  const alike = 'ingest all data sets of a corpus with one atlas, or with --project';
  const see = 'see docs/recipes/corpus.md for all keys';

  it.each([
    ['no YAML', '{', `${at('corpus.yaml')}: this is not YAML: `],
    ['no table', 'one.dataset', `${at('corpus.yaml')}: this is no corpus: `],
    ['nothing', '', `${at('corpus.yaml')}: this is no corpus: `],
    ['no data sets', 'datasets: []', `${at('corpus.yaml')}: datasets: too small: `],
    ['an unknown key', `sed: 1\n${corpusOf(ONE)}`, 'corpus.yaml: there is no key sed; did you mean seed?'],
    [
      'an unknown key of a data set',
      corpusOf(ONE, '{paht: x, role: I}'),
      `${second}: there is no key paht; did you mean path?`,
    ],
    [
      'no path',
      corpusOf(ONE, '{role: I}'),
      `${second}: path: invalid input: expected string, received undefined; ${see}.`,
    ],
    [
      'an unknown role',
      corpusOf(ONE, '{path: x, role: IV}'),
      `${second}: role: invalid option: expected one of "I"|"II"|"III", found "IV"; ${see}.`,
    ],
    [
      'weight 0',
      corpusOf(ONE, '{path: x, role: I, weight: 0}'),
      `${second}: weight: too small: expected number to be >0, found 0; ${see}.`,
    ],
    [
      'a weight of role III',
      corpusOf(ONE, '{path: x, role: III, weight: 1}'),
      `${second}: a data set of role III is never pretrained on and so has no weight; leave the weight out, or change the role.`,
    ],
    [
      'a name with a slash',
      corpusOf(ONE, '{path: x, role: I, name: a/b}'),
      `${second}: name: a name has no slash and is not empty, found "a/b"; ${see}.`,
    ],
    [
      'a path twice',
      corpusOf(ONE, '{path: ./sub/../one.dataset, role: II}'),
      `${second}: data set 1 has the same directory, ${at('one.dataset')}; name every data set once.`,
    ],
    [
      'a name twice',
      corpusOf(ONE, '{path: three.dataset, role: I, name: one}'),
      `${second}: data set 1 has the same name, "one"; give one of them another name.`,
    ],
    [
      'nothing to train on',
      corpusOf(THREE),
      `${at('corpus.yaml')}: there is no data set to pretrain on, expected at least one of role I or II, found role III only.`,
    ],
    [
      'a data set that is not there',
      corpusOf(ONE, '{path: nowhere, role: I}'),
      `${second}: ${at('nowhere')}: there is no such data set; make one with brainmass ingest.`,
    ],
    [
      'another number of ROIs',
      corpusOf(ONE, '{path: wide.dataset, role: III}'),
      `${second}: ${at('wide.dataset')} has another number of ROIs than ${at('one.dataset')}, expected 3, found 4; ${alike}.`,
    ],
    [
      'another atlas',
      corpusOf(ONE, '{path: other-atlas.dataset, role: I}'),
      `${second}: ${at('other-atlas.dataset')} has another atlas than ${at('one.dataset')}, expected abc, found xyz; ${alike}.`,
    ],
    [
      'ROIs in another order',
      corpusOf(ONE, '{path: other-order.dataset, role: I}'),
      `${second}: ${at('other-order.dataset')} has another ROI 2 than ${at('one.dataset')}, expected "b", found "c"; ${alike}.`,
    ],
    [
      'a copy of a data set',
      corpusOf(ONE, '{path: copy.dataset, role: III}'),
      `${second}: ${at('copy.dataset')} holds the same scans as ${at('one.dataset')}; name every data set once; to draw its scans more often, give it a weight.`,
    ],
  ])('%s', (_, yaml, sentence) => {
    expect(() => opened(yaml, () => undefined)).toThrow(sentence);
  });
});
