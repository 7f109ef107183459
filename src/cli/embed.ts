/** @file `brainmass embed`: the frozen features of every scan, as a NumPy array. */
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { FC_KINDS, type FcKind } from '../connectivity/kinds.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { connectivityWarnings } from '../dataset/scan-connectivity.ts';
import { InputError } from '../errors/input-error.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { encodeNpy } from '../files/npy.ts';
import { formatTsv } from '../files/table.ts';
import { embedDataset } from '../model/embed.ts';
import { loadModel } from '../model/load-model.ts';
import { checkSameRois } from '../model/same-rois.ts';
import type { Device } from '../runtime/device.ts';
import { warnOfData } from './data-warnings.ts';
import { deviceOption, runtimeFor } from './device.ts';
import { printJson, progressLine } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface EmbedOptions {
  out: string;
  fc?: FcKind;
  heads?: number;
  device: Device;
  overwrite: boolean;
  json: boolean;
}

export function embedCommand(): Command {
  return new Command('embed')
    .description('Write the embedding of every scan: float32 [scans, 8 x ROI], in the order of scans.tsv')
    .argument('<model>', 'a run directory, a .safetensors or a published .pth')
    .argument('<dataset>', 'a data set written by ingest or simulate')
    .requiredOption('--out <file.npy>', 'the array; the scan ids go to a .tsv beside it')
    .addOption(new Option('--fc <kind>', "functional connectivity (default: the model's)").choices(FC_KINDS))
    .option('--heads <n>', 'attention heads of a checkpoint that does not say', wholeNumber('--heads', 1))
    .addOption(deviceOption())
    .option('--overwrite', 'replace the files', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', '\nExample:\n  brainmass embed cohort.run cohort.dataset --out embedding.npy')
    .action(embed);
}

async function embed(modelPath: string, datasetPath: string, options: EmbedOptions): Promise<void> {
  const { out } = options;
  if (!out.endsWith('.npy'))
    throw new InputError({ where: `--out ${out}`, problem: 'the file name must end in .npy', fix: `pass ${out}.npy` });
  const table = out.replace(/\.npy$/, '.tsv');
  for (const path of [out, table])
    if (existsSync(path) && !options.overwrite)
      throw new InputError({
        where: path,
        problem: 'the output exists already',
        fix: 'pass --overwrite to replace it, or choose another name',
      });
  const dataset = openDataset(datasetPath);
  try {
    const model = await loadModel(modelPath, options);
    const fc = options.fc ?? model.card.fc;
    checkSameRois(model.card, dataset);
    warnOfData(dataset, model.card, modelPath);
    const { compile } = await runtimeFor(options);
    const values = await embedDataset(model, dataset, {
      fc,
      compile,
      progress: progressLine('embedding'),
    });
    const scans = dataset.scans.length;
    const rows = dataset.scans.map(({ scanId, participantId }) => ({ scan_id: scanId, participant_id: participantId }));
    const ids = formatTsv(['scan_id', 'participant_id'], rows);
    writeFileAtomically(out, encodeNpy(values, [scans, values.length / scans]));
    writeFileAtomically(table, ids);
    const columns = values.length / scans;
    for (const warning of connectivityWarnings(dataset)) process.stderr.write(`brainmass: ${warning}\n`);
    if (options.json) printJson({ scans, columns, fc, embedding: out, scan_ids: table });
    else process.stdout.write(`${scans} scans x ${columns} features (${fc}) in ${out}, scan ids in ${table}\n`);
  } finally {
    dataset.close();
  }
}
