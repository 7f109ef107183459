import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mergeDatasets } from '../../src/dataset/merge-datasets.ts';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { takeLock } from '../../src/files/directory-lock.ts';
import { newOwner } from '../../src/files/lock-owner.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { type IngestOptions, ingest } from '../../src/ingest/ingest.ts';
import { parseShard, shardOf } from '../../src/ingest/shard.ts';
import { scratchFolder } from './scratch-folder.ts';

const { at } = scratchFolder('in');
const ROIS = 4;
/** Scan `n` is like no other. */
function put(n: number, timepoints = 20 + (n % 7)): void {
  const values = Float32Array.from({ length: timepoints * ROIS }, (_, i) => Math.sin((n + 1) * (i + 1) ** 2) * 10);
  writeFileSync(at('in', name(n)), encodeNpy(values, [timepoints, ROIS]));
}
const name = (n: number) => `sub-${String(n).padStart(3, '0')}.npy`;
const putAll = (count: number) => {
  for (let n = 0; n < count; n++) put(n);
};
const spoil = (n: number) => writeFileSync(at('in', name(n)), 'no array');

const run = (out: string, options: Partial<IngestOptions> = {}) => ingest([at('in')], { out: at(out), ...options });
/** All that a data set holds, apart from how it came about. */
function contents(out: string) {
  const { timeseriesSha256, rois, counts } = JSON.parse(readFileSync(at(out, 'dataset.json'), 'utf8'));
  return { timeseriesSha256, rois, counts, scans: readFileSync(at(out, 'scans.tsv'), 'utf8') };
}

describe('threads', () => {
  test('any number of them makes the same data set', async () => {
    putAll(30);
    await run('one', { threads: 1 });
    await run('three', { threads: 3 });
    expect(contents('three')).toEqual(contents('one'));
  });

  test('a refusal comes back from another thread as the sentence that it was', async () => {
    putAll(3);
    spoil(1);
    await expect(run('out', { threads: 2, atlas: '4' })).rejects.toThrow(
      `${at('in', name(1))}: not a .npy file, expected the bytes \\x93NUMPY at its start.`,
    );
    expect(existsSync(at('out'))).toBe(false);
  });
});

describe('bad scans', () => {
  test('all are found, the first is explained, the others are named, and nothing is written', async () => {
    putAll(6);
    spoil(1);
    put(4, 12);
    await expect(run('out', { atlas: '4' })).rejects.toThrow(
      /sub-001\.npy: not a \.npy file \(1 more of 6 scans cannot be read: sub-004\.npy\), .*--skip-bad leaves such scans out\.$/,
    );
    expect(existsSync(at('out'))).toBe(false);
    expect(existsSync(at('out.reading'))).toBe(false);
  });

  test('--skip-bad leaves them out and says so, in the report and in dataset.json', async () => {
    putAll(6);
    spoil(1);
    put(4, 12);
    const { scans, ingest: done, warnings } = await run('out', { atlas: '4', skipBad: true });
    expect([scans, done.read, done.left_out.map((left) => left.name)]).toEqual([4, 4, [name(1), name(4)]]);
    expect(warnings[0]).toMatch(
      /^2 scans cannot be read and were left out: .*sub-001\.npy: not a \.npy file.*; .*too short/,
    );
    const { reading } = JSON.parse(readFileSync(at('out', 'dataset.json'), 'utf8'));
    expect(reading.leftOut).toEqual(done.left_out);
  });

  test('when the first twenty are all bad, nobody waits for the rest', async () => {
    putAll(30);
    for (let n = 0; n < 30; n++) spoil(n);
    await expect(run('out', { atlas: '4', skipBad: true })).rejects.toThrow('(19 more of 20 scans cannot be read: ');
  });
});

