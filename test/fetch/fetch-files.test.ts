import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FetchOptions, fetchMissing, takeStock } from '../../src/fetch/fetch-files.ts';
import type { RemoteFile } from '../../src/fetch/remote-file.ts';
import { remoteSize, remoteText } from '../../src/fetch/remote-sizes.ts';
import { takeLock } from '../../src/files/directory-lock.ts';
import { newOwner } from '../../src/files/lock-owner.ts';
import { type Behaviour, type FaultyServer, HASTE, sendFile, serve } from './faulty-server.ts';

const bodyOf = (name: string) => new TextEncoder().encode(`#1\t#2\n${name}\n`.repeat(50));
const honest: Behaviour = (response, asked) => sendFile(response, asked, bodyOf(asked.path));

let folder: string;
let server: FaultyServer;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'brainmass-fetch-')), 'new', 'folder');
});
afterEach(async () => {
  await server.close();
  rmSync(join(folder, '..', '..'), { recursive: true });
});

/** `n` files, of which those named in `optional` may be absent. */
const files = (n: number, optional: readonly number[] = []): RemoteFile[] =>
  Array.from({ length: n }, (_, i) => {
    const place = { host: 'https://unused.example/', path: `cpac/f${i}.1D` };
    return { name: `f${i}.1D`, ...place, kind: 'text', atMost: 1e5, required: !optional.includes(i) };
  });

async function fetchAll(wanted: readonly RemoteFile[], options: FetchOptions = {}) {
  const stock = await takeStock(wanted, folder);
  return fetchMissing(stock, folder, { mirror: server.base, patience: HASTE, ...options });
}

const manifest = () =>
  JSON.parse(readFileSync(join(folder, 'fetched.json'), 'utf8')) as { files: Record<string, unknown> };

describe('many files', () => {
  test('come four at a time, each once, and are noted', async () => {
    let open = 0;
    let most = 0;
    server = await serve((response, asked) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        sendFile(response, asked, bodyOf(asked.path));
      }, 10);
    });
    const reports: [number, number][] = [];
    const progress = (done: number, total: number) => reports.push([done, total]);
    const outcome = await fetchAll(files(12), { progress });
    expect(most).toBe(4);
    const bytes = files(12).reduce((sum, { path }) => sum + bodyOf(`/${path}`).length, 0);
    expect(outcome).toEqual({ files: 12, bytes, checks: { size: 12 }, absent: [] });
    expect(reports[0]).toEqual([0, 12]);
    expect(reports.at(-1)).toEqual([12, 12]);
    expect(readdirSync(folder)).toHaveLength(13);
    const entry = manifest().files['f3.1D'];
    expect(entry).toEqual({
      url: `${server.base}cpac/f3.1D`,
      bytes: bodyOf('/cpac/f3.1D').length,
      sha256: createHash('sha256').update(bodyOf('/cpac/f3.1D')).digest('hex'),
      check: 'size',
      date: expect.stringMatching(/^20\d\d-\d\d-\d\dT/),
    });
  });

  test('that are whole are left alone; lost, cut and changed ones come again', async () => {
    server = await serve(honest);
    await fetchAll(files(5));
    const first = server.asked.length;
    expect((await takeStock(files(5), folder)).missing).toEqual([]);
    expect(await fetchAll(files(5))).toMatchObject({ files: 0 });
    expect(server.asked).toHaveLength(first);
    rmSync(join(folder, 'f0.1D'));
    writeFileSync(join(folder, 'f1.1D'), 'x'.repeat(bodyOf('/cpac/f1.1D').length));
    expect((await takeStock(files(5), folder)).missing.map(({ name }) => name)).toEqual(['f0.1D', 'f1.1D']);
    await expect(fetchAll(files(5))).rejects.toThrow(/f1\.1D: a different file of this name/);
    expect(await fetchAll(files(5), { overwrite: true })).toMatchObject({ files: 1 });
    expect((await takeStock(files(5), folder)).missing).toEqual([]);
  });

  test('after the first failure no more are asked for, and what came is kept', async () => {
    server = await serve((response, asked) =>
      asked.path.includes('f20.') ? response.writeHead(403).end() : sendFile(response, asked, bodyOf(asked.path)),
    );
    await expect(fetchAll(files(60))).rejects.toThrow(/f20\.1D: the server answers 403/);
    expect(server.asked.length).toBeLessThan(45);
    const came = readdirSync(folder).filter((name) => /^f\d+\.1D$/.test(name));
    expect(came.length).toBeGreaterThan(0);
    expect(Object.keys(manifest().files).sort()).toEqual(came.sort());
    for (const name of came) expect(new Uint8Array(readFileSync(join(folder, name)))).toEqual(bodyOf(`/cpac/${name}`));
    await server.close();
    server = await serve(honest);
    expect(await fetchAll(files(60))).toMatchObject({ files: 60 - came.length });
  });

  test('into a folder that another process fetches into are refused; when that has died, they come', async () => {
    server = await serve(honest);
    mkdirSync(folder, { recursive: true });
    const other = newOwner();
    takeLock(folder, other);
    await expect(fetchAll(files(3))).rejects.toThrow(`${folder}: another process works in it (process ${process.pid}`);
    writeFileSync(join(folder, 'lock.json'), JSON.stringify({ ...other, pid: 2 ** 22 + 1 }));
    expect(await fetchAll(files(3))).toMatchObject({ files: 3 });
    expect(readdirSync(folder)).not.toContain('lock.json');
  });

  test('that the server lacks are named, when nothing depends on them', async () => {
    server = await serve((response, asked) =>
      /f[12]\./.test(asked.path) ? response.writeHead(404).end() : sendFile(response, asked, bodyOf(asked.path)),
    );
    const outcome = await fetchAll(files(4, [1, 2]));
    expect(outcome.files).toBe(2);
    expect([...outcome.absent].sort()).toEqual(['f1.1D', 'f2.1D']);
    await expect(fetchAll(files(4, [1]))).rejects.toThrow(/f2\.1D: the server answers 404/);
  });

  test('do not begin when the disk has no room', async () => {
    server = await serve(honest);
    await expect(fetchAll(files(2), { expected: 1e17 })).rejects.toThrow(
      /the disk has no room for the files, expected 100000000000\.0 MB/,
    );
    expect(server.asked).toEqual([]);
  });

  test('may have folders of their own', async () => {
    server = await serve(honest);
    const below = files(3).map((file, i) => ({ ...file, name: `deep/${i}/${file.name}` }));
    expect(await fetchAll(below)).toMatchObject({ files: 3 });
    expect(readdirSync(join(folder, 'deep', '1'))).toEqual(['f1.1D']);
    expect((await takeStock(below, folder)).missing).toEqual([]);
  });

  test.each(['', '{', '[]', '{"format":1}', '{"format":2,"files":{}}', '{"format":1,"files":{"a":{}}}'])(
    'a manifest that is none (%s)',
    async (text) => {
      server = await serve(honest);
      await fetchAll(files(1));
      writeFileSync(join(folder, 'fetched.json'), text);
      await expect(takeStock(files(1), folder)).rejects.toThrow(/fetched\.json: this is not a list .* remove it/);
    },
  );
});

