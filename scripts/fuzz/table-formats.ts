/** @file What people write by hand or another program writes as text: tables, JSON and YAML. */
import { stringify } from 'yaml';
import { parsePlanFile } from '../../src/ablate/plan-file.ts';
import { parseAtlas } from '../../src/atlas/atlas-file.ts';
import { readCorpusFile } from '../../src/dataset/corpus-file.ts';
import { corpusSplit, formatCorpusSplit, parseCorpusSplit } from '../../src/dataset/corpus-split.ts';
import { MOTION } from '../../src/denoise/confound-names.ts';
import { parseConfounds } from '../../src/denoise/confounds-table.ts';
import { denoise } from '../../src/denoise/denoise.ts';
import { RECIPES, type Strategy } from '../../src/denoise/strategy.ts';
import { parseTable } from '../../src/files/table.ts';
import { decodeText } from '../../src/files/text.ts';
import { denoiseScan } from '../../src/ingest/denoise-scan.ts';
import { readParticipants } from '../../src/ingest/participants.ts';
import { labelScans } from '../../src/labels/labels.ts';
import { parseTasks } from '../../src/labels/tasks-file.ts';
import { repetitionTimes } from '../../src/preprocessors/repetition-time.ts';
import { parseConfig } from '../../src/pretrain/config-file.ts';
import { formatSettings, PAPER_SETTINGS } from '../../src/pretrain/settings.ts';
import { parseOverlap, projectSeries } from '../../src/series/project.ts';
import { dealSplits } from '../../src/splits/deal-splits.ts';
import { parseSplits, splitDocument } from '../../src/splits/split-file.ts';
import { checkFinite, endsWith, type FuzzedFormat, scratchFolder, takesNone, text, writeInto } from './format.ts';

const FOLDER = scratchFolder('tables');
const VOLUMES = 40;
const noise = (a: number, b: number) => Math.sin(1e4 * Math.sin(12.9898 * a + 78.233 * b));
const SCAN = {
  values: Float32Array.from({ length: 3 * VOLUMES }, (_, i) => 100 + noise(i, 1)),
  timepoints: VOLUMES,
  rois: 3,
};

/** Two fMRIPrep-like components a mask, so that few strategies fail for want of columns or of freedom. */
const COMPONENTS = ['a_comp_cor_00', 'a_comp_cor_01', 'w_comp_cor_00', 'c_comp_cor_00'];
const CONFOUNDS = [
  ...MOTION,
  ...['csf', 'white_matter', 'global_signal', 'std_dvars', 'framewise_displacement', 'cosine00'],
  ...COMPONENTS,
  ...['aroma_motion_01', 'non_steady_state_outlier00'],
];

function confoundsTsv(): Uint8Array {
  const cell = (name: string, t: number, k: number) => {
    if (name === 'non_steady_state_outlier00') return Number(t === 0);
    if (t === 0 && /dvars|displacement/.test(name)) return 'n/a';
    return name === 'framewise_displacement' ? (0.1 * Math.abs(noise(t, k))).toFixed(4) : noise(t, k).toFixed(5);
  };
  const rows = Array.from({ length: VOLUMES }, (_, t) => CONFOUNDS.map((name, k) => cell(name, t, k)).join('\t'));
  return text(`${[CONFOUNDS.join('\t'), ...rows].join('\n')}\n`);
}

const SIDECAR = text(
  JSON.stringify(
    Object.fromEntries(
      COMPONENTS.map((name, i) => [
        name,
        {
          CumulativeVarianceExplained: 0.3 + 0.2 * (i % 2),
          Mask: ['combined', 'combined', 'WM', 'CSF'][i],
          Method: 'aCompCor',
          Retained: true,
          VarianceExplained: 0.2,
          SingularValue: 10 - i,
        },
      ]),
    ),
    null,
    1,
  ),
);

const STRATEGIES = Object.keys(RECIPES) as Strategy[];

