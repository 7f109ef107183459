/** @file `brainmass fetch`: public atlases and data sets, only when asked. */
import { Command, Option } from 'commander';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';
import {
  ABIDE_ATLASES,
  ABIDE_PIPELINES,
  ABIDE_STRATEGIES,
  ABIDE_TABLE,
  type AbideSource,
  abideFiles,
} from '../fetch/abide.ts';
import { ABIDE, CATALOGUE, SCHAEFER } from '../fetch/catalogue.ts';
import {
  SCHAEFER_NETWORKS,
  SCHAEFER_PARCELS,
  SCHAEFER_RESOLUTIONS,
  schaeferFiles,
  schaeferName,
} from '../fetch/schaefer.ts';
import { type FetchChoice, fetchMaterial, mirrorOf, readTable } from './fetch-run.ts';
import { positiveNumber } from './positive-number.ts';
import { wholeNumber } from './whole-number.ts';

const HELP = `
Sizes and the licence are shown first, then it asks; --yes answers. A download that was cut off goes on where it
stopped; files that are whole are left alone. fetched.json in the folder says what came from where.

Examples:
  $ brainmass fetch --list
  $ brainmass fetch schaefer --parcels 100,400 --networks 7
  $ brainmass fetch abide --pipeline cpac --strategy filt_noglobal --atlas cc200`;

export function fetchCommand(): Command {
  return new Command('fetch')
    .description('Fetch public atlases and data sets, resumable and checked')
    .argument('[what]', `what to fetch: ${CATALOGUE.map(({ id }) => id).join(', ')}`)
    .option('--list', 'say what there is, with size, licence and citation')
    .addCommand(schaeferCommand())
    .addCommand(abideCommand())
    .addHelpText('after', HELP)
    .action((what: string | undefined, { list }: { list?: boolean }) => {
      if (list === true && what === undefined) process.stdout.write(`${formatCatalogue()}\n`);
      else throw notThere(what);
    });
}

function notThere(what: string | undefined): InputError {
  const known = CATALOGUE.map(({ id }) => id);
  const nearest = what === undefined ? undefined : nearestName(what, known);
  return new InputError({
    problem: what === undefined ? 'it is not said what to fetch' : `there is nothing named "${what}" to fetch`,
    expected: known.join(', '),
    fix: nearest === undefined ? 'brainmass fetch --list shows what there is' : `did you mean ${nearest}?`,
  });
}

function formatCatalogue(): string {
  const entry = ({ id, title, size, licence, citation, source }: (typeof CATALOGUE)[number]) => [
    id,
    `  ${title}`,
    `  size     ${size}`,
    `  licence  ${licence}`,
    `  cite     ${citation}`,
    `  source   ${source}`,
  ];
  return CATALOGUE.map((material) => entry(material).join('\n')).join('\n\n');
}

interface SchaeferOptions extends FetchChoice {
  readonly parcels: number[];
  readonly networks: number[];
  readonly resolution: number[];
}

function schaeferCommand(): Command {
  const command = new Command('schaefer')
    .description(`${SCHAEFER.title}: label volume, names in order, centroids`)
    .addOption(numbers('--parcels', '<n,…>', `how many parcels: ${SCHAEFER_PARCELS.join(', ')}`, 100))
    .addOption(numbers('--networks', '<n,…>', `networks of Yeo 2011: ${SCHAEFER_NETWORKS.join(', ')}`, 7))
    .addOption(
      numbers('--resolution', '<mm,…>', `of the label volume in FSL's MNI152: ${SCHAEFER_RESOLUTIONS.join(', ')}`, 2),
    )
    .addHelpText('after', '\nExample:\n  $ brainmass fetch schaefer --parcels 100,200,300,400 --networks 7,17 --yes')
    .action(({ parcels, networks, resolution, ...choice }: SchaeferOptions) => {
      const folder = choice.out ?? 'schaefer2018';
      const files = schaeferFiles({ parcels, networks, resolutions: resolution });
      const names = `${folder}/${schaeferName(parcels[0], networks[0])}.txt`;
      const next = `brainmass ingest SCANS --atlas ${names} --out my.dataset`;
      return fetchMaterial({ material: SCHAEFER, files, folder, next, notes: [] }, choice);
    });
  return withChoice(command);
}

/** An option that takes `100,200` as numbers. */
function numbers(name: string, value: string, description: string, usual: number): Option {
  return new Option(`${name} ${value}`, description)
    .argParser((text) => [...new Set(text.split(',').map(wholeNumber(name, 1)))])
    .default([usual], String(usual));
}

interface AbideOptions extends FetchChoice, AbideSource {
  readonly site?: readonly string[];
  readonly quality: 'checked' | 'all';
  readonly maxMeanFd?: number;
  readonly first?: number;
}

function abideCommand(): Command {
  const command = new Command('abide')
    .description(ABIDE.title)
    .addOption(new Option('--pipeline <name>', 'who preprocessed').choices(ABIDE_PIPELINES).default('cpac'))
    .addOption(
      new Option('--strategy <name>', 'band-pass filtered or not, global signal regression or not')
        .choices(ABIDE_STRATEGIES)
        .default('filt_noglobal'),
    )
    .addOption(new Option('--atlas <name>', 'ROIs of the series').choices(ABIDE_ATLASES).default('cc200'))
    .option('--site <name...>', 'only these sites, such as NYU PITT')
    .addOption(
      new Option('--quality <which>', 'scans that the raters of the project let pass, or all')
        .choices(['checked', 'all'])
        .default('checked'),
    )
    .option(
      '--max-mean-fd <mm>',
      'only scans that move less on average (func_mean_fd)',
      positiveNumber('--max-mean-fd'),
    )
    .option('--first <n>', 'only the first n of these scans', wholeNumber('--first', 1))
    .addHelpText('after', '\nExample:\n  $ brainmass fetch abide --site NYU --first 20 --out nyu --yes')
    .action(abide);
  return withChoice(command);
}

async function abide({ pipeline, strategy, atlas, site = [], ...given }: AbideOptions): Promise<void> {
  const { quality, maxMeanFd, first, ...choice } = given;
  const folder = choice.out ?? `abide1-${pipeline}-${strategy}-${atlas}`;
  const text = await readTable(ABIDE_TABLE, folder, mirrorOf(choice));
  const selection = { sites: site, quality, maxMeanFd, first };
  const scans = abideFiles(text, { pipeline, strategy, atlas }, selection);
  const notes = [`${scans.files.length} of ${scans.scanned} scans fit (${scans.participants} participants)`];
  const known = { cc200: ' --atlas cc200', aal: ' --atlas aal116' } as const;
  const option = atlas === 'cc200' || atlas === 'aal' ? known[atlas] : '';
  const next = `brainmass ingest ${folder} --participants ${folder}/${ABIDE_TABLE.name} --allow-missing${option} --out ${folder}.dataset`;
  await fetchMaterial({ material: ABIDE, files: [ABIDE_TABLE, ...scans.files], folder, next, notes }, choice);
}

/** The options that all materials share. */
function withChoice(command: Command): Command {
  return command
    .option('--out <folder>', 'where to (default: a folder named after what is fetched)')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'say what would be fetched, and fetch nothing')
    .option('--overwrite', 'replace files of the same name that are different')
    .option('--base-url <url>', 'a mirror to take instead of the original host (also BRAINMASS_FETCH_BASE)')
    .option('--json', 'print one JSON document');
}