describe('an ingest that was not finished', () => {
  test('keeps what it has read, and the next one reads only the rest', async () => {
    putAll(60);
    spoil(41);
    await expect(run('out', { atlas: '4' })).rejects.toThrow(
      `; --skip-bad leaves such scans out; the others are kept in ${at('out.reading')} and not read again.`,
    );
    put(41);
    const { scans, ingest: done } = await run('out', { atlas: '4' });
    expect([scans, done]).toEqual([60, { read: 1, taken_over: 59, left_out: [] }]);
    expect(existsSync(at('out.reading'))).toBe(false);
    await run('again', { atlas: '4' });
    for (const file of ['timeseries.npy', 'scans.tsv', 'dataset.json'])
      expect(readFileSync(at('out', file)).equals(readFileSync(at('again', file)))).toBe(true);
  });

  test('what it left beside the data set when it was killed is removed by the next one', async () => {
    putAll(50);
    for (const left of ['.out.partial-123-mwqms5vy', '.other.partial-123-mwqms5vy', '.out.mine']) mkdirSync(at(left));
    await run('out', { atlas: '4' });
    expect(readdirSync(at()).sort()).toEqual(['.other.partial-123-mwqms5vy', '.out.mine', 'in', 'out']);
  });

  test('what it was writing when the machine stopped is read anew', async () => {
    putAll(60);
    spoil(41);
    await expect(run('out', { atlas: '4' })).rejects.toThrow();
    const lines = at('out.reading', 'scans.jsonl');
    const text = readFileSync(lines, 'utf8').split('\n').slice(0, 30).join('\n');
    writeFileSync(lines, text.slice(0, -20));
    put(41);
    expect((await run('out', { atlas: '4' })).ingest).toEqual({ read: 31, taken_over: 29, left_out: [] });
    await run('again', { atlas: '4' });
    expect(contents('out')).toEqual(contents('again'));
  });

  test('series that were damaged meanwhile are not taken over, nor what was read by other rules', async () => {
    putAll(60);
    spoil(41);
    await expect(run('out', { atlas: '4' })).rejects.toThrow();
    const series = readFileSync(at('out.reading', 'series.f32'));
    series[series.length >> 1] ^= 1;
    writeFileSync(at('out.reading', 'series.f32'), series);
    put(41);
    expect((await run('out', { atlas: '4', skipBad: true })).ingest.taken_over).toBeLessThan(40);
    spoil(41);
    await expect(run('out2', { atlas: '4' })).rejects.toThrow();
    put(41);
    expect((await run('out2', { atlas: '4', layout: 'time-roi' })).ingest).toMatchObject({ read: 60, taken_over: 0 });
  });

  test('two at a time are refused', async () => {
    putAll(50);
    mkdirSync(at('out.reading'));
    takeLock(at('out.reading'), newOwner());
    await expect(run('out', { atlas: '4' })).rejects.toThrow(
      `${at('out.reading')}: another process works in it (process`,
    );
  });
});

describe('--add', () => {
  test('reads what is new or changed, keeps the rest, also scans whose file is gone', async () => {
    putAll(5);
    await run('out');
    rmSync(at('in', name(0)));
    put(2, 33);
    put(5);
    const later = new Date(Date.now() + 60_000);
    utimesSync(at('in', name(3)), later, later);
    const { scans, ingest: done } = await run('out', { add: true });
    expect([scans, done]).toEqual([6, { read: 2, taken_over: 4, left_out: [] }]);
    put(0);
    await run('again');
    expect(contents('out')).toEqual(contents('again'));
  });

  test('takes phenotypes from the table as it is now', async () => {
    putAll(3);
    const table = (rows: string[]) => writeFileSync(at('p.tsv'), ['participant_id\tdx', ...rows, ''].join('\n'));
    table(['sub-000\t1', 'sub-001\t0', 'sub-002\t1']);
    await run('out', { participants: at('p.tsv') });
    put(3);
    table(['sub-000\t0', 'sub-001\t0', 'sub-002\t1', 'sub-003\t1']);
    const { ingest: done } = await run('out', { add: true, participants: at('p.tsv') });
    expect(done).toMatchObject({ read: 1, taken_over: 3 });
    const dataset = openDataset(at('out'));
    dataset.close();
    expect(dataset.scans.map(({ phenotype }) => phenotype.dx)).toEqual(['0', '0', '1', '1']);
  });

  test('without a table what is known of the scans stays, also of one that is read anew', async () => {
    putAll(3);
    const rows = ['id\tfile\tsession\tsite\ttr\tdx', ...[0, 1, 2].map((n) => `p${n}\t${name(n)}\ts\tA\t2\t${n}`), ''];
    writeFileSync(at('p.tsv'), rows.join('\n'));
    await run('out', { participants: at('p.tsv') });
    put(1, 33);
    put(3);
    expect((await run('out', { add: true })).ingest).toMatchObject({ read: 2, taken_over: 2 });
    const dataset = openDataset(at('out'));
    dataset.close();
    const known = dataset.scans.map(({ scanId, site, tr, phenotype }) => [scanId, site, tr, phenotype.dx]);
    expect(known).toEqual([
      ['p0_s', 'A', 2, '0'],
      ['p1_s', 'A', 2, '1'],
      ['p2_s', 'A', 2, '2'],
      ['sub-003', '', undefined, ''],
    ]);
  });

  test('refuses scans that would be read in another way or are of another atlas', async () => {
    putAll(3);
    await run('out');
    await expect(run('out', { add: true, layout: 'time-roi' })).rejects.toThrow(
      `${at('out')}: its scans were read in another way (layout), expected "auto", found "time-roi"; pass the same options`,
    );
    await expect(run('out', { add: true, atlas: '5' })).rejects.toThrow(
      `${at('out')}: its scans are of another atlas, expected rois4, found rois5;`,
    );
  });

  test('without a data set makes one', async () => {
    putAll(3);
    expect((await run('out', { add: true })).ingest).toEqual({ read: 3, taken_over: 0, left_out: [] });
  });
});

