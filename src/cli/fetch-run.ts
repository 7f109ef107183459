/** @file One fetch: what it would be, the question, the files, and what to do with them. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { InputError } from '../errors/input-error.ts';
import type { Material } from '../fetch/catalogue.ts';
import { type Fetched, fetchMissing, type Stock, takeStock } from '../fetch/fetch-files.ts';
import { isWhole, readManifest } from '../fetch/manifest.ts';
import { mirrorAddress, type RemoteFile } from '../fetch/remote-file.ts';
import { type RemoteSize, remoteSize, remoteText } from '../fetch/remote-sizes.ts';
import { readBytes } from '../files/atomic.ts';
import { decodeText } from '../files/text.ts';
import { printJson, progressLine } from './terminal.ts';

/** What every fetch is asked with. */
export interface FetchChoice {
  readonly out?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly overwrite?: boolean;
  readonly baseUrl?: string;
  readonly json?: boolean;
}

export interface FetchPlan {
  readonly material: Material;
  readonly files: readonly RemoteFile[];
  readonly folder: string;
  /** The command that uses what was fetched. */
  readonly next: string;
  /** What else to know beforehand. */
  readonly notes: readonly string[];
}

/** @throws InputError when the address is none */
export function mirrorOf({ baseUrl }: FetchChoice): string | undefined {
  const variable = process.env.BRAINMASS_FETCH_BASE;
  if (baseUrl !== undefined) return mirrorAddress(baseUrl, '--base-url');
  return variable === undefined || variable === '' ? undefined : mirrorAddress(variable, 'BRAINMASS_FETCH_BASE');
}

/** The text of a table that says what there is: from the folder when it is whole there, else from the server. */
export async function readTable(file: RemoteFile, folder: string, mirror: string | undefined): Promise<string> {
  const there = await isWhole(file, folder, readManifest(folder).get(file.name));
  const bytes = there ? readBytes(`${folder}/${file.name}`) : await remoteText(file, { mirror });
  return decodeText(bytes, file.name);
}

/** Shows the plan, asks, fetches and says what came. @throws InputError as {@link fetchMissing}, and without a yes */
export async function fetchMaterial(plan: FetchPlan, choice: FetchChoice): Promise<void> {
  const { folder, files, next } = plan;
  const mirror = mirrorOf(choice);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new InputError({ where: folder, problem: 'a file, expected a folder', fix: 'choose another --out' });
  const stock = await takeStock(files, folder);
  const size = stock.missing.length === 0 ? { bytes: 0, exact: true } : await remoteSize(stock.missing, { mirror });
  if (choice.dryRun === true) {
    if (choice.json === true) printJson({ ...documentOf(plan, stock), ...sizeDocument(size), dry_run: true });
    else process.stdout.write(`${formatPlan(plan, stock, size)}\n`);
    return;
  }
  process.stderr.write(`${formatPlan(plan, stock, size)}\n`);
  if (stock.missing.length > 0) await agree(choice.yes === true);
  const { overwrite } = choice;
  const expected = size?.bytes;
  const fetched =
    stock.missing.length === 0
      ? { files: 0, bytes: 0, checks: {}, absent: [] }
      : await fetchMissing(stock, folder, { mirror, overwrite, expected, progress: progressLine('fetching file') });
  // The table alone is of no use.
  if (fetched.absent.length > 0 && fetched.files + stock.whole.length <= 1)
    throw new InputError({
      where: folder,
      problem: `the server has none of the ${fetched.absent.length} files`,
      found: fetched.absent[0],
      fix: 'choose another selection, or report it',
    });
  if (choice.json === true) printJson({ ...documentOf(plan, stock), fetched, next });
  else process.stdout.write(`${formatFetched(plan, stock, fetched)}\n\nNext:\n  ${next}\n`);
}

function documentOf({ material, folder }: FetchPlan, { whole, missing }: Stock): object {
  const { id, licence, citation } = material;
  return { material: id, licence, citation, folder, whole: whole.length, missing: missing.length };
}

function sizeDocument(size: RemoteSize | undefined): object {
  return { bytes: size?.bytes ?? null, exact: size?.exact ?? false };
}

function formatPlan({ material, folder, notes }: FetchPlan, { whole, missing }: Stock, size: RemoteSize | undefined) {
  const { title, licence, citation, source } = material;
  const there = whole.length === 0 ? '' : `, ${whole.length} are there already`;
  const files =
    missing.length === 0 ? `none to fetch${there}` : `${missing.length} to fetch, ${sizeText(size)}${there}`;
  const facts = [
    ['licence', licence],
    ['cite', citation],
    ['source', source],
    ['into', folder],
    ...notes.map((note) => ['scans', note]),
    ['files', files],
  ];
  return [title, ...facts.map(([name, value]) => `  ${name.padEnd(8)} ${value}`)].join('\n');
}

function sizeText(size: RemoteSize | undefined): string {
  if (size === undefined) return 'the server does not say how large they are';
  return `${size.exact ? '' : 'about '}${(size.bytes / 1e6).toFixed(1)} MB`;
}

/** @throws InputError when there is no yes, and nobody to ask */
async function agree(yes: boolean): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new InputError({
      problem: 'nothing was fetched, for nobody is there to say yes',
      fix: 'pass --yes to fetch it, or --dry-run only to look',
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // The end of input, Ctrl-C and Ctrl-D are no yes either, and must not be waited for.
    const closed = once(terminal, 'close').then(() => '');
    const asked = terminal.question('Fetch them? [y/N] ').catch(() => '');
    const answer = await Promise.race([asked, closed]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new InputError({ problem: 'nothing was fetched, as you said' });
  } finally {
    terminal.close();
  }
}

/** How sure it is that a file is whole, in words. */
const CHECKED = {
  sha256: 'by the published SHA-256',
  md5: "by the server's MD5",
  gzip: "by gzip's CRC",
  size: 'by size alone',
} as const;

function formatFetched({ folder }: FetchPlan, { whole }: Stock, { files, bytes, checks, absent }: Fetched): string {
  const how = (['sha256', 'md5', 'gzip', 'size'] as const)
    .filter((check) => checks[check] !== undefined)
    .map((check) => `${checks[check]} ${CHECKED[check]}`);
  const lines = [
    files === 0
      ? `${folder}: nothing to fetch, ${whole.length} files are there and whole`
      : `${folder}: ${files} files fetched, ${(bytes / 1e6).toFixed(1)} MB; found whole: ${how.join(', ')}`,
  ];
  if (files > 0 && whole.length > 0) lines.push(`${whole.length} files were there already`);
  if (absent.length > 0) {
    const few = absent.slice(0, 5).join(', ') + (absent.length > 5 ? ', …' : '');
    lines.push(`The server does not have ${absent.length} of the files: ${few}`);
  }
  return lines.join('\n');
}
