/** @file `identify` from data set to files, with a stand-in for the network (its embedding is the first rows of FC). */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { identifyCommand } from '../../src/cli/identify.ts';
import { connectivity } from '../../src/connectivity/kinds.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { writeConnectivity } from '../../src/dataset/write-connectivity.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { parseTable } from '../../src/files/table.ts';
import { IdentificationDocument } from '../../src/identify/identification-document.ts';
import { normal, randomStream } from '../../src/random/draws.ts';

const ROIS = 8;
vi.mock('../../src/model/load-model.ts', () => ({
  loadModel: async () => ({ card: { rois: ROIS, fc: 'pearson', participants: ['p00'] }, trained: true }),
}));
vi.mock('../../src/model/untrained.ts', () => ({
  untrainedLike: (model: object) => ({ ...model, trained: false }),
}));
vi.mock('../../src/model/embed.ts', () => ({
  embedDataset: async ({ trained }: { trained: boolean }, { scans, readSeries }: Dataset) => {
    const rows = scans.map((_, scan) => connectivity('pearson', readSeries(scan)).subarray(0, 3 * ROIS));
    return Float32Array.from(rows.flatMap((row) => [...row].map((r) => (trained ? r : Math.sin(1e4 * r)))));
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'brainmass-identify-'));
const at = (name: string) => join(folder, name);
const PEOPLE = 12;

beforeAll(async () => {
  const stream = randomStream({ seed: 5, purpose: 'simulate' });
  const people = Array.from({ length: PEOPLE }, (_, i) => ({
    id: `p${String(i).padStart(2, '0')}`,
    mixing: Array.from({ length: ROIS * ROIS }, () => normal(stream)),
  }));
  const scans = people.flatMap(({ id, mixing }, i) =>
    (i < PEOPLE - 1 ? ['ses-1', 'ses-2'] : ['ses-1']).map((session) => {
      const values = new Float32Array(200 * ROIS);
      for (let t = 0; t < 200; t++) {
        const sources = Array.from({ length: ROIS }, () => normal(stream));
        for (let r = 0; r < ROIS; r++)
          values[t * ROIS + r] = sources.reduce((sum, source, k) => sum + source * mixing[r * ROIS + k], 0);
      }
      const names = { scanId: `${id}_${session}`, participantId: id, session, run: '', site: '' };
      return { scan: { ...names, tr: 2, phenotype: {} }, series: { values, timepoints: 200, rois: ROIS } };
    }),
  );
  const roiNames = Array.from({ length: ROIS }, (_, r) => `roi${r}`);
  const about = { atlas: 'eight', roiNames, phenotypeColumns: [], sources: [], reading: {} };
  await writeDataset(at('data'), about, scans, { overwrite: false });
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

const identify = (...args: string[]) => command('any.run', at('data'), ...args);

async function command(...args: string[]): Promise<string> {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  await identifyCommand().exitOverride().parseAsync(args, { from: 'user' });
  return printed.join('');
}

describe('identify', () => {
  it('prints the document that it writes, with predictions, table and figures', async () => {
    const out = at('out');
    const document = IdentificationDocument.parse(JSON.parse(await identify('--out', out, '--json')));
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual(document);
    expect(document).toMatchObject({ by: 'session', target: 'ses-2', database: 'ses-1', n: 11, left_out: 1 });
    expect(document.baselines.fc.accuracy.mean).toBe(1);
    expect(document.baselines.untrained.accuracy.mean).toBeLessThan(0.5);
    expect(document.warnings).toEqual(["1 of 11 participants were in the model's pretraining data"]);
    const { rows } = parseTable(readFileSync(document.predictions, 'utf8'), 'predictions.tsv');
    expect(rows).toHaveLength(3 * 2 * 11);
    for (const [name, { accuracy }] of Object.entries({ model: document.metrics, ...document.baselines })) {
      const own = rows.filter(({ features }) => features === name);
      const found = own.filter(({ participant_id, most_alike }) => participant_id === most_alike);
      expect(found.length / own.length).toBeCloseTo(accuracy.mean ?? Number.NaN, 12);
      expect(found.every(({ rank }) => rank === '1')).toBe(true);
    }
    expect(readdirSync(out).sort()).toEqual(
      ['accuracy.svg', 'identification.md', 'identification.tsv', 'predictions.tsv', 'ranks.svg', 'report.json'].sort(),
    );
  });

  it('says it in words', async () => {
    const text = await identify('--target', 'ses-1', '--out', at('words'));
    expect(text).toContain('11 participants with session ses-2 and ses-1; left out: 1 with one of them only');
    expect(text).toMatch(/raw FC +1\.000 \[0\.715, 1\.000\] +11 \(p < 0\.0001\) +11 \(p < 0\.0001\) +1\.0/);
    expect(text).toContain('The model is ');
  });

  it('needs no model for raw FC: same scores, no comparison, of series as of their matrices', async () => {
    const { baselines } = IdentificationDocument.parse(JSON.parse(await identify('--out', at('both'), '--json')));
    const alone = ['--features', 'fc', '--json', '--out'];
    const document = IdentificationDocument.parse(JSON.parse(await command(at('data'), ...alone, at('fc'))));
    expect(document).toMatchObject({ metrics_of: 'fc', model: null, metrics: baselines.fc, baselines: {}, paired: {} });
    expect(document.warnings).toEqual([]);
    const { rows } = parseTable(readFileSync(document.predictions, 'utf8'), 'predictions.tsv');
    expect(rows.map(({ features }) => features)).toEqual(Array.from({ length: 22 }, () => 'fc'));
    const { scans, roiNames, readSeries, close } = openDataset(at('data'));
    const matrices = scans.map((scan, i) => ({
      scan,
      matrix: connectivity('ledoit-wolf', readSeries(i)),
      where: scan.scanId,
    }));
    close();
    const about = { atlas: 'eight', roiNames, phenotypeColumns: [], sources: [], reading: {} };
    await writeConnectivity(at('lw'), { ...about, fcKind: 'ledoit-wolf' }, matrices, { overwrite: false });
    const ofMatrices = IdentificationDocument.parse(JSON.parse(await command(at('lw'), ...alone, at('fc-lw'))));
    const args = [...alone, at('fc-series'), '--fc', 'ledoit-wolf'];
    const ofSeries = IdentificationDocument.parse(JSON.parse(await command(at('data'), ...args)));
    expect(ofMatrices.fc).toBe('ledoit-wolf');
    expect(ofMatrices.metrics).toEqual(ofSeries.metrics);
    expect(await command(at('data'), '--features', 'fc', '--out', at('fc-words'))).toMatch(/raw FC +1\.000/);
  });

  it('says with a paired test whom only one of them finds', async () => {
    const text = await identify('--features', 'model,fc', '--out', at('paired'));
    expect(text).toMatch(/Found by the model alone and by raw FC alone: \d+ and \d+ \(p = [\d.]+\), the other way/);
    expect(text).not.toContain('untrained');
  });

  it.each([
    [['any.run', 'DATA', '--features', 'fc'], '--features fc: no model takes part; name the data set alone'],
    [
      ['DATA'],
      "missing required argument 'dataset'; name a model and a data set; with --features fc a data set alone.",
    ],
    [['any.run', 'DATA', '--features', 'untrained,fc'], 'the untrained encoder is there to be compared with its model'],
    [['DATA', '--features', 'fv'], '"fv" are no features to identify by, expected some of model, untrained, fc; did'],
  ])('refuses %j', async (args, sentence) => {
    const given = args.map((arg) => (arg === 'DATA' ? at('data') : arg));
    await expect(command(...given, '--out', at('refused'))).rejects.toThrow(sentence);
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('leaves nothing behind when a session does not exist', async () => {
    await expect(identify('--target', 'ses-3', '--out', at('none'))).rejects.toThrow(/did you mean --target ses-/);
    expect(existsSync(at('none'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