/** Every strategy in turn, with the damaged table or the damaged sidecar beside the whole one of the other. */
function readConfounds(bytes: Uint8Array, name: string): void {
  const isSidecar = name.endsWith('.json');
  const sum = bytes.reduce((a, b) => (a + b) % 9973, 0);
  const strategy = STRATEGIES[sum % STRATEGIES.length];
  const settings = { strategy, detrend: sum % 2 === 0, standardise: true, minimumMinutes: 0.1 } as const;
  const given = !isSidecar && name !== 'confounds.tsv';
  if (given) {
    // A table of people: of another length than our scan.
    const table = parseConfounds(decodeText(bytes, name), name);
    const [volumes] = [Math.min(table.volumes, 2000)];
    const values = Float32Array.from({ length: 3 * volumes }, (_, i) => 100 + noise(i, 1));
    const scan = { values, timepoints: volumes, rois: 3 };
    checkFinite(denoise(scan, { confounds: table, tr: 2, settings, where: name }).series.values, strategy);
    return;
  }
  const path = writeInto(FOLDER, 'confounds.tsv', isSidecar ? confoundsTsv() : bytes);
  const sidecar = writeInto(FOLDER, 'confounds.json', isSidecar ? bytes : SIDECAR);
  const file = {
    path: 'x_AROMAnonaggr.nii',
    where: name,
    content: 'volume',
    confounds: { table: path, sidecar },
    tr: 2,
  } as const;
  checkFinite(denoiseScan(SCAN, file, settings, undefined).series.values, strategy);
}

const PARTICIPANTS =
  'participant_id\tage\tsex\tdx\tsite\ttr\nsub-01\t30.5\tF\t1\tA\t2\nsub-02\tn/a\tM\t0\t"B, C"\t2.5\n';

/** Scans with a label, to be split; made once. */
const LABELLED = {
  directory: 'x.dataset',
  phenotypeColumns: ['dx'],
  scans: Array.from({ length: 20 }, (_, i) => ({
    scanId: `s${i}`,
    participantId: `p${i}`,
    session: '',
    run: '',
    site: `${i % 3}`,
    timepoints: 100,
    offset: 100 * i,
    tr: 2,
    phenotype: { dx: `${i % 2}` },
  })),
};
const TASK = labelScans(LABELLED, { label: 'dx', positive: '1' });
const PLAN = { kind: 'repeated', repeats: 2 } as const;
const SPLITS = await splitDocument(TASK, dealSplits(TASK, PLAN, 1), { seed: 1, datasetHash: 'abc', plan: PLAN });

