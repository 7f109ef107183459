/** @file Many matrices: added to, in parts, on threads, with bad ones among them; of single files and of stacks. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mergeDatasets } from '../../src/dataset/merge-datasets.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { dryRunOf } from '../../src/ingest/dry-run.ts';
import { ingest } from '../../src/ingest/ingest.ts';
import { type ConnectivityOptions, ingestConnectivity } from '../../src/ingest/ingest-connectivity.ts';
import { locateConnectivity } from '../../src/ingest/locate-connectivity.ts';
import { scratchFolder } from './scratch-folder.ts';

const { at } = scratchFolder('in');
const ROIS = 4;
/** Scan `n` is like no other; off the diagonal `change` has its way. */
const matrix = (n: number, change: (value: number) => number = (value) => value) =>
  Array.from({ length: ROIS * ROIS }, (_, k) => {
    const [i, j] = [Math.floor(k / ROIS), k % ROIS].sort();
    return i === j ? 1 : change(0.9 * Math.sin((n + 1) * (7 * i + j)));
  });
const name = (n: number) => `sub-${String(n).padStart(3, '0')}.npy`;
const put = (n: number, change?: (value: number) => number) =>
  writeFileSync(at('in', name(n)), encodeNpy(Float64Array.from(matrix(n, change)), [ROIS, ROIS]));
const putAll = (count: number) => {
  for (let n = 0; n < count; n++) put(n);
};
const putStack = (file: string, ...scans: number[]) =>
  writeFileSync(at(file), encodeNpy(Float64Array.from(scans.flatMap((n) => matrix(n))), [scans.length, ROIS, ROIS]));
const putIds = (file: string, ...ids: string[]) => writeFileSync(at(file), ids.join('\n'));

const run = (out: string, options: Partial<ConnectivityOptions> = {}) =>
  ingestConnectivity([at('in')], { out: at(out), ...options });
const runStacks = (out: string, files: string[], options: Partial<ConnectivityOptions> = {}) =>
  ingestConnectivity(
    files.map((file) => at(file)),
    { out: at(out), ...options },
  );
const described = (out: string) => JSON.parse(readFileSync(at(out, 'dataset.json'), 'utf8'));
/** All that a data set holds, apart from how it came about. */
function contents(out: string) {
  const { connectivitySha256, rois, counts, fcKind, atlas } = described(out);
  const file = readFileSync(at(out, 'connectivity.npy')).toString('hex');
  return { connectivitySha256, rois, counts, fcKind, atlas, file, scans: readFileSync(at(out, 'scans.tsv'), 'utf8') };
}

describe('threads', () => {
  test('any number of them makes the same data set, and a refusal is the sentence that it was', async () => {
    putAll(12);
    await run('one', { threads: 1 });
    await run('two', { threads: 2 });
    expect(contents('two')).toEqual(contents('one'));
    put(3, (value) => 5 * value);
    await expect(run('bad', { threads: 2 })).rejects.toThrow(
      /sub-003\.npy, row \d, column \d: the value is no correlation, expected -1 to 1/,
    );
  });
});

