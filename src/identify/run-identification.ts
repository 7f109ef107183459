/** @file One identification from a data set and a model to a document: pair sessions, compare, judge. No files. */
import { verdict } from '../evaluate/verdict.ts';
import type { FeatureBank, FeatureOrigin } from '../features/feature-bank.ts';
import { participantDraws } from '../statistics/bootstrap.ts';
import { type Estimate, percentileInterval } from '../statistics/interval.ts';
import { matchingChance } from '../statistics/matching-chance.ts';
import { mcnemar } from '../statistics/mcnemar.ts';
import {
  IDENTIFICATION_SCORES,
  type Identification,
  type IdentificationScore,
  identify,
  personalScores,
  type Search,
} from './identification.ts';
import { IDENTIFIED_BY, type IdentificationResult, type IdentifiedBy } from './identification-document.ts';
import { type PairedParticipant, type SessionPairs, type SessionRequest, sessionPairs } from './session-pairs.ts';

export interface IdentificationRequest extends SessionRequest {
  /** Of one data set, and of a model when its features are asked for. */
  readonly bank: Pick<FeatureBank, 'table'> & { readonly origin: Pick<FeatureOrigin, 'datasets' | 'fc' | 'seed'> };
  /** By default all. */
  readonly features?: readonly IdentifiedBy[];
  /** Participants whose scans the model was pretrained on, when it says so. */
  readonly pretrainedOn?: readonly string[] | undefined;
}

/** The document's content, and what tables and figures are made of. */
export interface IdentificationOutcome {
  readonly result: IdentificationResult;
  readonly pairs: SessionPairs;
  /** By whose features, that of `metrics` first. */
  readonly identifications: ReadonlyMap<IdentifiedBy, Identification>;
}

const DRAWS = 1000;
/** Correlations from here on are of the same series. */
const IDENTICAL = 1 - 1e-7;

/**
 * Runs an identification.
 *
 * @throws InputError when the request or the data do not allow it
 */
export async function runIdentification(request: IdentificationRequest): Promise<IdentificationOutcome> {
  const { bank } = request;
  const { datasets, fc, seed } = bank.origin;
  const [dataset] = datasets;
  const pairs = sessionPairs(dataset, request);
  const { by, target, database, participants, leftOut } = pairs;
  const n = participants.length;
  const asked = request.features ?? IDENTIFIED_BY;
  const [main, ...others] = IDENTIFIED_BY.filter((name) => asked.includes(name));
  const names = [main, ...others];
  const columns: Record<string, { columns: number }> = {};
  const identifications = new Map<IdentifiedBy, Identification>();
  for (const name of names) {
    const table = await bank.table(name);
    columns[name] = { columns: table.columns };
    identifications.set(name, identify(table, participants));
  }
  const scores = mapped(identifications, (_, identification) => personalScores(identification));
  const draws = participantDraws(
    participants.map(({ id, site }) => ({ participantId: id, site, positive: false })),
    { draws: DRAWS, seed },
  );
  const { [main]: metrics, ...baselines } = mapped(identifications, (name) => estimatesOf(scores[name], draws));
  const against = <T>(of: (own: Scores, other: Scores) => T) =>
    Object.fromEntries(others.map((name) => [name, of(scores[main], scores[name])]));
  const difference = against((own, other) =>
    estimateOf(
      own.accuracy.map((value, i) => value - other.accuracy[i]),
      draws,
    ),
  );
  const result: IdentificationResult = {
    format: 'brainmass-identification/1',
    by,
    target,
    database,
    fc,
    seed,
    n,
    left_out: leftOut,
    scans: participants.reduce((sum, person) => sum + person.target.length + person.database.length, 0),
    chance: { accuracy: 1 / n, mean_rank: (n + 1) / 2 },
    metrics_of: main,
    metrics,
    baselines,
    difference,
    paired: against((own, other) => ({
      target_in_database: mcnemar(own.accuracy_target_in_database, other.accuracy_target_in_database),
      database_in_target: mcnemar(own.accuracy_database_in_target, other.accuracy_database_in_target),
    })),
    tests: mapped(identifications, (_, identification) => testOf(identification, participants)),
    // A verdict calls raw connectivity by its name of old.
    verdict: verdict(
      Object.fromEntries(Object.entries(difference).map(([name, of]) => [name === 'fc' ? 'fc_svm' : name, of])),
      'accuracy',
    ),
    warnings: [
      ...pretrainingWarning(pairs, request.pretrainedOn ?? []),
      ...identicalWarning(pairs, identifications.get('fc') ?? identify(await bank.table('fc'), participants)),
    ],
    dataset: { path: dataset.directory, hash: dataset.hash },
    features: columns,
  };
  return { result, pairs, identifications };
}

