// Training steps, embedding and connectivity, beside the same work in PyTorch and NumPy (bench/pytorch), in turn.
//
//   npx tsx scripts/side-by-side.ts [--python python3] [--rounds 3] [--json]
//
// First checks that the PyTorch statement is the same method. Then each bench runs in its own process, one at a time, on
// the same number of threads; every other round begins with PyTorch. Takes minutes; best on a quiet machine.
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { median } from '../src/bench/figures.ts';
import { type Comparison, compareInTurn, type Spread } from '../src/bench/in-turn.ts';
import { formatTable, printJson, progressLine } from '../src/cli/terminal.ts';
import { wholeNumber } from '../src/cli/whole-number.ts';
import { InputError, isInputError } from '../src/errors/input-error.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Options {
  preset: string;
  rois: number;
  batch: readonly number[];
  steps: number;
  rounds: number;
  threads: number;
  python: string;
  json: boolean;
}

type Figures = Readonly<Record<string, unknown>>;

/** A bench of ours and the one in Python that does the same work; each prints its figures as JSON. */
interface Pair {
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  readonly rows: readonly Row[];
}

/** What is compared: milliseconds, out of the figures of either side. */
interface Row {
  readonly work: string;
  readonly ours: (figures: Figures) => number;
  readonly theirs: (figures: Figures) => number;
  /** Both sides say what share of the matrix-product rate they reach, and their peak memory. */
  readonly whole?: true;
}

function pairs({ preset, rois, batch, steps }: Options): readonly Pair[] {
  const perScan = (figures: Figures) => figure(figures, 'ms_per_scan');
  const same = ['--rois', `${rois}`];
  const training = batch.map((scans): Pair => {
    const words = ['--preset', preset, '--batch', `${scans}`, '--steps', `${steps}`, ...same];
    return {
      ours: ['training', ...words],
      theirs: ['step.py', ...words],
      rows: [{ work: `training step of ${preset}, batch ${scans}`, ours: perScan, theirs: perScan, whole: true }],
    };
  });
  return [
    ...training,
    {
      ours: ['embedding', '--preset', preset, ...same],
      theirs: ['embed.py', '--preset', preset, ...same],
      // Ours always begins with the series.
      rows: [
        { work: `embedding by ${preset}, theirs from FC`, ours: perScan, theirs: perScan },
        {
          work: `embedding by ${preset}, both from series`,
          ours: perScan,
          theirs: (figures) => perScan(figures) + figure(figures, 'connectivity_ms'),
        },
      ],
    },
    {
      ours: ['connectivity', '--preset', preset, ...same],
      theirs: ['connectivity.py', ...same],
      // Ours always draws the points, too.
      rows: [
        {
          work: 'pseudo-FC pair, theirs corrcoef alone',
          ours: (figures) => figure(figures, 'pfc_pair_ms'),
          theirs: (figures) => figure(figures, 'ms_per_pair'),
        },
        {
          work: 'pseudo-FC pair, both with draws',
          ours: (figures) => figure(figures, 'pfc_pair_ms'),
          theirs: (figures) => figure(figures, 'drawn_ms_per_pair'),
        },
      ],
    },
  ];
}

function figure(figures: Figures, name: string): number {
  const value = figures[name];
  if (typeof value !== 'number') throw new Error(`a bench printed no ${name}`);
  return value;
}

/** Runs a program to its end; what it printed. */
function output(command: string, args: readonly string[], stderr: 'pipe' | 'inherit'): string {
  const ended = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', stderr] });
  if (ended.error !== undefined)
    throw new InputError({ where: command, problem: `cannot be run (${ended.error.message})`, fix: 'pass --python' });
  if (ended.status === 2 && stderr === 'pipe')
    throw new InputError({ where: '--python', problem: ended.stderr.trim().replace(/\.$/, '') });
  if (ended.status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${ended.stdout}${ended.stderr ?? ''}`);
  return ended.stdout;
}

function measure(options: Options) {
  const { python, rounds, threads } = options;
  output(python, ['bench/pytorch/check.py', 'test/fixtures/golden-20'], 'pipe');
  const threaded = ['--threads', `${threads}`, '--json'];
  const sides = {
    ours: (words: readonly string[]) => output(process.execPath, ['bin/brainmass.mjs', 'bench', ...words], 'inherit'),
    theirs: ([script, ...words]: readonly string[]) => output(python, [`bench/pytorch/${script}`, ...words], 'inherit'),
  };
  const work = pairs(options).map((pair) => ({ pair, ours: [] as Figures[], theirs: [] as Figures[] }));
  const progress = progressLine('bench');
  let done = 0;
  for (let round = 0; round < rounds; round++)
    for (const each of work) {
      const order = ['ours', 'theirs'] as const;
      for (const side of round % 2 === 0 ? order : order.toReversed()) {
        each[side].push(JSON.parse(sides[side]([...each.pair[side], ...threaded])));
        progress(++done, 2 * rounds * work.length);
      }
    }
  return work.flatMap(({ pair, ours, theirs }) =>
    pair.rows.map((row) => ({
      work: row.work,
      ...compareInTurn(ours.map(row.ours), theirs.map(row.theirs)),
      ...(row.whole && {
        utilisation: medians(ours, theirs, 'utilisation'),
        peak_rss_mb: medians(ours, theirs, 'peak_rss_mb'),
      }),
      figures: { ours, theirs },
    })),
  );
}

function medians(ours: readonly Figures[], theirs: readonly Figures[], name: string) {
  const middle = (side: readonly Figures[]) => median(side.map((figures) => figure(figures, name)));
  return { ours: middle(ours), theirs: middle(theirs) };
}

function table(rows: readonly (Comparison & { readonly work: string })[]): string {
  const cell = ({ median: middle, low, high }: Spread) => `${middle} (${low}-${high})`;
  const header = ['ms a scan: median (range)', 'BrainMass', 'PyTorch or NumPy', 'times as fast'];
  return formatTable(
    header,
    rows.map((row) => [row.work, cell(row.ours), cell(row.theirs), cell(row.times_as_fast)]),
  );
}

const program = new Command('side-by-side')
  .option('--preset <name>', 'small, base or large', 'small')
  .option('--rois <n>', 'ROI count', wholeNumber('--rois', 10), 100)
  .option(
    '--batch <list>',
    'scans of a training step',
    (text) => text.split(',').map(wholeNumber('--batch', 2)),
    [16, 32],
  )
  .option('--steps <n>', 'training steps a round', wholeNumber('--steps', 1), 4)
  .option('--rounds <n>', 'times all benches run', wholeNumber('--rounds', 1), 3)
  .option(
    '--threads <n>',
    'threads of either side (default: all cores)',
    wholeNumber('--threads', 1),
    availableParallelism(),
  )
  .option('--python <command>', 'a Python with PyTorch and NumPy', 'python3')
  .option('--json', 'print one JSON document, with all figures of all rounds', false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
try {
  const options = program.parse().opts<Options>();
  const rows = measure(options);
  const { rounds, threads } = options;
  if (options.json) printJson({ rounds, threads, cpu: cpus()[0].model, rows });
  else console.log(table(rows));
} catch (error) {
  if (!isInputError(error)) throw error;
  console.error(`side-by-side: ${error.message}`);
  process.exitCode = 2;
}