describe('bad matrices', () => {
  test('all are found, the first is explained, the others are named, and nothing is written', async () => {
    putAll(6);
    writeFileSync(at('in', name(0)), 'no array');
    put(4, () => 0);
    await expect(run('out')).rejects.toThrow(
      /sub-000\.npy: not a \.npy file \(1 more of 6 scans cannot be read: sub-004\.npy\), .*--skip-bad leaves such scans out\.$/,
    );
    expect(existsSync(at('out'))).toBe(false);
    expect(existsSync(at('out.reading'))).toBe(false);
  });

  test('--skip-bad leaves them out and says so, also when the first is among them', async () => {
    putAll(6);
    writeFileSync(at('in', name(0)), 'no array');
    put(4, () => 0);
    const { scans, rois, ingest: done, warnings } = await run('out', { skipBad: true });
    expect([scans, rois, done.read, done.left_out.map((left) => left.name)]).toEqual([4, 4, 4, [name(0), name(4)]]);
    expect(warnings[0]).toMatch(/^2 scans cannot be read and were left out: .*sub-000\.npy.*; .*no connectivity/);
    expect(described('out').reading.leftOut).toEqual(done.left_out);
  });

  test('of a stack the bad one alone is left out', async () => {
    const values = [0, 1, 2].flatMap((n) => matrix(n, n === 1 ? (value) => 5 * value : undefined));
    writeFileSync(at('fc.npy'), encodeNpy(Float64Array.from(values), [3, ROIS, ROIS]));
    putIds('ids.txt', 'a', 'b', 'c');
    const options = { ids: at('ids.txt') };
    await expect(runStacks('out', ['fc.npy'], options)).rejects.toThrow(/fc\.npy, matrix 2 \(b\), row 1, column 2/);
    const { scans, ingest: done } = await runStacks('out', ['fc.npy'], { ...options, skipBad: true });
    expect([scans, done.left_out.map((left) => left.name)]).toEqual([2, ['fc.npy#2']]);
    expect(readFileSync(at('out', 'scans.tsv'), 'utf8').match(/^[abc]\t/gm)).toEqual(['a\t', 'c\t']);
  });

  test("of a preprocessor's outputs one that is not whole is not passed over in silence", async () => {
    const names = Array.from({ length: ROIS }, (_, i) => `LH_${i}`);
    const file = (sub: string) => `sub-${sub}_task-rest_space-fsLR_seg-Glasser_stat-pearsoncorrelation_relmat.tsv`;
    const putRelmat = (sub: string, n: number) => {
      mkdirSync(at('in', `sub-${sub}`, 'func'), { recursive: true });
      const rows = names.map((name, i) => [name, ...matrix(n).slice(i * ROIS, (i + 1) * ROIS)].join('\t'));
      writeFileSync(
        at('in', `sub-${sub}`, 'func', file(sub)),
        ['Node', ...names].join('\t').concat('\n', rows.join('\n')),
      );
    };
    const generated = { Name: 'XCP-D', BIDSVersion: '1.8.0', GeneratedBy: [{ Name: 'xcp_d', Version: '0.10.0' }] };
    writeFileSync(at('in', 'dataset_description.json'), JSON.stringify(generated));
    putRelmat('01', 0);
    putRelmat('02', 1);
    await run('out', { fcKind: 'pearson' });
    putRelmat('03', 2);
    expect((await run('out', { fcKind: 'pearson', add: true })).ingest).toMatchObject({ read: 1, taken_over: 2 });
    const broken = at('in', 'sub-02', 'func', file('02'));
    rmSync(broken);
    symlinkSync('nowhere', broken);
    await expect(run('other')).rejects.toThrow(`${file('02')}: the link points to nothing`);
    const { scans, warnings } = await run('other', { skipBad: true });
    expect([scans, warnings[0]]).toEqual([
      2,
      expect.stringMatching(/^1 scan is not whole and was left out: .*points to nothing/),
    ]);
  });

  test('when the first twenty are all bad, nobody waits for the rest', async () => {
    for (let n = 0; n < 30; n++) writeFileSync(at('in', name(n)), 'no array');
    await expect(run('out', { skipBad: true })).rejects.toThrow('sub-000.npy: not a .npy file');
    await expect(run('out', { skipBad: true, atlas: '4' })).rejects.toThrow('sub-000.npy: not a .npy file');
  });
});

test('an ingest that was not finished keeps what it has read', async () => {
  putAll(60);
  put(41, () => 0);
  await expect(run('out')).rejects.toThrow(`; the others are kept in ${at('out.reading')} and not read again.`);
  put(41);
  const { scans, ingest: done } = await run('out');
  expect([scans, done]).toEqual([60, { read: 1, taken_over: 59, left_out: [] }]);
  expect(existsSync(at('out.reading'))).toBe(false);
  await run('again');
  expect(contents('out')).toEqual(contents('again'));
  await expect(run('out')).rejects.toThrow('exists already');
});

