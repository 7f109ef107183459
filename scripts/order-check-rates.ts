/**
 * @file How often the checks of ROI order find a planted fault, and how often they cry wolf, on real scans.
 *
 * Usage: npx tsx scripts/order-check-rates.ts [DATA FOLDER [PART…]]
 *    (../shared/data by default; parts: schaefer100, schaefer400, cc200, aal116, aal94; all of them take some minutes)
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Atlas, Roi } from '../src/atlas/atlas.ts';
import { unnamedAtlas } from '../src/atlas/atlas.ts';
import { builtInAtlas } from '../src/atlas/built-in.ts';
import { compareScans } from '../src/checks/comparisons.ts';
import { geometryOf } from '../src/checks/geometry.ts';
import { type KnownOrder, knownOrders } from '../src/checks/known-orders.ts';
import { orderAgainstModel, orderAgainstPlaces, orderOfScans } from '../src/checks/roi-order.ts';
import { spreadSample, surveyScans } from '../src/checks/survey.ts';
import type { Dataset } from '../src/dataset/dataset.ts';
import { parseNpy } from '../src/files/npy.ts';
import { parseTable } from '../src/files/table.ts';
import { drawWithoutReplacement, permutation, randomStream } from '../src/random/draws.ts';
import { parseOverlap, projectSeries } from '../src/series/project.ts';
import type { TimeSeries } from '../src/series/time-series.ts';

const DATA = process.argv[2] ?? join(import.meta.dirname, '../../shared/data');
const PARTS = process.argv.slice(3);
const wanted = (part: string) => PARTS.length === 0 || PARTS.includes(part);
const read = (path: string) => readFileSync(join(DATA, path), 'utf8');
/** Scans of a data set that are looked at one by one, and the part of them that gets a fault. */
const MOST_SCANS = 200;
const FAULTY = 0.1;
/** Random faults of each kind that are planted in a whole data set. */
const REPEATS = 20;

interface Fault {
  readonly name: string;
  /** The ROI that column i really holds. */
  readonly draw: (trial: number) => Int32Array;
}

function load(folder: string, atlas: Atlas, take: (series: TimeSeries) => TimeSeries = (series) => series): Dataset {
  const table = parseTable(read(`${folder}/participants.csv`), folder);
  const series = table.rows.map((row) => {
    const path = join(DATA, folder, row.file);
    const { data, shape } = parseNpy(readFileSync(path), path);
    return take({ values: Float32Array.from(data, Number), timepoints: shape[0], rois: shape[1] });
  });
  const scans = table.rows.map((row, i) => ({
    scanId: row.file,
    participantId: row.SUB_ID ?? row.subject,
    session: '',
    run: '',
    site: row.site ?? '',
    timepoints: series[i].timepoints,
    offset: 0,
    tr: undefined,
    phenotype: {},
  }));
  return {
    directory: folder,
    atlas: atlas.id,
    roiNames: atlas.rois.map(({ name }) => name),
    scans,
    phenotypeColumns: [],
    hash: '',
    readSeries: (index) => series[index],
    close: () => undefined,
  };
}

/** The data set with columns reordered in the scans that `orderOf` gives an order for. */
function reordered(dataset: Dataset, orderOf: (index: number) => Int32Array | undefined): Dataset {
  return {
    ...dataset,
    readSeries: (index) => {
      const series = dataset.readSeries(index);
      const order = orderOf(index);
      if (order === undefined) return series;
      const { values, timepoints, rois } = series;
      const out = Float32Array.from(values, (_, at) => values[Math.floor(at / rois) * rois + order[at % rois]]);
      return { values: out, timepoints, rois };
    },
  };
}

function permuted(matrix: Float32Array, order: Int32Array): Float32Array {
  const rois = order.length;
  return Float32Array.from(matrix, (_, at) => matrix[order[Math.floor(at / rois)] * rois + order[at % rois]]);
}

/** Some ROIs trade places among themselves, none keeps its own. */
function someMoved(rois: number, share: number, trial: number): Int32Array {
  const stream = randomStream({ seed: 5, purpose: 'roi-order-null', a: trial, b: 1 });
  const chosen = drawWithoutReplacement(stream, rois, Math.max(2, Math.round(share * rois)));
  const order = Int32Array.from({ length: rois }, (_, i) => i);
  for (const [k, roi] of chosen.entries()) order[roi] = chosen[(k + 1) % chosen.length];
  return order;
}