describe('shards', () => {
  test('merged again are what one ingest had made, in whatever order they are named', async () => {
    putAll(11);
    await run('whole');
    for (const part of [1, 2, 3]) await run(`part${part}`, { shard: { part, parts: 3 } });
    const { warnings } = await mergeDatasets([at('part3'), at('part1'), at('part2')], { out: at('merged') });
    expect(contents('merged')).toEqual(contents('whole'));
    expect(warnings).toEqual(openInspection(await run('whole', { overwrite: true })));
  });

  test('one that is not there is missed', async () => {
    putAll(6);
    for (const part of [1, 3]) await run(`part${part}`, { shard: { part, parts: 3 } });
    const { warnings } = await mergeDatasets([at('part1'), at('part3')], { out: at('merged') });
    expect(warnings[0]).toBe('of 3 shards, 2 is not there');
  });

  test('cover everything once', () => {
    const all = Array.from({ length: 17 }, (_, i) => i);
    const parts = [1, 2, 3, 4, 5].map((part) => shardOf(all, { part, parts: 5 }));
    expect(parts.flat().sort((a, b) => a - b)).toEqual(all);
    expect(parts.map((part) => part.length)).toEqual([4, 4, 3, 3, 3]);
  });

  test.each(['0/3', '4/3', '3', '1/0', 'a/b', '-1/3', '1/3/5'])('%s is no part of a whole', (text) => {
    expect(() => parseShard(text)).toThrow(
      `--shard ${text}: this is no part of a whole, expected i/n with i from 1 to n`,
    );
  });
});

const openInspection = ({ warnings }: { warnings: readonly string[] }) => warnings;

describe('merge', () => {
  test('refuses what does not belong together', async () => {
    putAll(3);
    await run('one');
    await run('other', { layout: 'time-roi' });
    const merge = (...parts: string[]) =>
      mergeDatasets(
        parts.map((part) => at(part)),
        { out: at('merged') },
      );
    await expect(merge('one')).rejects.toThrow(
      'there is nothing to merge, expected two data sets or more; name them all.',
    );
    await expect(merge('one', 'one')).rejects.toThrow(`${at('one')}: the data set is named twice.`);
    const other = `${at()}/./one/`;
    await expect(mergeDatasets([at('one'), other], { out: at('out') })).rejects.toThrow(
      `${other}: the data set is named`,
    );
    await expect(merge('one', 'merged')).rejects.toThrow(`${at('merged')}: there is no such data set`);
    await expect(merge('one', 'other')).rejects.toThrow(
      `${at('other')}: its scans were read in another way than those of ${at('one')} (layout), expected "auto", found "time-roi"; ingest them with the same options, or pass --mixed to join them all the same.`,
    );
    await expect(mergeDatasets([at('one'), at('other')], { out: at('merged'), mixed: true })).rejects.toThrow(
      'the scan id "sub-000" occurs twice',
    );
    expect(existsSync(at('merged'))).toBe(false);
    expect(statSync(at('one')).isDirectory()).toBe(true);
  });
});
