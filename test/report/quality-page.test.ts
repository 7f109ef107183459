/** @file The quality page: whole, self-contained, safe with any name, and true of data sets that lack things. */
import { beforeAll, describe, expect, test } from 'vitest';
import { checkDataset } from '../../src/checks/check-dataset.ts';
import { networkOf } from '../../src/checks/survey.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { inspect } from '../../src/dataset/inspect.ts';
import { qualityPage } from '../../src/report/quality-page.ts';
import { simulated } from '../checks/simulated.ts';
import { decodeUri } from './png-decoder.ts';
import { faults } from './svg-check.ts';

function pageOf(dataset: Dataset, directory = '/data/cohort.dataset'): string {
  return qualityPage({ directory, dataset, inspection: inspect(dataset), checks: checkDataset(dataset, {}) });
}

const headings = (page: string) => [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading);
const figures = (page: string) => [...page.matchAll(/<svg .*?<\/svg>\n/gs)].map(([svg]) => svg);
const pictures = (page: string) => [...page.matchAll(/<img src="([^"]*)"/g)].map(([, uri]) => decodeUri(uri));
/** What is read: without figures, style and tags. */
const words = (page: string) =>
  page
    .replace(/<(svg|style).*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

/** Every element is closed in order, with quoted attributes alone. */
function expectWellFormed(page: string): void {
  const open: string[] = [];
  const body = page.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/, '');
  for (const [tag, closing, name, attributes] of body.matchAll(
    /<(\/?)([a-z0-9]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)\/?>/g,
  )) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!tag.endsWith('/>') && !['meta', 'img'].includes(name)) open.push(name);
    for (const [, attribute] of attributes.matchAll(/ ([a-zA-Z0-9:-]+)="/g))
      expect(attribute).not.toMatch(/^on|^href$/);
  }
  expect(open).toEqual([]);
  // What is no tag holds no bracket.
  expect(body.replace(/<(\/?)([a-z0-9]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)\/?>/g, '')).not.toMatch(/[<>]/);
}

