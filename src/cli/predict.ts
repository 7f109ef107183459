/** @file `brainmass predict`: what a fine-tuned model says of scans that need no label. */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { openDataset } from '../dataset/open-dataset.ts';
import { connectivityWarnings } from '../dataset/scan-connectivity.ts';
import { InputError } from '../errors/input-error.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { formatTsv } from '../files/table.ts';
import { headScores } from '../finetune/head-scores.ts';
import { embedDataset } from '../model/embed.ts';
import { loadModel } from '../model/load-model.ts';
import type { Device } from '../runtime/device.ts';
import { answerCells, answerColumns } from './answers.ts';
import { deviceOption, runtimeFor } from './device.ts';
import { printJson, progressLine } from './terminal.ts';

interface PredictOptions {
  out: string;
  device: Device;
  overwrite: boolean;
  json: boolean;
}

export function predictCommand(): Command {
  return new Command('predict')
    .description('Apply a fine-tuned model to every scan: class probabilities, or a number')
    .argument('<model>', 'a run directory written by finetune, or its .safetensors')
    .argument('<dataset>', 'a data set written by ingest or simulate, of the same ROIs; it needs no labels')
    .requiredOption('--out <file.tsv>', 'scan_id, participant_id, predicted, and p_CLASS for every class')
    .addOption(deviceOption())
    .option('--overwrite', 'replace the file', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', '\nExample:\n  brainmass predict dx.run clinic.dataset --out clinic-dx.tsv')
    .action(predict);
}

async function predict(modelPath: string, datasetPath: string, options: PredictOptions): Promise<void> {
  const { out } = options;
  if (!out.endsWith('.tsv'))
    throw new InputError({ where: `--out ${out}`, problem: 'the file name must end in .tsv', fix: `pass ${out}.tsv` });
  if (existsSync(out) && !options.overwrite)
    throw new InputError({
      where: out,
      problem: 'the output exists already',
      fix: 'pass --overwrite to replace it, or choose another name',
    });
  const dataset = openDataset(datasetPath);
  try {
    const model = await loadModel(modelPath);
    const { head, card } = model;
    if (head === undefined || card.finetuned === undefined)
      throw new InputError({
        where: modelPath,
        problem: 'the model has learnt no labels, so it has nothing to predict with',
        fix: 'train one with brainmass finetune',
      });
    const { label, answer } = card.finetuned;
    const { compile } = await runtimeFor(options);
    const embeddings = await embedDataset(model, dataset, {
      fc: card.fc,
      compile,
      progress: progressLine('embedding'),
    });
    const cells = answerCells(answer, await headScores(head, answer, embeddings, compile));
    const rows = dataset.scans.map(({ scanId, participantId }, i) => ({
      scan_id: scanId,
      participant_id: participantId,
      ...cells[i],
    }));
    writeFileAtomically(out, formatTsv(['scan_id', 'participant_id', ...answerColumns(answer)], rows));
    const learnt = new Set(card.finetuned.participants);
    const known = new Set(dataset.scans.map((scan) => scan.participantId).filter((id) => learnt.has(id))).size;
    const warnings = [
      ...(known === 0
        ? []
        : [`the model has learnt the label of ${known} of these participants: of them it says little new`]),
      ...connectivityWarnings(dataset),
    ];
    if (options.json) printJson({ label, answer, scans: rows.length, fc: card.fc, predictions: out, warnings });
    else process.stdout.write([`${label} of ${rows.length} scans in ${out}`, ...warnings.map(warned), ''].join('\n'));
  } finally {
    dataset.close();
  }
}

function warned(warning: string): string {
  return `Warning: ${warning}.`;
}