describe('--add', () => {
  test('reads what is new or changed, keeps the rest, also scans whose file is gone', async () => {
    putAll(5);
    await run('out', { fcKind: 'pearson' });
    rmSync(at('in', name(0)));
    put(2, (value) => value / 2);
    put(5);
    const later = new Date(Date.now() + 60_000);
    utimesSync(at('in', name(2)), later, later);
    utimesSync(at('in', name(3)), later, later);
    const { scans, ingest: done } = await run('out', { add: true, fcKind: 'pearson' });
    expect([scans, done]).toEqual([6, { read: 2, taken_over: 4, left_out: [] }]);
    put(0);
    await run('again', { fcKind: 'pearson' });
    expect(contents('out')).toEqual(contents('again'));
  });

  test('what the diagonals were is known after all', async () => {
    put(0, (value) => value);
    writeFileSync(
      at('in', name(1)),
      encodeNpy(
        Float64Array.from(matrix(1), (v) => (v === 1 ? 0 : v)),
        [ROIS, ROIS],
      ),
    );
    await run('out');
    put(2);
    const { warnings } = await run('out', { add: true });
    expect(warnings).toContain('the diagonal was 0 in 1 of 3 scans; it is 1 now');
  });

  test('a second stack of the same people, and the first not read again though it was touched', async () => {
    putStack('one.npy', 0, 1);
    putStack('two.npy', 2, 3);
    putIds('ids.txt', 'a', 'b');
    putIds('more.txt', 'a', 'b');
    const ids = { ids: at('ids.txt') };
    await runStacks('out', ['one.npy'], { ...ids, sessions: ['1'] });
    const later = new Date(Date.now() + 60_000);
    utimesSync(at('one.npy'), later, later);
    const both = { ids: at('more.txt'), sessions: ['1', '2'] };
    const { ingest: done } = await runStacks('out', ['one.npy', 'two.npy'], { ...both, add: true });
    expect(done).toEqual({ read: 2, taken_over: 2, left_out: [] });
    await runStacks('again', ['one.npy', 'two.npy'], { ...ids, sessions: ['1', '2'] });
    expect(contents('out')).toEqual(contents('again'));
    // Alone, it is added to what is there.
    await runStacks('one', ['one.npy'], { ...ids, sessions: ['1'] });
    await runStacks('one', ['two.npy'], { ...ids, sessions: ['2'], add: true });
    expect(contents('one')).toEqual(contents('again'));
  });

  test('refuses another kind, another atlas, another reading, and series', async () => {
    putAll(3);
    await run('out', { fcKind: 'pearson' });
    const add = (options: Partial<ConnectivityOptions>) => run('out', { add: true, fcKind: 'pearson', ...options });
    await expect(add({ fcKind: 'partial' })).rejects.toThrow(
      `${at('out')}: its scans were read in another way (fcKind), expected "pearson", found "partial"; pass the same`,
    );
    await expect(add({ fisherZ: true })).rejects.toThrow('its scans were read in another way (fisherZ)');
    await expect(add({ atlas: '5' })).rejects.toThrow('its scans are of another atlas, expected rois4, found rois5');
    await expect(ingest([at('in')], { out: at('out'), add: true, atlas: '4' })).rejects.toThrow(
      `${at('out')}: the data set holds another content, expected series, found connectivity; ingest the new scans`,
    );
  });
});

describe('--shard', () => {
  test('parts that are merged are what one ingest had made, in whatever order they are named', async () => {
    putAll(11);
    await run('whole', { fcKind: 'partial' });
    for (const part of [1, 2, 3]) await run(`part${part}`, { shard: { part, parts: 3 }, fcKind: 'partial' });
    const { warnings } = await mergeDatasets([at('part3'), at('part1'), at('part2')], { out: at('merged') });
    expect(contents('merged')).toEqual(contents('whole'));
    expect(warnings.filter((warning) => warning.includes('shard'))).toEqual([]);
  });

  test('more parts than scans are refused', async () => {
    putAll(2);
    await expect(run('out', { shard: { part: 3, parts: 3 } })).rejects.toThrow(
      '--shard 3/3: no scan is left for this part, found 2 scans; ask for as many parts as there are scans, or fewer.',
    );
  });

  test('so are parts of stacks', async () => {
    putStack('one.npy', 0, 1, 2);
    putStack('two.npy', 3, 4, 5);
    putIds('ids.txt', 'a', 'b', 'c');
    const options = { ids: at('ids.txt'), sessions: ['x', 'y'] };
    await runStacks('whole', ['one.npy', 'two.npy'], options);
    for (const part of [1, 2])
      await runStacks(`part${part}`, ['one.npy', 'two.npy'], { ...options, shard: { part, parts: 2 } });
    await mergeDatasets([at('part2'), at('part1')], { out: at('merged') });
    expect(contents('merged')).toEqual(contents('whole'));
    expect(described('merged').sources).toHaveLength(6);
  });
});

describe('--dry-run', () => {
  const dryRun = async (sources: string[], options: Parameters<typeof locateConnectivity>[1] = {}) =>
    dryRunOf(
      (
        await locateConnectivity(
          sources.map((source) => at(source)),
          options,
        )
      ).located,
    );

  test('counts the matrices of stacks, and says in which order they are taken', async () => {
    putStack('one.npy', 0, 1);
    putIds('ids.txt', 'a', 'b');
    const { scans, participants, notes } = await dryRun(['one.npy'], { ids: at('ids.txt') });
    expect(scans.map(({ scan_id, file }) => [scan_id, file])).toEqual([
      ['a', 'one.npy#1'],
      ['b', 'one.npy#2'],
    ]);
    expect(participants).toBe(2);
    expect(notes).toEqual([
      `2 matrices were taken in the order of ${at('ids.txt')}: a stack does not say whose they are`,
    ]);
  });

  test('names the rows and files that do not meet', async () => {
    putAll(2);
    writeFileSync(at('who.csv'), 'participant_id,dx\nsub-000,1\nsub-009,0\n');
    const found = await dryRun(['in'], { participants: at('who.csv'), allowMissing: true });
    expect(found.scans.map(({ file }) => file)).toEqual([name(0)]);
    expect(found.rows_without_file[0]).toContain('sub-009');
    expect(found.files_without_row).toEqual([name(1)]);
    expect(found.phenotype_columns).toEqual(['dx']);
  });
});
