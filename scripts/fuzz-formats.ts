/**
 * @file Damages files of every format thousands of times, and fails unless each reads or says clearly why not.
 *
 *     npx tsx scripts/fuzz-formats.ts [--cases 10000] [--seed 1] [--only npy,parquet] [FILE…]
 *
 * Files are further seeds of the format that their name says. A case is known by its format, seed and number.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { isInputError } from '../src/errors/input-error.ts';
import { damage, drawFrom } from './fuzz/damage.ts';
import { FORMATS, type FuzzedFormat } from './fuzz/formats.ts';

/** Issue 5: never a hang over 2 s, nor memory beyond 10 times the file (and what small arrays may always take). */
const SLOWEST_MS = 2000;
const MOST_GROWTH_KB = 512 * 1024;
const WARM_UP = 300;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
const wanted = FORMATS.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name));
const beat = watchForHangs();
let failures = 0;
for (const format of wanted) failures += await fuzz(withFiles(format));
process.exit(failures > 0 ? 1 : 0);

function withFiles(format: FuzzedFormat): FuzzedFormat {
  const own = positionals.filter((path) => format.extensions.some((end) => path.toLowerCase().endsWith(end)));
  const files = own.map((path) => ({ name: basename(path), bytes: Uint8Array.from(readFileSync(path)) }));
  return { ...format, seeds: [...format.seeds, ...files] };
}

async function fuzz({ name: format, seeds, read }: FuzzedFormat): Promise<number> {
  const sentences = new Map<string, number>();
  const bad = new Map<string, string>();
  let [right, slowest, slowestCase, growth, baseline] = [0, 0, 0, 0, maxRss()];
  let growthCase = 0;
  for (let number = 0; number < cases; number++) {
    const draw = drawFrom(seed * 1_000_003 + number);
    const { name, bytes } = seeds[number % seeds.length];
    const damaged = damage(bytes, draw);
    Atomics.add(beat, 0, 1);
    const before = maxRss();
    const start = performance.now();
    try {
      await read(damaged, name);
      right++;
    } catch (error) {
      if (isInputError(error)) count(sentences, pattern(error.message));
      else
        bad.set(
          `${error instanceof Error ? error.stack?.split('\n').slice(0, 3).join(' ') : error}`,
          `case ${number} of ${name}`,
        );
    }
    const took = performance.now() - start;
    if (took > slowest) [slowest, slowestCase] = [took, number];
    if (number === WARM_UP) baseline = maxRss();
    else if (maxRss() - before > growth && number > WARM_UP) [growth, growthCase] = [maxRss() - before, number];
  }
  const total = maxRss() - baseline;
  const large = Math.max(...seeds.map(({ bytes }) => bytes.length));
  console.log(`\n${format}: ${cases} cases of ${seeds.length} files up to ${large} bytes, ${right} read`);
  console.log(
    `  slowest ${slowest.toFixed(0)} ms (case ${slowestCase}); memory +${(total / 1024).toFixed(0)} MiB in all,`,
  );
  console.log(`  at most +${(growth / 1024).toFixed(0)} MiB in one case (${growthCase}); ${sentences.size} sentences:`);
  for (const [sentence, times] of [...sentences].sort((a, b) => b[1] - a[1])) console.log(`  ${times} x ${sentence}`);
  for (const [error, where] of bad) console.log(`  FAILURE ${where}: ${error}`);
  const tooMuch = slowest > SLOWEST_MS || total > MOST_GROWTH_KB + (10 * large) / 1024;
  if (tooMuch) console.log('  FAILURE: too slow or too large');
  return bad.size + Number(tooMuch);
}

function maxRss(): number {
  return process.resourceUsage().maxRSS;
}

/** Messages that differ only in what was found are one. */
function pattern(message: string): string {
  return message
    .replace(/^[^:]*: /, '')
    .replace(/(found|expected) .*?(?=;|, found|\.$)/g, '$1 …')
    .replace(/'[^']*'|"[^"]*"/g, "'…'")
    .replace(/-?\d+(\.\d+)?/g, 'N')
    .slice(0, 160);
}

function count(sentences: Map<string, number>, sentence: string): void {
  sentences.set(sentence, (sentences.get(sentence) ?? 0) + 1);
}

/** A thread that ends the process when a case takes ten seconds: the process itself could not. */
function watchForHangs(): Int32Array {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { workerData: beat } = require('node:worker_threads');
    let last = -1;
    setInterval(() => {
      const now = Atomics.load(beat, 0);
      if (now === last) { require('node:fs').writeSync(1, 'FAILURE: a hang, at case ' + now + ' of all formats\\n'); process.kill(process.pid, 'SIGKILL'); }
      last = now;
    }, 10_000);`;
  new Worker(code, { eval: true, workerData: beat }).unref();
  return beat;
}
