/** @file Which tool made the files of a folder, by what its `dataset_description.json` says. Node only. */
import { isInputError } from '../errors/input-error.ts';
import { readText } from '../files/atomic.ts';
import type { TreeFile } from './file-tree.ts';
import type { Tool } from './found.ts';

/** How the tools call themselves in `GeneratedBy` (BIDS 1.9, "Derived dataset"), in small letters alone. */
const NAMES: readonly (readonly [start: string, tool: Tool])[] = [
  ['fmriprep', 'fmriprep'],
  ['fmripostaroma', 'fmriprep'],
  ['nibabies', 'fmriprep'],
  ['xcpd', 'xcp-d'],
  ['xcpabcd', 'xcp-d'],
  ['cpac', 'c-pac'],
  ['gigaconnectome', 'giga-connectome'],
  ['dpabi', 'dpabi'],
  ['dparsf', 'dpabi'],
  ['conntoolbox', 'conn'],
  ['nilearn', 'nilearn'],
];

/**
 * The tool of every file whose folder, or the nearest one above it that says so, has a description that names a tool.
 *
 * @param files all of a tree
 */
export function makers(files: readonly TreeFile[]): (file: TreeFile) => Tool | undefined {
  const tools = new Map<string, Tool | undefined>();
  for (const file of files)
    if (file.base === 'dataset_description.json') {
      const tool = toolOf(file);
      if (tool !== undefined) tools.set(file.folder, tool);
    }
  const of = (folder: string): Tool | undefined => {
    if (tools.has(folder)) return tools.get(folder);
    const tool = folder === '' ? undefined : of(folder.slice(0, Math.max(0, folder.lastIndexOf('/'))));
    tools.set(folder, tool);
    return tool;
  };
  return ({ folder }) => of(folder);
}

/** A description that cannot be read says nothing; the names of the files still do. */
function toolOf({ path }: TreeFile): Tool | undefined {
  let description: unknown;
  try {
    description = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof SyntaxError || isInputError(error)) return undefined;
    throw error;
  }
  // XCP-D puts itself before the fMRIPrep that it was given: the first known one is it.
  for (const name of namesIn(description)) {
    const letters = name.toLowerCase().replace(/[^a-z]/g, '');
    const known = NAMES.find(([start]) => letters.startsWith(start));
    if (known !== undefined) return known[1];
  }
  return undefined;
}

/** `GeneratedBy`, before BIDS 1.4 `PipelineDescription`, else the data set's own name. */
function namesIn(description: unknown): string[] {
  const pipelines = field(description, 'GeneratedBy') ?? field(description, 'PipelineDescription');
  const list = Array.isArray(pipelines) ? pipelines : [pipelines];
  const names = [...list.map((pipeline) => field(pipeline, 'Name')), field(description, 'Name')];
  return names.filter((name) => typeof name === 'string');
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