/** One file: nothing is loaded, nothing runs. */
function expectSelfContained(page: string): void {
  expectWellFormed(page);
  const elsewhere = page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
  expect(elsewhere).not.toMatch(/https?:|<script|<link|<iframe|@import|url\(/i);
  for (const [, uri] of page.matchAll(/ src="([^"]*)"/g)) expect(uri).toMatch(/^data:image\/png;base64,[\w+/=]+$/);
  expect(words(page)).not.toMatch(/\bNaN\b|Infinity|undefined|\[object/);
  for (const svg of figures(page)) expect(faults(svg)).toEqual([]);
}

const ALL = [
  'Findings',
  'Mean functional connectivity',
  'Lengths and repetition times',
  'Filtering and global signal',
  'Missing ROIs',
  'Outliers by distance',
  'Motion',
];

describe('a data set of three sites', () => {
  const dataset = simulated({
    subjects: 24,
    sites: 3,
    timepoints: 150,
    series: (series, index) =>
      index === 4 ? { ...series, values: series.values.map((value, at) => (at % 100 === 7 ? 0 : value)) } : series,
    scan: (scan, index) => ({ ...scan, phenotype: { ...scan.phenotype, mean_fd: index === 2 ? '0.9' : '0.1' } }),
  });
  let page = '';
  beforeAll(() => {
    page = pageOf(dataset);
  });

  test('every section is there, and nothing from elsewhere', () => {
    expect(headings(page)).toEqual(ALL);
    expectSelfContained(page);
    expect(page).toContain('<title>Quality of cohort.dataset</title>');
  });

  test('a picture of all scans, of each site, and the colours', () => {
    expect(pictures(page).map(({ width, height }) => [width, height])).toEqual([
      [201, 1],
      ...new Array(4).fill([100, 100]),
    ]);
    for (const caption of ['all</b>, 24 scans', 'site-1</b>, 8 scans', 'site-3</b>, 8 scans'])
      expect(page).toContain(`<b>${caption}`);
    expect(words(page)).toContain('Sites should look alike');
  });

  test('the sections say what is so', () => {
    const text = words(page);
    expect(text).toContain('1 of 24 scans lack signal in some of 1 ROI.');
    expect(text).toContain('7Networks_LH_Vis_8 1 4.2 %');
    expect(text).toContain('mean framewise displacement (mean_fd) is above 0.5 mm in 1 scan (sub-0003)');
    expect(text).toMatch(/repetition time scans [\d.]+ s \d+/);
    expect(text).toMatch(/site-1 8 [\d.]+ none \d+ % \d+ % \d+ % 0\.\d\d \d+ % no sign/);
    expect(text).toMatch(/Within sites, \d+ % of pairs of ROIs correlate with motion at p &lt; 0\.05 over 24 scans/);
    const strip = figures(page).find((svg) => svg.includes('Likeness to the other scans'));
    expect(strip?.match(/<circle /g)).toHaveLength(24);
  });

  test('graver findings come first, and are counted', () => {
    const levels = [...page.matchAll(/<span class="level">(\w+)</g)].map(([, level]) => level);
    expect(
      [...levels].sort((a, b) => ['error', 'warning', 'note'].indexOf(a) - ['error', 'warning', 'note'].indexOf(b)),
    ).toEqual(levels);
    const count = (level: string) => levels.filter((each) => each === level).length;
    expect(words(page)).toContain(
      `${count('error')} errors, ${count('warning')} warnings, ${count('note')} note${count('note') === 1 ? '' : 's'}.`,
    );
  });

  test('the same data give the same bytes', () => {
    expect(pageOf(dataset)).toBe(page);
  });
});

test('names of scans, sites, columns, ROIs and folders cannot break out of the page', () => {
  const evil = `</title><script>alert(1)</script><img src=x onerror="alert(1)">'"&<!--\u202e\u0000`;
  const made = simulated({ subjects: 12, sites: 2, timepoints: 60 });
  const page = pageOf(
    {
      ...made,
      atlas: evil,
      roiNames: made.roiNames.map((name) => evil + name),
      phenotypeColumns: [`${evil}`, 'mean_fd'],
      scans: made.scans.map((scan, i) => ({
        ...scan,
        scanId: `${evil}${i}`,
        site: i % 2 === 0 ? evil : `${evil}2`,
        phenotype: { [evil]: String(i % 2), mean_fd: '0.9', n_censored: '900' },
      })),
      readSeries: (scan) => {
        const series = made.readSeries(scan);
        return { ...series, values: series.values.map((value, at) => (at % 100 < 2 ? 1 : value)) };
      },
    },
    `/data/${evil}.dataset`,
  );
  expectSelfContained(page);
  expect(headings(page)).toEqual(ALL);
  expect(words(page)).toContain('alert(1)');
  for (const character of ['\u0000', '\u202e']) expect(page.includes(character)).toBe(false);
});

describe('data sets that lack', () => {
  test('repetition times: no durations, shares of power unknown', () => {
    const page = pageOf(simulated({ subjects: 10, scan: (scan) => ({ ...scan, tr: undefined }) }));
    expectSelfContained(page);
    expect(headings(page)).toEqual(ALL);
    expect(page).not.toContain('Duration of scans');
    expect(words(page)).toContain('repetition time scans not known 10');
    expect(words(page)).toMatch(/site-1 10 \? none - - - 0/);
  });

  test('phenotypes and sites', () => {
    const bare = simulated({ subjects: 10, timepoints: 60, scan: (scan) => ({ ...scan, site: '', phenotype: {} }) });
    const page = pageOf({ ...bare, phenotypeColumns: [] });
    expectSelfContained(page);
    expect(pictures(page)).toHaveLength(2);
    expect(words(page)).toContain('sites not named');
    expect(words(page)).toContain('No column holds mean framewise displacement');
    expect(words(page)).not.toContain('Sites should look alike');
  });

  test('other scans: one is compared with none, and its ROIs are not suspected', () => {
    const page = pageOf(simulated({ subjects: 1, timepoints: 180 }));
    expectSelfContained(page);
    expect(headings(page)).toEqual(ALL.filter((heading) => heading !== 'Outliers by distance'));
    expect(words(page)).toContain('The checks found nothing.');
  });

  test('places of ROIs: these stay in their order, and motion has no distances', () => {
    const made = simulated({ subjects: 20, timepoints: 60 });
    const page = pageOf({ ...made, atlas: 'mine', roiNames: Array.from({ length: 100 }, (_, i) => String(i)) });
    expectSelfContained(page);
    expect(words(page)).toContain('ROIs are in the order of the data set.');
    expect(words(page)).not.toContain('distance of the ROIs');
  });

  test('series: connectivity alone', () => {
    const made = simulated({ subjects: 10, timepoints: 60 });
    const page = pageOf({
      ...made,
      readSeries: () => {
        throw new Error('there are no series');
      },
      readConnectivity: (scan) => networkOf(made, scan),
      fcKind: 'pearson',
      scans: made.scans.map((scan) => ({ ...scan, timepoints: 0, tr: undefined })),
    });
    expectSelfContained(page);
    expect(headings(page)).toEqual(ALL.filter((heading) => !heading.startsWith('Lengths')));
    expect(words(page)).toContain('connectivity pearson, no series');
  });

  test('signal: all is grey, and nothing is not a number', () => {
    const silent = simulated({
      subjects: 10,
      timepoints: 60,
      series: (series) => ({ ...series, values: series.values.map(() => 4) }),
    });
    const page = pageOf(silent);
    expectSelfContained(page);
    const [, all] = pictures(page);
    expect(new Set(all.pixels).size).toBe(1);
    expect(words(page)).toContain('10 of 10 scans lack signal in some of 100 ROIs');
  });
});
