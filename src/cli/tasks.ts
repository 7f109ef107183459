/** @file `brainmass tasks`: the file of tasks that `evaluate --tasks` runs. */
import { Command } from 'commander';
import { InputError } from '../errors/input-error.ts';
import { TASKS_TEMPLATE } from '../labels/tasks-template.ts';
import { type CheckedTask, checkTasks, readTasks } from './tasks-check.ts';
import { formatTable, printJson } from './terminal.ts';

export function tasksCommand(): Command {
  return new Command('tasks')
    .description('Prepare the file of tasks that evaluate --tasks runs')
    .addCommand(checkCommand())
    .addCommand(templateCommand())
    .addHelpText('after', '\nExample:\n  brainmass tasks template > tasks.yaml');
}

function templateCommand(): Command {
  return new Command('template')
    .description("Print the paper's fifteen tasks, to be filled in")
    .addHelpText('after', '\nExample:\n  brainmass tasks template > tasks.yaml')
    .action(() => {
      process.stdout.write(TASKS_TEMPLATE);
    });
}

function checkCommand(): Command {
  return new Command('check')
    .description('Say what is missing for each task: data sets, columns, values, participants')
    .argument('<file>', 'a tasks.yaml')
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', '\nExample:\n  brainmass tasks check tasks.yaml')
    .action(check);
}

function check(file: string, { json }: { readonly json: boolean }): void {
  const checked = checkTasks(readTasks(file), file);
  if (json) printJson({ file, tasks: checked });
  else
    process.stdout.write(`${formatTable(['task', 'kind', 'ready', 'what there is, or is not'], checked.map(rowOf))}\n`);
  const missing = checked.filter(({ ok }) => !ok);
  if (missing.length > 0)
    throw new InputError({
      where: file,
      problem: `${missing.length} of ${checked.length} tasks cannot be run (${missing.map(({ name }) => name).join(', ')})`,
      fix: 'mend what is said of each, or leave them out',
    });
}

function rowOf({ name, kind, ok, problem = '', scans = 0, classes = {} }: CheckedTask): string[] {
  const people = Object.entries(classes).map(([className, count]) => `${count} of "${className}"`);
  return [name, kind, ok ? 'yes' : 'no', ok ? `${scans} scans; participants: ${people.join(', ')}` : problem];
}
