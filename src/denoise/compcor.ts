/** @file Which aCompCor components a strategy takes: by fMRIPrep's sidecar, or by the names of the columns. */
import { z } from 'zod';
import { InputError } from '../errors/input-error.ts';
import type { ConfoundsTable } from './confounds-table.ts';
import type { CompCorChoice } from './strategy.ts';

/** Components of each tissue (Behzadi et al. 2007; Parkes et al. 2018). */
const OF_EACH_TISSUE = 5;
const HALF = 0.5;

/** What fMRIPrep's JSON says of a component. `Mask` is `WM`, `CSF` or `combined`. */
const componentSchema = z.object({
  Mask: z.string(),
  Retained: z.boolean().optional(),
  CumulativeVarianceExplained: z.number().optional(),
});

interface Component {
  readonly name: string;
  readonly mask: string;
  /** Share of the mask's variance that this one and those before it explain. */
  readonly explained?: number | undefined;
}

/**
 * The columns of the components chosen.
 *
 * With the sidecar, masks are as it says. Without, columns `w_comp_cor` and `c_comp_cor` are white matter and CSF (fMRIPrep
 * from 21.0); a table that has only `a_comp_cor` (whose masks cannot be told apart) gives the first ten of them, or the
 * first six that old versions wrote, for five of each tissue.
 *
 * @param sidecar the parsed JSON beside the table
 * @throws InputError when the table has no such components, or only the sidecar could say which they are
 */
export function compCorColumns(
  table: ConfoundsTable,
  sidecar: unknown,
  choice: CompCorChoice,
  where: string,
): readonly string[] {
  const described = sidecar === undefined ? undefined : describedComponents(sidecar, table, where);
  const known = described ?? namedComponents(table);
  const ofMask = (mask: string) => known.filter((component) => component.mask === mask);
  const tissues = [ofMask('WM'), ofMask('CSF')];
  switch (choice) {
    case 'five': {
      if (tissues.every((components) => components.length > 0))
        return tissues.flatMap((components) => components.slice(0, OF_EACH_TISSUE)).map(({ name }) => name);
      const mixed = ofMask('combined').slice(0, 2 * OF_EACH_TISSUE);
      if (mixed.length === 0) throw noComponents(table, where);
      return mixed.map(({ name }) => name);
    }
    case 'half':
      if (described === undefined) throw noSidecar('how much variance each aCompCor component explains', where);
      if (tissues.some((components) => components.length === 0)) throw noComponents(table, where);
      return tissues.flatMap(firstHalf).map(({ name }) => name);
    case 'combined': {
      const combined = ofMask('combined');
      // Before fMRIPrep 21.0, a_comp_cor has the components of all masks.
      if (described === undefined && combined.length > 0 && tissues.some((components) => components.length === 0))
        throw noSidecar('which aCompCor components are of both tissues together', where);
      if (combined.length === 0) throw noComponents(table, where);
      return combined.map(({ name }) => name);
    }
  }
}

/** As many components, in order, as it takes to explain half of the variance. */
function firstHalf(components: readonly Component[]): readonly Component[] {
  const crossing = components.findIndex(({ explained }) => explained !== undefined && explained >= HALF);
  return crossing < 0 ? components : components.slice(0, crossing + 1);
}

function describedComponents(sidecar: unknown, table: ConfoundsTable, where: string): Component[] {
  const entries = z.record(z.string(), z.unknown()).safeParse(sidecar);
  if (!entries.success)
    throw new InputError({ where, problem: 'the sidecar of the confounds is no JSON object that describes columns' });
  const found: Component[] = [];
  for (const [name, entry] of Object.entries(entries.data)) {
    if (!/^[acw]_comp_cor_\d+$/.test(name)) continue;
    const component = componentSchema.safeParse(entry);
    // Components that were not retained are described, but have no column.
    if (!component.success || component.data.Retained === false) continue;
    if (!table.columns.has(name))
      throw new InputError({
        where,
        problem: `the sidecar describes ${name}, which the table does not have`,
        fix: 'use the table and the sidecar of the same run',
      });
    found.push({ name, mask: component.data.Mask, explained: component.data.CumulativeVarianceExplained });
  }
  return found.sort((a, b) => numberOf(a.name) - numberOf(b.name));
}

const MASK_OF_PREFIX: Readonly<Record<string, string>> = { w: 'WM', c: 'CSF', a: 'combined' };

function namedComponents({ columns }: ConfoundsTable): Component[] {
  return [...columns.keys()]
    .filter((name) => /^[acw]_comp_cor_\d+$/.test(name))
    .map((name) => ({ name, mask: MASK_OF_PREFIX[name[0]] }))
    .sort((a, b) => numberOf(a.name) - numberOf(b.name));
}

const numberOf = (name: string) => Number(name.slice('a_comp_cor_'.length));

function noSidecar(what: string, where: string): InputError {
  return new InputError({
    where,
    problem: `only the JSON sidecar of the table says ${what}`,
    fix: 'put the .json beside the table, or choose --denoise acompcor (five components of each tissue)',
  });
}

function noComponents({ columns }: ConfoundsTable, where: string): InputError {
  const found = [...columns.keys()].filter((name) => name.includes('comp_cor'));
  return new InputError({
    where,
    problem: 'the table does not have the aCompCor components of this strategy',
    found: found.length === 0 ? 'none at all' : `${found.length} (${found.slice(0, 3).join(', ')}, …)`,
    fix: 'choose another --denoise strategy',
  });
}
