/** @file The engine in a browser: the same graphs on ONNX Runtime's WebAssembly build give the numbers of Node. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { BROWSER_ENTRIES } from '../architecture/rooms.ts';
import { findChromium, startChromium } from './chromium.ts';
import { type Numbers, runEngine } from './engine.ts';
import { type Site, serve } from './serve.ts';

const WASM = '/ort-wasm-simd-threaded.wasm';
const chromium = findChromium();

/** Bundles for a browser; an import of a Node module is an error. Returns the code of each entry. */
async function bundle(entries: readonly string[]): Promise<readonly string[]> {
  const { outputFiles, warnings } = await build({
    entryPoints: entries.map((path) => fileURLToPath(new URL(path, import.meta.url))),
    bundle: true,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  return outputFiles.map(({ text }) => text);
}

test('a bundler for the web takes every entry that a page needs', async () => {
  const bundles = await bundle(BROWSER_ENTRIES.map((path) => `../../src/${path}`));
  expect(bundles.length).toBe(BROWSER_ENTRIES.length);
});

if (chromium === undefined && process.env.REQUIRE_ALL_TESTS !== '1')
  test.skip('SKIPPED: no Chromium found, set CHROMIUM_PATH', () => {});
else
  test.each([1, 2])('Chromium computes what Node computes, with %d thread(s)', async (threads) => {
    if (chromium === undefined) throw new Error('no Chromium found, set CHROMIUM_PATH');
    const [page] = await bundle(['./engine-page.ts']);
    const wasm = readFileSync(createRequire(import.meta.url).resolve(`onnxruntime-web${WASM}`));
    const html = '<!doctype html><script type="module" src="/page.js"></script>';
    const site = await serve({ '/page.html': html, '/page.js': page, [WASM]: wasm });
    try {
      const found = await runInChromium(chromium, site, threads);
      const wanted = await runEngine(nodeRuntime({ threads: 1 }));
      expect(Object.keys(found)).toEqual(Object.keys(wanted));
      for (const name of Object.keys(wanted)) {
        expect(norm(wanted[name]), name).toBeGreaterThan(0);
        expect(relativeError(found[name], wanted[name]), name).toBeLessThan(1e-5);
      }
      // The wasm file is all that a page serves beside its own code: the script that loads it is in the bundle, which
      // every further thread loads again.
      const asked = site.requests.filter((path) => path !== '/favicon.ico').sort();
      expect(asked).toEqual([WASM, '/page.html', ...Array.from({ length: threads }, () => '/page.js')]);
    } finally {
      await site.close();
    }
  });

async function runInChromium(executablePath: string, site: Site, threads: number): Promise<Numbers> {
  const browser = await startChromium(executablePath);
  try {
    const page = await browser.newPage();
    await page.goto(`${site.url}/page.html`, { waitUntil: 'load' });
    expect(await page.evaluate('globalThis.crossOriginIsolated')).toBe(true);
    return await page.evaluate<Numbers>(`globalThis.runEngine(${threads})`);
  } finally {
    await browser.close();
  }
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
}

/** Norm of the difference over the norm of what is wanted. */
function relativeError(found: readonly number[], wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  return norm(found.map((x, i) => x - wanted[i])) / norm(wanted);
}