export const TABLE_FORMATS: readonly FuzzedFormat[] = [
  {
    name: 'confounds',
    takes: ({ name }) => /\.tsv$/i.test(name) && !/events|participants/i.test(name),
    isText: true,
    seeds: [
      { name: 'confounds.tsv', bytes: confoundsTsv() },
      { name: 'confounds.json', bytes: SIDECAR },
    ],
    read: readConfounds,
  },
  {
    name: 'participants',
    takes: ({ name }) => /participants|phenotypic/i.test(name) && /\.[ct]sv$/i.test(name),
    isText: true,
    seeds: [
      { name: 'participants.tsv', bytes: text(PARTICIPANTS) },
      { name: 'participants.csv', bytes: text(PARTICIPANTS.replaceAll('\t', ',')) },
      { name: 'semicolons.csv', bytes: text(`\ufeff${PARTICIPANTS.replaceAll('\t', ';').replaceAll('\n', '\r\n')}`) },
    ],
    read: (bytes, name) => readParticipants(parseTable(decodeText(bytes, name), name), {}, name),
  },
  {
    name: 'atlas',
    takes: ({ name }) =>
      /label|order|centroid/i.test(name) && endsWith('.csv', '.txt')({ name, bytes: new Uint8Array(0) }),
    isText: true,
    seeds: [
      {
        name: 'table.csv',
        bytes: text('name,network,hemi,x,y,z\na,Vis,L,-10,-90.5,3\nb,Vis,R,10,-90,3\nc,Default,,1,50,4\n'),
      },
      {
        name: 'order.txt',
        bytes: text('1\t7Networks_LH_Vis_1\t120\t18\t131\t0\n2\t7Networks_LH_Vis_2\t120\t18\t132\t0\n'),
      },
      { name: 'list.txt', bytes: text('Precentral_L\nPrecentral_R\nFrontal_Sup_L\n') },
    ],
    read: readAtlas,
  },
  {
    name: 'overlap',
    takes: ({ name }) => /overlap.*\.csv$/i.test(name),
    isText: true,
    seeds: [
      { name: 'overlap.csv', bytes: text('target_label,source_label,n_voxels\n1,1,20\n1,2,5\n2,2,30\n2,3,1\n2,0,7\n') },
    ],
    read: readOverlap,
  },
  {
    name: 'bids sidecar',
    takes: ({ name }) => /_bold\.json$/i.test(name),
    isText: true,
    seeds: [
      {
        name: 'sub-01_task-rest_bold.json',
        bytes: text('{"RepetitionTime": 2.0, "TaskName": "rest", "SliceTiming": [0, 1]}'),
      },
      { name: 'task-rest_bold.json', bytes: text('{"SamplingFrequency": 0.5}') },
    ],
    read: readSidecar,
  },
  {
    name: 'yaml',
    takes: endsWith('.yaml', '.yml'),
    isText: true,
    seeds: [
      {
        name: 'tasks.yaml',
        bytes: text(
          stringify({ repeats: 3, tasks: [{ name: 'a', dataset: ['x'], label: 'dx', filters: ['age > 5'] }] }),
        ),
      },
      {
        name: 'corpus.yaml',
        bytes: text('seed: 1\ndatasets:\n  - {path: a.dataset, role: I, weight: 2}\n  - path: b\n    role: II\n'),
      },
      { name: 'config.yaml', bytes: text(formatSettings(PAPER_SETTINGS)) },
      {
        name: 'plan.yaml',
        bytes: text(
          'base: {training: {epochs: 3}}\ncells:\n  - {name: no-mask, part: own, settings: {objective: {dropout: 0}}}\n',
        ),
      },
    ],
    read: readYaml,
  },
  {
    name: 'splits',
    takes: takesNone,
    isText: true,
    seeds: [
      { name: 'splits.json', bytes: text(JSON.stringify(SPLITS)) },
      {
        name: 'corpus-split.json',
        bytes: text(
          formatCorpusSplit(
            corpusSplit(1, [
              {
                name: 'a',
                role: 'II',
                weight: 1,
                hash: 'x',
                participants: { train: ['p1'], validation: [], test: ['p2'] },
              },
            ]),
          ),
        ),
      },
    ],
    read: readSplits,
  },
];

function readAtlas(bytes: Uint8Array, name: string): void {
  for (const { centroid = [] } of parseAtlas(decodeText(bytes, name), 'x', name).rois)
    checkFinite(centroid, 'centroid');
}

function readOverlap(bytes: Uint8Array, name: string): void {
  const overlap = parseOverlap(parseTable(decodeText(bytes, name), name), name);
  checkFinite(overlap.weights, 'weights');
  // Of as many ROIs as the table has, within reason.
  const rois = Math.min(overlap.sources, 1000);
  const values = Float32Array.from({ length: 5 * rois }, (_, i) => noise(i, 2));
  checkFinite(projectSeries({ values, timepoints: 5, rois }, overlap).values, 'projected series');
}

function readSidecar(bytes: Uint8Array, name: string): void {
  const folder = scratchFolder(`sidecar-${name}`);
  writeInto(folder, name, bytes);
  const { tr, fault } = repetitionTimes()('sub-01_task-rest_bold.nii.gz', [folder]);
  if (tr !== undefined && !(tr > 0 && tr < 100)) throw new Error(`a repetition time of ${tr}`);
  if (fault !== undefined && fault.length > 400) throw new Error(`a sentence of ${fault.length} characters`);
}

function readYaml(bytes: Uint8Array, name: string): unknown {
  if (name === 'corpus.yaml') return readCorpusFile(writeInto(FOLDER, name, bytes));
  const content = decodeText(bytes, name);
  if (name === 'tasks.yaml') return parseTasks(content, name);
  return name === 'plan.yaml' ? parsePlanFile(content, name).cellsAround(PAPER_SETTINGS) : parseConfig(content, name);
}

function readSplits(bytes: Uint8Array, name: string): unknown {
  const content = decodeText(bytes, name);
  return name === 'splits.json' ? parseSplits(content, name, TASK, 'abc') : parseCorpusSplit(content, name);
}