type Scores = ReturnType<typeof personalScores>;

function mapped<T>(
  identifications: ReadonlyMap<IdentifiedBy, Identification>,
  of: (name: IdentifiedBy, identification: Identification) => T,
): Record<string, T> {
  return Object.fromEntries([...identifications].map(([name, one]) => [name, of(name, one)]));
}

function estimatesOf(
  scores: Readonly<Record<IdentificationScore, Float64Array>>,
  draws: readonly (readonly number[])[],
): Record<IdentificationScore, Estimate> {
  const entries = IDENTIFICATION_SCORES.map((name) => {
    const share = name.startsWith('accuracy');
    return [name, (share ? extremeShare(scores[name]) : undefined) ?? estimateOf(scores[name], draws)] as const;
  });
  return Object.fromEntries(entries) as Record<IdentificationScore, Estimate>;
}

/** The mean over people, who are drawn again with replacement. */
function estimateOf(values: Float64Array, draws: readonly (readonly number[])[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const again = draws.map((people) => people.reduce((sum, i) => sum + values[i], 0) / people.length);
  return percentileInterval(mean, again);
}

/**
 * All or nobody found: drawing again would give no width. The exact binomial interval (Clopper and Pearson, Biometrika
 * 26:404-413, 1934) has a closed form there.
 */
function extremeShare(values: Float64Array): Estimate | undefined {
  const bound = 0.025 ** (1 / values.length);
  if (values.every((value) => value === 1)) return { mean: 1, low: bound, high: 1 };
  return values.every((value) => value === 0) ? { mean: 0, low: 0, high: 1 - bound } : undefined;
}

function testOf({ targetInDatabase, databaseInTarget }: Identification, participants: readonly PairedParticipant[]) {
  const sites = participants.map(({ site }) => site);
  const way = ({ best, rank }: Search) => ({
    identified: rank.filter((own) => own === 1).length,
    ...matchingChance(best, sites),
  });
  return { target_in_database: way(targetInDatabase), database_in_target: way(databaseInTarget) };
}

function pretrainingWarning({ participants }: SessionPairs, pretrainedOn: readonly string[]): string[] {
  const known = new Set(pretrainedOn);
  const seen = participants.filter(({ id }) => known.has(id)).length;
  return seen === 0 ? [] : [`${seen} of ${participants.length} participants were in the model's pretraining data`];
}

/** By raw connectivity, which no model can have flattened. */
function identicalWarning({ participants }: SessionPairs, { similarity: { values } }: Identification): string[] {
  const n = participants.length;
  const same = [...values.keys()].filter((at) => values[at] >= IDENTICAL);
  if (same.length === 0) return [];
  const own = same.filter((at) => at % (n + 1) === 0).map((at) => participants[at % n].id);
  const others = same
    .filter((at) => at % (n + 1) !== 0)
    .map((at) => `${participants[Math.floor(at / n)].id} and ${participants[at % n].id}`);
  return [
    ...(own.length === 0 ? [] : [`both sessions hold the same scan of ${listed(own)}: the accuracy is too good`]),
    ...(others.length === 0 ? [] : [`scans of different participants are identical (${listed(others)})`]),
  ];
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
}
