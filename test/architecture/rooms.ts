/** @file Which room of src/ may import which: the floor plan of the house, as data. */

/** Below all rooms: every room may import these, and they import only what is named here. */
export const GROUND_FLOOR: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  random: [],
  // Factors of plain matrices, for whoever draws, fits or tests with them.
  'linear-algebra': [],
  'progress.ts': [],
  // Files that cannot be read are the user's problem.
  files: ['errors'],
};

/**
 * What each room may import beside the ground floor. `room/file.ts` allows that one file: an exception, with its reason
 * above the line.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  atlas: [],
  series: ['atlas'],
  // Images stand alone: what comes out of them is a matrix of numbers and the names of its columns.
  volume: [],
  dataset: [
    'series',
    'atlas',
    // A data set may hold matrices in place of series; who asks for a scan's connectivity need not know which.
    'connectivity',
  ],
  // One scan's series less its confounds; reads tables of numbers as series are read.
  denoise: ['series'],
  // Names of other programs' outputs; reads no scan.
  preprocessors: [],
  // From people's files to a data set: joins the rooms that read, denoise and find.
  ingest: [
    'dataset',
    'series',
    'atlas',
    'volume',
    'denoise',
    'preprocessors',
    // Matrices are checked as connectivity before they are kept.
    'connectivity',
  ],
  // Public files come as they are; what is in them is for others to read.
  fetch: [],
  connectivity: [
    // What is correlated: the form of one scan in memory.
    'series/time-series.ts',
  ],
  simulate: ['atlas', 'dataset', 'series'],
  graph: [],
  runtime: ['graph'],
  ranks: [],
  model: [
    'graph',
    'connectivity',
    // embed.ts reads scans through the interface of a data set, whatever holds it.
    'dataset/dataset.ts',
    'dataset/scan-connectivity.ts',
    // embed.ts is given something that runs graphs; which build of the runtime is not its business.
    'runtime/session.ts',
  ],
  pretrain: [
    'model',
    'dataset',
    'runtime',
    // The graphs of a step are built from the model's parts, and their gradients taken.
    'graph',
    // Draws pseudo-FC views of series.
    'connectivity',
    'series/time-series.ts',
    // A step shares its scans with other ranks, through the interface; MPI itself needs Node.
    'ranks',
  ],
  finetune: [
    'model',
    'runtime',
    // The graph of a step is built from the model's parts, and its gradient taken.
    'graph',
    // Networks of scans, and pseudo-FC to augment them.
    'connectivity',
    'dataset/dataset.ts',
    'dataset/scan-connectivity.ts',
    'series/time-series.ts',
    // The same update rule as in pretraining.
    'pretrain/optimizer.ts',
  ],
  // What is asked of a column, and who answers it.
  labels: ['dataset'],
  // Who is trained and tested on.
  splits: [
    'labels',
    'dataset',
    // A card says whose labels a model has learnt.
    'model/card.ts',
  ],
  // Rows of numbers, one a scan, and what is taken out of them.
  features: [
    'labels',
    'dataset',
    'model',
    'runtime',
    // The features of baselines are raw connectivity; one averages it over pseudo-FC views of series.
    'connectivity',
    'series/time-series.ts',
    // The networks of a data set, as fine-tuning takes them.
    'finetune/finetune-data.ts',
  ],
  // From features to scores of held-out rows.
  classifiers: ['features', 'splits', 'labels'],
  // From scores to numbers with an interval and a p.
  statistics: [
    'splits',
    'labels',
    // Scores of classes, and the line through the logits of a calibration.
    'classifiers/class-scores.ts',
    'classifiers/logistic-line.ts',
  ],
  evaluate: [
    'statistics',
    'classifiers',
    'features',
    'splits',
    'labels',
    'dataset',
    'model',
    // Fine-tuning is one of its contenders.
    'finetune',
  ],
  identify: [
    'statistics',
    'features',
    'labels',
    'dataset',
    // The model beside raw FC, in the words of an evaluation.
    'evaluate/verdict.ts',
  ],
  // Cells are settings of pretraining; their scores are compared as those of any contenders.
  ablate: ['pretrain', 'evaluate', 'statistics', 'classifiers', 'splits', 'labels', 'dataset', 'connectivity', 'model'],
  explain: ['evaluate', 'model'],
  checks: [
    'atlas',
    'dataset',
    'series/time-series.ts',
    // A model card says which ROIs, and what scans it was trained on.
    'model/card.ts',
    'model/same-rois.ts',
  ],
  report: [
    'evaluate',
    'statistics',
    'labels',
    'explain',
    // The quality page of a data set: what it holds, what the checks found, and its ROIs by network.
    'checks',
    'dataset',
    'atlas/atlas.ts',
  ],
  bench: [
    'graph',
    'runtime',
    'connectivity',
    'model',
    'pretrain',
    // What is read, and stand-ins of any size to read from.
    'dataset',
    'simulate',
    'series/time-series.ts',
  ],
  // The only room that knows Node, files and models all at once.
  cli: [
    'atlas',
    'series',
    'dataset',
    'fetch',
    'denoise',
    'ingest',
    'preprocessors',
    'connectivity',
    'simulate',
    'graph',
    'runtime',
    'ranks',
    'model',
    'pretrain',
    'finetune',
    'labels',
    'splits',
    'features',
    'classifiers',
    'statistics',
    'evaluate',
    'identify',
    'ablate',
    'explain',
    'checks',
    'report',
    'bench',
  ],
};

/** What may know Node, by file or by room; everything else loads in a browser, together with all that it imports. */
export const NODE_ONLY: readonly string[] = [
  // Command line and machine.
  'cli',
  'runtime/node.ts',
  // Other processes, through a library of the machine.
  'ranks/mpi-library.ts',
  'ranks/mpi.ts',
  'ranks/run-on-ranks.ts',
  'runtime/device.ts',
  'runtime/webgpu-probe.ts',
  // Servers and the file system.
  'fetch',
  // The file system.
  'files/atomic.ts',
  'atlas/find-atlas.ts',
  'series/find-scans.ts',
  // Images are streamed from disk and decompressed in the thread pool of Node.
  'volume/byte-source.ts',
  'volume/nifti-file.ts',
  'volume/nifti-parts.ts',
  'volume/read-label-image.ts',
  'volume/parcellate-volume.ts',
  'volume/read-cifti.ts',
  'volume/parcellate-dense.ts',
  'model/load-model.ts',
  'pretrain/run-directory.ts',
  'files/directory-lock.ts',
  'files/lock-owner.ts',
  // Threads of Node.
  'pretrain/worker-lanes.ts',
  'pretrain/lane-worker.ts',
  'simulate/write-cohort.ts',
  // Benches are of this machine.
  'bench',
  // Walks folders.
  'preprocessors',
  // Takes files in, on threads.
  'ingest',
  // Data sets live on disk; a browser holds its own and needs only the interface.
  'dataset/array-file.ts',
  'dataset/corpus-file.ts',
  'dataset/corpus-split.ts',
  'dataset/open-corpus.ts',
  'dataset/inspect.ts',
  'dataset/scan-contents.ts',
  'dataset/merge-datasets.ts',
  'dataset/open-dataset.ts',
  'dataset/write-connectivity.ts',
  'dataset/write-dataset.ts',
];

/** Entry points that a web page is certain to need: they must exist and be free of Node. */
export const BROWSER_ENTRIES: readonly string[] = [
  'runtime/browser.ts',
  'model/embed.ts',
  'model/untrained.ts',
  'model/torch-checkpoint.ts',
  'pretrain/pretrain.ts',
  'pretrain/step.ts',
  'finetune/finetune.ts',
  'evaluate/evaluate.ts',
  'series/read-matrix.ts',
  'denoise/denoise.ts',
  'atlas/atlas.ts',
  'connectivity/kinds.ts',
  'checks/check-dataset.ts',
];
