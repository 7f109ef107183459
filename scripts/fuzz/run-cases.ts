/** @file Reads damaged files of one format, and counts what came of it. */
import { isInputError } from '../../src/errors/input-error.ts';
import { damage, damageWords, drawFrom } from './damage.ts';
import type { FuzzedFormat } from './format.ts';

export interface CasesRun {
  readonly format: string;
  readonly cases: number;
  readonly files: number;
  /** Of the largest file, bytes. */
  readonly largest: number;
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly slowestCase: number;
  /** Growth of the largest memory this process ever took, after the first cases; KiB. */
  readonly growthKb: number;
  /** The most of it in one case. */
  readonly caseGrowthKb: number;
  /** How often each sentence was said. */
  readonly sentences: readonly (readonly [string, number])[];
  readonly failures: readonly string[];
}

/** Libraries are loaded and code is compiled in the first cases. */
const WARM_UP = 300;

/** @param onCase told before each case, so that a hang can be known from without */
export async function runCases(
  { name: format, seeds, read, isText = false }: FuzzedFormat,
  { cases, seed, from = 0 }: { readonly cases: number; readonly seed: number; readonly from?: number },
  onCase: () => void,
): Promise<CasesRun> {
  const sentences = new Map<string, number>();
  const failures = new Map<string, string>();
  let [right, slowestMs, slowestCase, caseGrowthKb] = [0, 0, 0, 0];
  let baseline = maxRss();
  for (let number = from; number < from + cases; number++) {
    const draw = drawFrom(seed * 1_000_003 + number);
    const { name, bytes, pack } = seeds[number % seeds.length];
    const isWords = isText && !bytes.includes(0) && draw(4) > 0;
    const damaged = isWords ? damageWords(bytes, draw) : damage(bytes, draw);
    const file = pack === undefined ? damaged : pack(damaged);
    onCase();
    const before = maxRss();
    const start = performance.now();
    try {
      await read(file, name);
      right++;
    } catch (error) {
      if (!isInputError(error)) failures.set(stackOf(error), `case ${number} of ${name}`);
      else if (!isSentence(error.message)) failures.set('no sentence', `case ${number} of ${name}: ${error.message}`);
      else count(sentences, pattern(error.message));
    }
    const took = performance.now() - start;
    if (took > slowestMs) [slowestMs, slowestCase] = [took, number];
    if (number === from + WARM_UP) baseline = maxRss();
    else if (number > from + WARM_UP) caseGrowthKb = Math.max(caseGrowthKb, maxRss() - before);
  }
  return {
    format,
    cases,
    files: seeds.length,
    largest: Math.max(...seeds.map(({ bytes }) => bytes.length)),
    read: right,
    refused: [...sentences.values()].reduce((sum, times) => sum + times, 0),
    slowestMs,
    slowestCase,
    growthKb: maxRss() - baseline,
    caseGrowthKb,
    sentences: [...sentences].sort((a, b) => b[1] - a[1]),
    failures: [...failures].map(([error, where]) => `${where}: ${error}`),
  };
}

function maxRss(): number {
  return process.resourceUsage().maxRSS;
}

function stackOf(error: unknown): string {
  return `${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join(' ') : error}`;
}

/** One line that a terminal shows as it is, and a person reads to its end. */
function isSentence(message: string): boolean {
  return message.length < 3000 && !/\p{Cc}/u.test(message);
}

/** Messages that differ only in what was found are one. */
function pattern(message: string): string {
  return message
    .replace(/^[^:]*: /, '')
    .replace(/(found|expected) .*?(?=;|, found|\.$)/gs, '$1 …')
    .replace(/'[^']*'|"[^"]*"/g, "'…'")
    .replace(/-?\d+(\.\d+)?/g, 'N')
    .slice(0, 160);
}

function count(sentences: Map<string, number>, sentence: string): void {
  sentences.set(sentence, (sentences.get(sentence) ?? 0) + 1);
}
