/**
 * @file Damages files of every format thousands of times, and fails unless each reads or says clearly why not.
 *
 *     npx tsx scripts/fuzz-formats.ts [--cases 10000] [--from 0] [--seed 1] [--only npy,parquet] [--files-only] [FILE…]
 *
 * Files are further seeds of the formats that their names (and, of images, their axes) say; with --files-only they are
 * the only ones. A case is known by its format, seed, number and files. Each format has a process of its own, so that its
 * memory is its own.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type FuzzedFormat, fileSeed, type SeedFile } from './fuzz/format.ts';
import { FORMATS } from './fuzz/formats.ts';
import { type CasesRun, runCases } from './fuzz/run-cases.ts';

/** Issue 5: never a hang over 2 s, nor memory beyond 10 times the file (and what small arrays may always take). */
const SLOWEST_MS = 2000;
const MOST_GROWTH_KB = 512 * 1024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'files-only': { type: 'boolean', default: false },
  },
});
const FORMAT = 'BRAINMASS_FUZZED_FORMAT';
const own = process.env[FORMAT];
if (own === undefined) process.exit((await runAll()) ? 0 : 1);
await runOne(own);

/** Each format in a process of its own. @returns whether all went well */
async function runAll(): Promise<boolean> {
  const runs: CasesRun[] = [];
  let well = true;
  for (const { name } of FORMATS.filter(({ name }) => values.only?.split(',').includes(name) ?? true)) {
    const run = await inOwnProcess(name);
    if (run === 'no files') continue;
    if (run !== undefined) runs.push(run);
    if (run === undefined || !tell(run)) well = false;
  }
  console.log('\n| format | cases | files | read | refused | slowest ms | memory MiB |\n|---|---|---|---|---|---|---|');
  for (const run of runs) console.log(rowOf(run));
  return well;
}

function inOwnProcess(format: string): Promise<CasesRun | 'no files' | undefined> {
  const child = fork(import.meta.filename, process.argv.slice(2), { env: { ...process.env, [FORMAT]: format } });
  return new Promise((resolve) => {
    let run: CasesRun | 'no files' | undefined;
    child.on('message', (message) => {
      run = message as CasesRun | 'no files';
    });
    child.on('exit', (code, signal) => {
      if (run === undefined) console.log(`\n${format}: FAILURE: the process ended (${signal ?? code})`);
      resolve(run);
    });
  });
}

async function runOne(name: string): Promise<void> {
  const format = FORMATS.find((one) => one.name === name);
  const seeds = format === undefined ? [] : seedsOf(format);
  const options = { cases: Number(values.cases), seed: Number(values.seed), from: Number(values.from) };
  const beat = watchForHangs();
  const beatOnce = () => Atomics.add(beat, 0, 1);
  const run = format && seeds.length > 0 ? await runCases({ ...format, seeds }, options, beatOnce) : 'no files';
  process.send?.(run, () => process.exit());
}

function seedsOf({ seeds, takes }: FuzzedFormat): FuzzedFormat['seeds'] {
  const given = positionals.map(fileSeed).flatMap(asItIsAndInside).filter(takes);
  return values['files-only'] ? given : [...seeds, ...given];
}

/** Gzip tells nearly all damage by its checksum: what is below it is damaged too. */
function asItIsAndInside(seed: SeedFile): SeedFile[] {
  if (!seed.name.endsWith('.gz')) return [seed];
  const inside = { name: `inside-${seed.name}`, bytes: Uint8Array.from(gunzipSync(seed.bytes)) };
  return [seed, { ...inside, pack: (bytes) => Uint8Array.from(gzipSync(bytes, { level: 1 })) }];
}

/** @returns whether nothing failed */
function tell(run: CasesRun): boolean {
  const { format, cases, files, largest, read, sentences, failures } = run;
  console.log(`\n${format}: ${cases} cases of ${files} files up to ${largest} bytes, ${read} read`);
  console.log(
    `  slowest ${run.slowestMs.toFixed(0)} ms (case ${run.slowestCase}); memory +${mebibytes(run.growthKb)} MiB in all,`,
  );
  console.log(`  at most +${mebibytes(run.caseGrowthKb)} MiB in one case; ${sentences.length} sentences:`);
  for (const [sentence, times] of sentences) console.log(`  ${times} x ${JSON.stringify(sentence).slice(1, -1)}`);
  for (const failure of failures) console.log(`  FAILURE ${failure}`);
  const tooMuch = run.slowestMs > SLOWEST_MS || run.growthKb > MOST_GROWTH_KB + (10 * largest) / 1024;
  if (tooMuch) console.log('  FAILURE: too slow or too large');
  return failures.length === 0 && !tooMuch;
}

function rowOf({ format, cases, files, read, refused, slowestMs, growthKb }: CasesRun): string {
  return `| ${[format, cases, files, read, refused, slowestMs.toFixed(0), mebibytes(growthKb)].join(' | ')} |`;
}

function mebibytes(kibibytes: number): string {
  return (kibibytes / 1024).toFixed(0);
}

/** A thread that ends the process when a case takes ten seconds: the process itself could not. */
function watchForHangs(): Int32Array {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { workerData: beat } = require('node:worker_threads');
    let last = -1;
    setInterval(() => {
      const now = Atomics.load(beat, 0);
      if (now === last) { require('node:fs').writeSync(1, 'FAILURE: a hang, at case ' + now + '\\n'); process.kill(process.pid, 'SIGKILL'); }
      last = now;
    }, 10_000);`;
  new Worker(code, { eval: true, workerData: beat }).unref();
  return beat;
}