function faultsOf(rois: number, orders: readonly KnownOrder[]): Fault[] {
  return [
    {
      name: 'all ROIs permuted',
      draw: (trial) => permutation(randomStream({ seed: 6, purpose: 'roi-order-null', a: trial, b: 2 }), rois),
    },
    { name: '10 % of ROIs permuted', draw: (trial) => someMoved(rois, 0.1, trial) },
    ...orders.map(({ id, columns }) => ({ name: id, draw: () => columns })),
  ];
}

function measure(name: string, dataset: Dataset, atlas: Atlas): Float32Array {
  const rois = dataset.roiNames.length;
  const geometry = geometryOf(dataset, atlas);
  const orders = knownOrders(geometry?.rois ?? atlas.rois).filter(({ id }) => id !== 'shifted' && id !== 'reversed');
  const { mean } = surveyScans(
    dataset,
    dataset.scans.map((_, i) => i),
  );
  const flags = (matrix: Float32Array) =>
    geometry === undefined ? [] : orderAgainstPlaces(matrix, dataset.roiNames, geometry, orders);
  const sample = spreadSample(dataset, MOST_SCANS);
  const faulty = new Set(sample.filter((_, i) => i % Math.round(1 / FAULTY) === 3));
  const flagged = (fault: Fault | undefined) => {
    const planted = reordered(dataset, (index) => (faulty.has(index) ? fault?.draw(index) : undefined));
    const survey = surveyScans(planted, sample);
    const named = new Set(orderOfScans(planted, compareScans(planted, survey, orders)).flatMap(({ scans }) => scans));
    const found = sample.filter((index) => named.has(dataset.scans[index].scanId));
    const hits = found.filter((index) => faulty.has(index)).length;
    return { hits, others: found.length - hits };
  };
  const clean = flagged(undefined);
  const print = (fault: string, set: string, scans: string, alarms: string) =>
    process.stdout.write(`| ${name} | ${fault} | ${set} | ${scans} | ${alarms} |\n`);
  const wolf = geometry === undefined ? 'no places' : flags(mean.matrix).length === 0 ? 'silent' : 'false alarm';
  print('none', wolf, '', `${clean.hits + clean.others} of ${sample.length}`);
  for (const fault of faultsOf(rois, orders)) {
    const trials = fault.name.includes('permuted') ? REPEATS : 1;
    let caught = 0;
    for (let trial = 0; trial < trials; trial++)
      if (flags(permuted(mean.matrix, fault.draw(trial))).length > 0) caught++;
    const { hits, others } = flagged(fault);
    print(
      fault.name,
      geometry === undefined ? 'no places' : `${caught} of ${trials}`,
      `${hits} of ${faulty.size}`,
      `${others} of ${sample.length - faulty.size}`,
    );
  }
  return mean.matrix;
}

/** The scans of each site as a data set of its own: false alarms, and whole data sets with a fault that are found. */
function measureSites(name: string, dataset: Dataset, atlas: Atlas): void {
  const rois = dataset.roiNames.length;
  const sites = [...new Set(dataset.scans.map(({ site }) => site))].map((site) => {
    const members = dataset.scans.flatMap((scan, i) => (scan.site === site ? [i] : []));
    return {
      ...dataset,
      scans: members.map((i) => dataset.scans[i]),
      readSeries: (index: number) => dataset.readSeries(members[index]),
    };
  });
  const geometry = geometryOf(dataset, atlas);
  if (geometry === undefined) return;
  const orders = knownOrders(geometry.rois).filter(({ id }) => id !== 'shifted' && id !== 'reversed');
  const means = sites.map((site) => ({
    scans: site.scans.length,
    matrix: surveyScans(
      site,
      site.scans.map((_, i) => i),
    ).mean.matrix,
  }));
  const found = (order?: Int32Array) =>
    means.filter(({ scans, matrix }) => {
      const mean = order === undefined ? matrix : permuted(matrix, order);
      return orderAgainstPlaces(mean, dataset.roiNames, geometry, orders, scans).length > 0;
    }).length;
  const suspected = sites.map((site) => {
    const survey = surveyScans(site, spreadSample(site, MOST_SCANS));
    return orderOfScans(site, compareScans(site, survey, orders)).flatMap(({ scans }) => scans).length;
  });
  const alarms = suspected.reduce((a, b) => a + b);
  const silent = `silent in ${sites.length - found()} of ${sites.length}`;
  process.stdout.write(`| ${name}, site by site | none | ${silent} | | ${alarms} of ${dataset.scans.length} |\n`);
  for (const { name: fault, draw } of faultsOf(rois, orders))
    process.stdout.write(`| ${name}, site by site | ${fault} | ${found(draw(0))} of ${sites.length} | | |\n`);
}

