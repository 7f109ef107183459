/** @file What a person or a script sees: progress and tables on a terminal, one JSON document for a program. */
import type { Progress } from '../progress.ts';

/** Prints exactly one JSON document on stdout. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** A table with aligned columns; numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const numeric = header.map((_, column) => rows.every((row) => /^[-+]?[\d.]/.test(row[column]) || row[column] === ''));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * A progress line on stderr with the time left. On a terminal it redraws itself; elsewhere (a log file) it prints a
 * line now and then. Work that ends within two seconds shows nothing.
 */
export function progressLine(label: string): Progress {
  const started = Date.now();
  // Work may begin in the middle (a resumed run) or slowly (compiling): the rate is taken from the first report on.
  let first: { readonly done: number; readonly at: number } | undefined;
  const live = process.stderr.isTTY === true;
  const interval = live ? 200 : 15_000;
  let printed = started + 2000 - interval;
  let shown = false;
  return (done, total, note) => {
    const now = Date.now();
    first ??= { done, at: now };
    const finished = done >= total;
    if (finished ? !shown : now - printed < interval) return;
    printed = now;
    shown = true;
    const left = done > first.done ? ((now - first.at) / (done - first.done)) * (total - done) : Number.NaN;
    const time = finished ? `took ${formatDuration(now - started)}` : `${formatDuration(left)} left`;
    const text = `${label} ${done}/${total}, ${time}${note === undefined ? '' : `, ${note}`}`;
    process.stderr.write(live ? `\r\x1b[K${text}${finished ? '\n' : ''}` : `${text}\n`);
  };
}

/** Milliseconds in words: `8 s`, `3 min 20 s`, `2 h 5 min`; `?` when unknown. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '?';
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
