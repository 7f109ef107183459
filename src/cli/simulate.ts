/** @file `brainmass simulate`: a cohort with known truth, as a data set. */
import { Command } from 'commander';
import { InputError } from '../errors/input-error.ts';
import type { CohortOptions } from '../simulate/simulate.ts';
import { writeCohort } from '../simulate/write-cohort.ts';
import { printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface SimulateOptions extends CohortOptions {
  readonly overwrite: boolean;
  readonly json: boolean;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('Simulate a cohort with a planted difference between patients and controls')
    .argument('<out>', 'the data set to write')
    .requiredOption('--subjects <n>', 'participants, half of them patients', wholeNumber('--subjects', 1))
    .option('--rois <n>', 'ROIs; 100 is the Schaefer atlas', wholeNumber('--rois', 1), 100)
    .option('--seed <s>', 'the same seed gives the same cohort', wholeNumber('--seed', 0), 0)
    .option('--effect <d>', "Cohen's d of salience to default-mode FC, patients over controls", effectSize, 0.5)
    .option('--sessions <n>', 'scans of each participant', wholeNumber('--sessions', 1), 1)
    .option('--sites <n>', 'sites, each with its own scanner', wholeNumber('--sites', 1), 3)
    .option('--timepoints <n>', 'length of every scan (default: as usual at each site)', wholeNumber('--timepoints', 1))
    .option('--overwrite', 'replace the data set', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', HELP)
    .action(simulate);
}

const HELP = `
The columns are dx (1 patient, 0 control), sex (F, M), age (years), site and mean_fd (head motion, mm). Sex and age
have effects of their own on other networks; --effect 0 leaves dx without any. What was planted, and in which ROIs, is
in OUT/dataset.json under reading.simulation. The first participants of a larger cohort are those of a smaller one.

Examples:
  brainmass simulate cohort.dataset --subjects 200
  brainmass simulate null.dataset --subjects 200 --effect 0 --seed 1
  brainmass simulate retest.dataset --subjects 40 --sessions 2 --sites 1 --timepoints 300`;

function effectSize(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InputError({
      where: '--effect',
      problem: 'not a usable number',
      expected: "Cohen's d, such as 0.5",
      found: `"${text}"`,
    });
  return value;
}

async function simulate(out: string, { overwrite, json, ...cohort }: SimulateOptions): Promise<void> {
  const { counts, atlas } = await writeCohort(out, cohort, { overwrite, progress: progressLine('simulating') });
  const { seed, effect, sessions, sites } = cohort;
  if (json) printJson({ dataset: out, atlas, ...counts, seed, effect, sessions, sites });
  else
    process.stdout.write(
      `${counts.scans} scans of ${counts.participants} participants, ${counts.rois} ROIs (${atlas}), in ${out}; ` +
        `planted: d = ${effect} between salience and default-mode network\n`,
    );
}