/** The first columns: cortical parcels, where subcortical ROIs follow. */
function firstRois({ values, timepoints, rois }: TimeSeries, count: number): TimeSeries {
  const kept = new Float32Array(timepoints * count);
  for (let t = 0; t < timepoints; t++) kept.set(values.subarray(t * rois, t * rois + count), t * count);
  return { values: kept, timepoints, rois: count };
}

function centroids(lines: readonly string[], names: readonly string[]): Roi[] {
  return lines.map((line, i) => {
    const [x, y, z] = (/\(([^)]*)\)/.exec(line)?.[1] ?? '').split(';').map(Number);
    return { name: names[i], centroid: [x, y, z] };
  });
}

process.stdout.write('| data | fault | data set with it found | scans with it found | other scans suspected |\n');
process.stdout.write('| --- | --- | --- | --- | --- |\n');
if (wanted('schaefer100')) {
  const schaefer = builtInAtlas('schaefer100');
  const overlapPath = 'atlases/overlap_cc200_to_schaefer100.csv';
  const overlap = parseOverlap(parseTable(read(overlapPath), overlapPath), overlapPath);
  const projected = load('abide1-cc200', schaefer, (series) => projectSeries(series, overlap));
  measure('ABIDE I on schaefer100, 651 scans', projected, schaefer);
  measureSites('ABIDE I on schaefer100', projected, schaefer);
}
if (wanted('schaefer400')) {
  const schaefer = builtInAtlas('schaefer400');
  const cortex = load('fep-stages-419', schaefer, (series) => firstRois(series, 400));
  measure('psychosis on schaefer400, 68 scans', cortex, schaefer);
}
if (wanted('cc200')) {
  const cc200 = builtInAtlas('cc200');
  const lines = read('atlases/CC200_ROI_labels.csv').trim().split(/\r?\n/).slice(1);
  const names = cc200.rois.map(({ name }) => name);
  const placed: Atlas = { id: 'cc200', rois: centroids(lines, names) };
  const abide = load('abide1-cc200', placed);
  measure('ABIDE I on cc200, 651 scans', abide, placed);
  measureSites('ABIDE I on cc200', abide, placed);
}
if (wanted('aal116')) {
  const aal = builtInAtlas('aal116');
  const abide = load('abide1-aal116', aal);
  const beijing = load('eoec-aal116', aal);
  const means = [
    measure('ABIDE I on aal116, 77 scans', abide, aal),
    measure('Beijing on aal116, 70 scans', beijing, aal),
  ];
  measureSites('ABIDE I on aal116', abide, aal);
  const aalOrders = knownOrders(aal.rois);
  for (const [k, name] of ['Beijing against a model of ABIDE I', 'ABIDE I against a model of Beijing'].entries()) {
    const [own, reference] = [means[1 - k], means[k]];
    const found = (matrix: Float32Array) => orderAgainstModel(matrix, reference, abide.roiNames, aalOrders).length > 0;
    process.stdout.write(`| ${name} (aal116) | none | ${found(own) ? 'false alarm' : 'silent'} | | |\n`);
    for (const { id, columns } of aalOrders.filter(({ id }) => id === 'mirrored' || id === 'sides-sorted'))
      process.stdout.write(`| | ${id} | ${found(permuted(own, columns)) ? '1 of 1' : '0 of 1'} | | |\n`);
  }
}
if (wanted('aal94')) measure('HCP on aal94, 24 scans', load('hcp-rest-aal94', unnamedAtlas(94)), unnamedAtlas(94));
