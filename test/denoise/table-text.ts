/** @file Made-up tables of confounds as text. */
/** A table of `volumes` rows whose cells are a formula of row and column; `undefined` is n/a. */
export function tableText(
  names: readonly string[],
  volumes = 30,
  cell = (t: number, k: number): number | undefined => Math.sin(t * (k + 1) + k),
): string {
  const rows = Array.from({ length: volumes }, (_, t) => names.map((_, k) => cell(t, k) ?? 'n/a').join('\t'));
  return `${[names.join('\t'), ...rows].join('\n')}\n`;
}
