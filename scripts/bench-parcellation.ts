// How long a 2 mm BOLD of 400 volumes takes to parcellate, beside decompressing it alone; and how much memory.
//
//   npx tsx scripts/bench-parcellation.ts [OUT]
//
// Writes OUT/bold.nii.gz (91 x 109 x 91 x 400 int16, smooth noise in a head, about 2:1) and OUT/labels.nii.gz, unless they are
// there, measures each way in turn in a process of its own, three rounds, prints one JSON document with the medians.
// OUT is a temporary folder, deleted at the end, when it is not named.

import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip, createGzip } from 'node:zlib';
import { median, rounded } from '../src/bench/figures.ts';
import { parcellateVolume } from '../src/volume/parcellate-volume.ts';
import { labelsOf, readLabelImage } from '../src/volume/read-label-image.ts';

const DIMS = [91, 109, 91] as const;
const VOXELS = DIMS[0] * DIMS[1] * DIMS[2];
const VOLUMES = 400;
const ROUNDS = 3;
const WAYS = ['gunzip', 'zlib', 'parcellation'] as const;

function header(volumes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(352));
  view.setInt32(0, 348, true);
  for (const [i, length] of [4, ...DIMS, volumes, 1, 1, 1].entries()) view.setInt16(40 + 2 * i, length, true);
  view.setInt16(70, 4, true);
  view.setInt16(72, 16, true);
  for (const [i, size] of [1, 2, 2, 2, 2].entries()) view.setFloat32(76 + 4 * i, size, true);
  view.setFloat32(108, 352, true);
  view.setUint8(123, 10);
  view.setInt16(254, 4, true);
  for (const [i, value] of [2, 0, 0, -90, 0, 2, 0, -126, 0, 0, 2, -72].entries())
    view.setFloat32(280 + 4 * i, value, true);
  for (const [i, byte] of [0x6e, 0x2b, 0x31].entries()) view.setUint8(344 + i, byte);
  return new Uint8Array(view.buffer);
}

/** 1 to 100 in an ellipsoid of the size of a brain, 0 outside. */
function labels(): Int16Array {
  return Int16Array.from({ length: VOXELS }, (_, at) => {
    const [x, y, z] = [at % DIMS[0], Math.floor(at / DIMS[0]) % DIMS[1], Math.floor(at / (DIMS[0] * DIMS[1]))];
    const [u, v, w] = [(x - 45) / 36, (y - 54) / 44, (z - 45) / 34];
    if (u * u + v * v + w * w >= 1) return 0;
    return 1 + Math.floor((u + 1) * 2.5) + 5 * Math.floor((v + 1) * 2.5) + 25 * Math.floor((w + 1) * 2);
  });
}

/** Noise that is smooth along x, on an image of the head, without decimals: about 8 of 16 bits are random. */
function* volumes(head: Int16Array) {
  yield header(VOLUMES);
  let state = 1;
  for (let t = 0; t < VOLUMES; t++) {
    const volume = new Int16Array(VOXELS);
    let noise = 0;
    for (let at = 0; at < VOXELS; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      noise = 0.7 * noise + state / 2 ** 24;
      volume[at] = head[at] === 0 ? 40 + noise / 16 : 8000 + 20 * head[at] + noise;
    }
    yield new Uint8Array(volume.buffer);
  }
}

async function make(out: string): Promise<void> {
  mkdirSync(out, { recursive: true });
  if (existsSync(join(out, 'bold.nii.gz'))) return;
  const head = labels();
  const write = (name: string, parts: Iterable<Uint8Array>) =>
    pipeline(Readable.from(parts), createGzip({ level: 1 }), createWriteStream(join(out, name)));
  await write('labels.nii.gz', [header(1), new Uint8Array(head.buffer)]);
  await write('bold.nii.gz', volumes(head));
}

/** What a child does: the file whole through one of the ways. */
async function go(way: string, out: string): Promise<void> {
  const bold = join(out, 'bold.nii.gz');
  const atlas = way === 'parcellation' ? await readLabelImage(join(out, 'labels.nii.gz')) : undefined;
  const started = performance.now();
  if (atlas !== undefined) await parcellateVolume(bold, { atlas, labels: labelsOf(atlas) });
  else if (way === 'gunzip') spawnSync('gunzip', ['-c', bold], { stdio: ['ignore', 'ignore', 'inherit'] });
  else {
    const inflated = createReadStream(bold, { highWaterMark: 2 ** 19 }).pipe(createGunzip({ chunkSize: 2 ** 18 }));
    await new Promise((resolve) => inflated.on('data', () => {}).on('end', resolve));
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ seconds, rss_mb: process.resourceUsage().maxRSS / 1024 }));
}

function measure(out: string): Record<string, unknown> {
  const taken = new Map<string, { seconds: number; rss_mb: number }[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const way of WAYS) {
      const script = [...process.execArgv, fileURLToPath(import.meta.url), '--way', way, out];
      const child = spawnSync(process.execPath, script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      taken.get(way)?.push(JSON.parse(child.stdout));
    }
  const figures = [...taken].map(([way, runs]) => [
    way,
    {
      seconds: rounded(median(runs.map(({ seconds }) => seconds))),
      rss_mb: Math.round(median(runs.map(({ rss_mb }) => rss_mb))),
    },
  ]);
  const bytes = statSync(join(out, 'bold.nii.gz')).size;
  return {
    file_mb: Math.round(bytes / 1e6),
    ratio: rounded((VOXELS * VOLUMES * 2) / bytes),
    ...Object.fromEntries(figures),
  };
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--way') await go(rest[0], rest[1]);
else {
  const out = first ?? mkdtempSync(join(tmpdir(), 'brainmass-bench-'));
  try {
    await make(out);
    console.log(JSON.stringify(measure(out), undefined, 2));
  } finally {
    if (first === undefined) rmSync(out, { recursive: true });
  }
}