describe('before anything is fetched', () => {
  test('sizes are asked for, of a dozen when there are many', async () => {
    server = await serve(honest);
    const options = { mirror: server.base, patience: HASTE };
    const sum = (n: number) => files(n).reduce((total, { path }) => total + bodyOf(`/${path}`).length, 0);
    expect(await remoteSize(files(5), options)).toEqual({ bytes: sum(5), exact: true });
    expect(server.asked.every(({ method }) => method === 'HEAD')).toBe(true);
    const many = await remoteSize(files(90), options);
    expect(server.asked).toHaveLength(5 + 12);
    expect(many?.exact).toBe(false);
    expect(Math.abs((many?.bytes ?? 0) / sum(90) - 1)).toBeLessThan(0.05);
    expect(existsSync(folder)).toBe(false);
  });

  test('a server may not say, or not have one', async () => {
    server = await serve((response) => response.writeHead(200).end());
    expect(await remoteSize(files(3), { mirror: server.base, patience: HASTE })).toBeUndefined();
    await server.close();
    server = await serve((response) => response.writeHead(404).end());
    expect(await remoteSize(files(1, [0]), { mirror: server.base, patience: HASTE })).toEqual({
      bytes: 0,
      exact: true,
    });
    await expect(remoteSize(files(1), { mirror: server.base, patience: HASTE })).rejects.toThrow(
      /the server answers 404/,
    );
  });

  test('a table is read without being kept', async () => {
    server = await serve((response, asked, n) => {
      if (n > 0) return sendFile(response, asked, bodyOf(asked.path));
      response.writeHead(200, { 'content-length': 500 });
      response.write('half', () => setTimeout(() => response.destroy(), 5));
    });
    const options = { mirror: server.base, patience: HASTE };
    const [file] = files(1);
    expect(new Uint8Array(await remoteText(file, options))).toEqual(bodyOf('/cpac/f0.1D'));
    await expect(remoteText({ ...file, atMost: 99 }, options)).rejects.toThrow('more than this table can hold');
    await server.close();
    server = await serve((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    await expect(remoteText(file, { ...options, mirror: server.base })).rejects.toThrow(
      'a web page came instead of a table',
    );
    await server.close();
    server = await serve((response) => response.writeHead(404).end());
    await expect(remoteText(file, { ...options, mirror: server.base })).rejects.toThrow('the server answers 404');
  });
});
