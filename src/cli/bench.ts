/** @file `brainmass bench`: how fast this machine does the work. */
import { Command } from 'commander';
import { benchConnectivityCommand } from './bench-connectivity.ts';
import { benchEmbeddingCommand } from './bench-embedding.ts';
import { benchLoaderCommand } from './bench-loader.ts';
import { benchPlanCommand } from './bench-plan.ts';
import { benchTrainingCommand } from './bench-training.ts';

export function benchCommand(): Command {
  return new Command('bench')
    .description('Measure speed on this machine')
    .addCommand(benchTrainingCommand())
    .addCommand(benchEmbeddingCommand())
    .addCommand(benchConnectivityCommand())
    .addCommand(benchLoaderCommand())
    .addCommand(benchPlanCommand())
    .addHelpText('after', '\nExample:\n  brainmass bench training --preset base --batch 16');
}
