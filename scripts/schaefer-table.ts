/**
 * @file Makes src/atlas/schaefer100.ts … schaefer400.ts from the tables of centroids of both orders that CBIG publishes
 * (release 0.14.3, FSL MNI152 2 mm: columns ROI Label, ROI Name, R, A, S).
 *
 * Usage: npx tsx scripts/schaefer-table.ts 7NETWORKS.csv 17NETWORKS.csv > src/atlas/schaefer400.ts
 *    (`brainmass fetch schaefer --parcels 400 --networks 7 17 --resolution 2` brings both)
 */
import { readFileSync } from 'node:fs';
import { InputError } from '../src/errors/input-error.ts';

interface Row {
  readonly name: string;
  /** `x y z`, mm. */
  readonly place: string;
}

/** Half the MNI152 box, mm: right, anterior, superior. */
const BOX = [90, 126, 109];

function readRows(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  return lines
    .filter((line) => /^\d/.test(line))
    .map((line, i) => {
      const [label, name, ...place] = line.split(',');
      const inside = place.length === 3 && place.every((mm, axis) => mm !== '' && Math.abs(Number(mm)) < BOX[axis]);
      if (Number(label) !== i + 1 || !inside)
        throw new InputError({ where: `${path} row ${i + 1}`, problem: 'this is no row of a table of centroids' });
      return { name, place: place.join(' ') };
    });
}

/** `area:number of ROIs` of one hemisphere, in order. */
function areasOf(rows: readonly Row[], prefix: string): string[] {
  const areas: { area: string; count: number }[] = [];
  for (const { name } of rows) {
    const [, area, number] = /^7Networks_[LR]H_(\w+)_(\d+)$/.exec(name) ?? [];
    const last = areas.at(-1);
    if (!name.startsWith(prefix) || area === undefined)
      throw new InputError({ problem: `"${name}" stands among the ROIs of ${prefix}` });
    if (last?.area === area) last.count++;
    else areas.push({ area, count: 1 });
    if (Number(number) !== areas.at(-1)?.count) throw new InputError({ problem: `"${name}" is numbered otherwise` });
  }
  return areas.map(({ area, count }) => `${area}:${count}`);
}

/** Words in lines of at most 116 characters, as the value of one key. */
function wrapped(key: string, words: readonly string[], glue: string): string {
  const lines = [''];
  for (const [i, word] of words.entries()) {
    const text = i < words.length - 1 ? word + glue : word;
    if (`${lines[lines.length - 1]} ${text}`.length > 116) lines.push('');
    lines[lines.length - 1] += lines[lines.length - 1] === '' ? text : ` ${text}`;
  }
  return `  ${key}: \`\n${lines.map((line) => `    ${line}`).join('\n')}\`,\n`;
}

const [seven, seventeen] = [readRows(process.argv[2] ?? ''), readRows(process.argv[3] ?? '')];
const parcels = seven.length;
const labels = new Map(seven.map(({ place }, i) => [place, String(i + 1)]));
if (labels.size !== parcels || parcels % 2 === 1) throw new InputError({ problem: 'two ROIs are in one place' });
const order = seventeen.map(({ place, name }) => {
  const label = labels.get(place);
  if (label === undefined) throw new InputError({ problem: `"${name}" is in no place of the other order` });
  return label;
});
if (order.length !== parcels || new Set(order).size !== parcels)
  throw new InputError({ problem: 'the two tables are of different parcels' });
process.stdout.write(
  `/** @file The ${parcels} parcels of Schaefer et al. 2018 (see schaefer.ts), made by scripts/schaefer-table.ts. */\n` +
    `import type { SchaeferTable } from './schaefer-table.ts';\n\n` +
    `export const SCHAEFER_${parcels}: SchaeferTable = {\n` +
    wrapped('left', areasOf(seven.slice(0, parcels / 2), '7Networks_LH_'), '') +
    wrapped('right', areasOf(seven.slice(parcels / 2), '7Networks_RH_'), '') +
    wrapped(
      'centroids',
      seven.map(({ place }) => place),
      ';',
    ) +
    wrapped('labelsIn17NetworkOrder', order, '') +
    '};\n',
);
