/** @file `inspect` with the checks: its text, its JSON, the page, and what a model says of the scans. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Fingerprint, fingerprintOf } from '../../src/checks/fingerprint.ts';
import { inspectCommand } from '../../src/cli/inspect.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { writeDataset } from '../../src/dataset/write-dataset.ts';
import { InputError } from '../../src/errors/input-error.ts';
import { encodeSafetensors } from '../../src/files/safetensors.ts';
import { formatCard } from '../../src/model/card.ts';
import { toStateDict } from '../../src/model/state-dict.ts';
import { initialWeights } from '../../src/model/weights.ts';
import { type Recipe, reorder, simulated } from '../checks/simulated.ts';

const folder = mkdtempSync(join(tmpdir(), 'brainmass-inspect-'));
const at = (name: string) => join(folder, name);

async function put(name: string, dataset: Dataset): Promise<void> {
  const scans = dataset.scans.map((scan, i) => ({ scan, series: dataset.readSeries(i) }));
  await writeDataset(at(name), { ...dataset, sources: [], reading: {} }, scans, { overwrite: false });
}

/** A model of no training whose card holds a fingerprint. */
function putModel(name: string, fingerprint: Record<string, unknown> | undefined, roiNames: readonly string[]): void {
  const size = { rois: roiNames.length, layers: 1, heads: 1, ffn: 4, feature: 4 };
  const card = formatCard({
    format: 'brainmass-model/1',
    size,
    fc: 'pearson',
    roi_names: [...roiNames],
    ...(fingerprint === undefined ? {} : { fingerprint }),
  });
  const parts = encodeSafetensors({ tensors: toStateDict(initialWeights(size, 1)), metadata: { card } });
  writeFileSync(at(name), Buffer.concat(parts));
}

const recipe: Recipe = { subjects: 12, timepoints: 150, sites: 2 };
const reversed = Int32Array.from({ length: 100 }, (_, i) => 99 - i);
let fingerprint: Fingerprint;

beforeAll(async () => {
  const good = simulated(recipe);
  await put('good', good);
  await put('reversed', simulated({ ...recipe, series: (series) => reorder(series, reversed) }));
  const dataset = openDataset(at('good'));
  fingerprint = fingerprintOf(dataset);
  dataset.close();
  putModel('same.safetensors', fingerprint, good.roiNames);
  putModel('other.safetensors', { ...fingerprint, mean_fc: 0.9 }, good.roiNames);
  putModel('silent.safetensors', undefined, good.roiNames);
  putModel('damaged.safetensors', { ...fingerprint, network: 'AAAA' }, good.roiNames);
  const few = { ...fingerprint, network: btoa('\u0040\u0040\u0040') };
  putModel('three.safetensors', few, ['a', 'b', 'c']);
});
afterAll(() => rmSync(folder, { recursive: true }));

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function inspect(...args: readonly string[]): Promise<string> {
  printed = '';
  await inspectCommand().parseAsync(['node', 'inspect', ...args]);
  return printed;
}

describe('without a model', () => {
  it('good scans: nothing found, in words and as JSON', async () => {
    expect(await inspect(at('good'))).toMatch(
      /12 of 12 participants[\s\S]*schaefer100, 100 ROIs[\s\S]*Checks: nothing found\n$/,
    );
    const document = JSON.parse(await inspect(at('good'), '--json'));
    expect(document).toMatchObject({ scans: 12, rois: 100, checks: [] });
  });

  it('reversed ROIs: an error in words, in the findings and among the warnings', async () => {
    const words = await inspect(at('reversed'));
    expect(words).toContain('Checks:\n  - error: the ROIs seem to be in reverse order');
    const { checks, warnings } = JSON.parse(await inspect(at('reversed'), '--json'));
    expect(checks).toMatchObject([
      { id: 'roi-order', level: 'error', scans: [], evidence: { homotopic_share: expect.any(Number) } },
    ]);
    expect(warnings).toContain(checks[0].message);
  });
});

describe('--model', () => {
  const findings = async (model: string) => {
    const { checks } = JSON.parse(await inspect(at('good'), '--model', at(model), '--json'));
    return checks.map(({ id, message }: { id: string; message: string }) => `${id}: ${message}`);
  };

  it('scans that the model was trained on pass; a model without a fingerprint says nothing', async () => {
    expect(await findings('same.safetensors')).toEqual([]);
    expect(await findings('silent.safetensors')).toEqual([]);
  });

  it('scans unlike its own', async () => {
    expect(await findings('other.safetensors')).toEqual([
      expect.stringMatching(/^unlike-model: .*mean connectivity is 0\.\d+, there 0\.9/),
    ]);
  });

  it('another number of ROIs', async () => {
    const [first, ...others] = await findings('three.safetensors');
    expect(first).toMatch(/^roi-order: .*the data set has another number of ROIs than the model/);
    expect(others).toEqual([]);
  });

  it('a damaged fingerprint is one clear sentence, and no page is left', async () => {
    const failing = inspect(at('good'), '--model', at('damaged.safetensors'), '--html', at('damaged.html'));
    await expect(failing).rejects.toThrow(InputError);
    await expect(failing).rejects.toThrow(
      /damaged\.safetensors: the fingerprint on the model card is wrong at network: it is not the connectivity of 100 ROIs; copy the model again\.$/,
    );
    expect(printed).toBe('');
    expect(existsSync(at('damaged.html'))).toBe(false);
  });
});

describe('--html', () => {
  it('writes the page beside the JSON document, and nothing else', async () => {
    const before = readdirSync(folder);
    const { checks } = JSON.parse(await inspect(at('reversed'), '--html', at('page.html'), '--json'));
    expect(readdirSync(folder).sort()).toEqual([...before, 'page.html'].sort());
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(page).toContain('<title>Quality of reversed</title>');
    expect(checks).toHaveLength(1);
    expect(page).toContain('the ROIs seem to be in reverse order');
  });

  it('leaves a page that is there alone, unless asked', async () => {
    writeFileSync(at('mine.html'), 'mine');
    await expect(inspect(at('good'), '--html', at('mine.html'))).rejects.toThrow(
      /mine\.html: the output exists already; pass --overwrite/,
    );
    expect(readFileSync(at('mine.html'), 'utf8')).toBe('mine');
    await inspect(at('good'), '--html', at('mine.html'), '--overwrite');
    expect(statSync(at('mine.html')).size).toBeGreaterThan(10_000);
  });

  it('takes the place of no file that is not a page', async () => {
    writeFileSync(at('table.csv'), 'mine');
    await expect(inspect(at('good'), '--html', at('table.csv'), '--overwrite')).rejects.toThrow(
      /table\.csv: not a page, and so not overwritten; choose another name\./,
    );
    expect(readFileSync(at('table.csv'), 'utf8')).toBe('mine');
  });

  it('makes the folders it needs, and says where it cannot', async () => {
    await inspect(at('good'), '--html', join(folder, 'new', 'pages', 'page.html'));
    expect(existsSync(join(folder, 'new', 'pages', 'page.html'))).toBe(true);
    writeFileSync(at('file'), '');
    mkdirSync(at('new.html'));
    for (const [path, where] of [
      [join(folder, 'file', 'page.html'), at('file')],
      [at('new.html'), at('new.html')],
    ]) {
      const failing = inspect(at('good'), '--html', path, '--overwrite');
      await expect(failing).rejects.toThrow(InputError);
      await expect(failing).rejects.toThrow(where);
    }
  });
});
