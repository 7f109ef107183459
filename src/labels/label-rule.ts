/** @file What `--label`, `--positive` and `--control` mean: from a value in a column to positive, control or neither. */
import type { Dataset, Scan } from '../dataset/dataset.ts';
import { isMissing } from '../dataset/missing-value.ts';
import { InputError } from '../errors/input-error.ts';
import { nearestName } from '../errors/nearest.ts';

export interface LabelRequest {
  /** A column, or a threshold on one: `age>15` (also >=, <, <=). */
  readonly label: string;
  readonly positive?: string | undefined;
  readonly control?: string | undefined;
}

export type LabelledDataset = Pick<Dataset, 'directory' | 'scans' | 'phenotypeColumns'>;
type Verdict = 'positive' | 'control' | 'other';
export interface LabelRule {
  readonly column: string;
  readonly positive: string;
  readonly control: string;
  readonly judge: (value: string, scan: Scan) => Verdict;
}

/** A scan's value in a column of the table. */
export function columnValue(scan: Scan, column: string): string {
  switch (column) {
    case 'site':
    case 'session':
    case 'run':
      return scan[column].trim();
    default:
      return (scan.phenotype[column] ?? '').trim();
  }
}

/**
 * The rule that a request names: a column's values, or a threshold on it.
 *
 * @throws InputError when the column is absent, or the request does not single out two classes
 */
export function labelRule(dataset: LabelledDataset, request: LabelRequest): LabelRule {
  const { label } = request;
  const columns = [...dataset.phenotypeColumns, 'site', 'session', 'run'];
  if (columns.includes(label)) return valueRule(dataset, request);
  const threshold = /^(.+?)\s*(>=|<=|>|<)\s*(.+)$/.exec(label);
  const column = threshold === null ? label : threshold[1].trim();
  if (!columns.includes(column)) {
    const nearest = nearestName(column, columns);
    throw new InputError({
      where: dataset.directory,
      problem: `there is no column "${column}" to take labels from`,
      found: dataset.phenotypeColumns.length === 0 ? 'no phenotype columns' : dataset.phenotypeColumns.join(', '),
      fix: nearest === undefined ? 'name one of these with --label' : `did you mean --label ${nearest}`,
    });
  }
  const [, , operator, limit] = threshold!;
  return thresholdRule(request, column, operator as Operator, limit.trim());
}

type Operator = '>' | '>=' | '<' | '<=';
const OPPOSITE: Readonly<Record<Operator, Operator>> = { '>': '<=', '>=': '<', '<': '>=', '<=': '>' };

function thresholdRule(
  { label, positive, control }: LabelRequest,
  column: string,
  operator: Operator,
  limit: string,
): LabelRule {
  const bound = numberOf(limit);
  if (bound === undefined)
    throw new InputError({ where: `--label ${label}`, problem: 'the threshold is not a number', found: limit });
  if (positive !== undefined || control !== undefined)
    throw new InputError({
      where: `--label ${label}`,
      problem: 'a threshold already says which scans are positive',
      fix: 'leave out --positive and --control, or turn the sign round',
    });
  return {
    column,
    positive: `${operator}${limit}`,
    control: `${OPPOSITE[operator]}${limit}`,
    judge: (value, scan) => {
      const x = numberOf(value);
      if (x === undefined)
        throw new InputError({
          where: `scan ${scan.scanId}`,
          problem: `column "${column}" is not a number`,
          found: value,
          fix: 'mend the value or leave it empty',
        });
      return exceeds(x, operator, bound) ? 'positive' : 'control';
    },
  };
}

function exceeds(x: number, operator: Operator, bound: number): boolean {
  switch (operator) {
    case '>':
      return x > bound;
    case '>=':
      return x >= bound;
    case '<':
      return x < bound;
    case '<=':
      return x <= bound;
  }
}

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

function valueRule(dataset: LabelledDataset, request: LabelRequest): LabelRule {
  const column = request.label;
  const counts = new Map<string, number>();
  for (const scan of dataset.scans) {
    const value = columnValue(scan, column);
    if (!isMissing(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = [...counts.keys()].sort(byNumberThenText);
  const listed = values.slice(0, 12).map((value) => `"${value}" (${counts.get(value)} scans)`);
  const found = `${listed.join(', ')}${values.length > 12 ? `, … (${values.length} values)` : ''}`;
  for (const [option, wanted] of [
    ['--positive', request.positive],
    ['--control', request.control],
  ] as const)
    if (wanted !== undefined && matching(values, wanted) === undefined)
      throw new InputError({
        where: `${option} ${wanted}`,
        problem: `no scan has this value in column "${column}"`,
        found: found || 'no values',
      });
  if (values.length < 2)
    throw new InputError({
      where: dataset.directory,
      problem: `column "${column}" holds one class only`,
      expected: 'two values',
      found: found || 'no values',
      fix: 'choose a column with patients and controls',
    });
  const positive = request.positive === undefined ? undefined : matching(values, request.positive);
  const control = request.control === undefined ? undefined : matching(values, request.control);
  if (positive === undefined && control === undefined && values.length > 2)
    throw new InputError({
      where: dataset.directory,
      problem: `column "${column}" holds more than two values`,
      found,
      fix: 'say which is the patient class with --positive VALUE, or which are the controls with --control VALUE',
    });
  if (positive !== undefined && positive === control)
    throw new InputError({ where: `--positive ${positive}`, problem: 'the same value is given for --control' });
  return pairRule(column, values, positive, control);
}

function pairRule(
  column: string,
  values: readonly string[],
  positive: string | undefined,
  control: string | undefined,
): LabelRule {
  const pair = values.length === 2;
  const chosen = positive ?? (control === undefined || pair ? likelyPositive(values, control) : undefined);
  const against = control ?? (pair ? values.find((value) => value !== chosen) : undefined);
  return {
    column,
    positive: chosen ?? `not ${against}`,
    control: against ?? `not ${chosen}`,
    judge: (value) => {
      if (value === chosen) return 'positive';
      if (value === against) return 'control';
      if (chosen === undefined) return 'positive';
      return against === undefined ? 'control' : 'other';
    },
  };
}

const CONTROL_WORDS = new Set(
  'control controls con ctrl hc healthy nc cn hv td tdc tc typical no false none'.split(' '),
);

/** Of two values: the one that is not a word for controls, else the larger number, else the later in the alphabet. */
function likelyPositive(values: readonly string[], control: string | undefined): string {
  const others = values.filter((value) => value !== control);
  return others.findLast((value) => !CONTROL_WORDS.has(value.toLowerCase())) ?? others[others.length - 1];
}

/** The value as written in the table; `1` finds `1.0`. */
function matching(values: readonly string[], wanted: string): string | undefined {
  const number = numberOf(wanted);
  return (
    values.find((value) => value === wanted) ??
    values.find((value) => number !== undefined && numberOf(value) === number)
  );
}

function byNumberThenText(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) ? (a < b ? -1 : 1) : difference;
}
