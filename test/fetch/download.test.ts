import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { download } from '../../src/fetch/download.ts';
import type { Patience } from '../../src/fetch/persist.ts';
import type { RemoteFile } from '../../src/fetch/remote-file.ts';
import {
  type Asked,
  type Behaviour,
  breakOff,
  type FaultyServer,
  HASTE,
  rangeStart,
  sendFile,
  serve,
} from './faulty-server.ts';

const TEXT = new TextEncoder().encode(Array.from({ length: 4000 }, (_, i) => `${i}\t${(i * 37) % 101}\n`).join(''));
const GZIP = gzipSync(TEXT);
const hash = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');

let folder: string;
let server: FaultyServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brainmass-download-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

interface Wanted extends Partial<RemoteFile> {
  readonly overwrite?: boolean;
  readonly patience?: Patience;
}

/** Fetches `a.txt` (or another file) from a server that behaves so. */
async function fetchFrom(behaviour: Behaviour, { overwrite = false, patience = HASTE, ...wanted }: Wanted = {}) {
  await server?.close();
  server = await serve(behaviour);
  const file: RemoteFile = {
    name: 'a.txt',
    host: 'https://unused.example/',
    path: 'folder/a.txt',
    kind: 'text',
    atMost: 1e6,
    required: true,
    ...wanted,
  };
  const { signal } = new AbortController();
  return download(file, folder, { mirror: server.base, patience, signal, overwrite });
}

/** Hangs up after so many bytes of the text (or of another body) have arrived. */
function hangUp(
  response: ServerResponse,
  asked: Asked,
  bytes: number,
  body = TEXT,
  headers: Record<string, string> = { etag: '"one"' },
): void {
  const size = () => statSync(join(folder, 'a.txt.part'), { throwIfNoEntry: false })?.size ?? 0;
  breakOff(response, asked, body, { bytes, headers, arrived: (all) => size() >= all });
}

const fetched = (name = 'a.txt') => new Uint8Array(readFileSync(join(folder, name)));
const whole = { bytes: TEXT.length, sha256: hash('sha256', TEXT), check: 'size' };

describe('what comes whole', () => {
  test('gets its name, with nothing left beside it; data is asked for unpacked', async () => {
    expect(await fetchFrom((response, asked) => sendFile(response, asked, TEXT))).toEqual(whole);
    expect(fetched()).toEqual(TEXT);
    expect(readdirSync(folder)).toEqual(['a.txt']);
    expect(server?.asked).toMatchObject([{ path: '/folder/a.txt', range: undefined, encoding: 'identity' }]);
  });

  test('is followed through a redirection', async () => {
    const outcome = await fetchFrom((response, asked) => {
      if (asked.path === '/there') sendFile(response, asked, TEXT);
      else response.writeHead(302, { location: '/there' }).end();
    });
    expect(outcome).toEqual(whole);
  });

  test('may come without its length', async () => {
    const outcome = await fetchFrom((response) => {
      response.writeHead(200);
      response.write(TEXT.subarray(0, 100));
      response.end(TEXT.subarray(100));
    });
    expect(outcome).toEqual(whole);
  });

  test('may come packed although not asked to', async () => {
    const outcome = await fetchFrom((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': GZIP.length }).end(GZIP);
    });
    expect(outcome).toEqual(whole);
  });
});

describe('going on', () => {
  test('takes the rest after each break, by Range and If-Range', async () => {
    const outcome = await fetchFrom((response, asked, n) => {
      if (n < 6) hangUp(response, asked, 3000);
      else sendFile(response, asked, TEXT);
    });
    expect(outcome).toEqual(whole);
    expect(fetched()).toEqual(TEXT);
    // More breaks than tries in a row: each brought something.
    const ranges = server?.asked.map(({ range, ifRange }) => [range, ifRange]) ?? [];
    expect(ranges).toHaveLength(7);
    expect(ranges.slice(0, 3)).toEqual([
      [undefined, undefined],
      ['bytes=3000-', '"one"'],
      ['bytes=6000-', '"one"'],
    ]);
  });

  test('goes on in another call, with what a killed one left', async () => {
    await expect(
      fetchFrom((response, asked, n) => (n === 0 ? hangUp(response, asked, 5000) : response.destroy())),
    ).rejects.toThrow(/the connection broke off.*goes on where it stopped/);
    expect(readdirSync(folder).sort()).toEqual(['a.txt.part', 'a.txt.part.json']);
    // The same address again: another port would be another server.
    const note = JSON.parse(readFileSync(join(folder, 'a.txt.part.json'), 'utf8')) as { address: string };
    await server?.close();
    server = await serve((response, asked) => sendFile(response, asked, TEXT));
    writeFileSync(join(folder, 'a.txt.part.json'), JSON.stringify({ ...note, address: `${server.base}folder/a.txt` }));
    const file = {
      name: 'a.txt',
      host: server.base,
      path: 'folder/a.txt',
      kind: 'text',
      atMost: 1e6,
      required: true,
    } as const;
    const { signal } = new AbortController();
    expect(await download(file, folder, { mirror: undefined, patience: HASTE, signal, overwrite: false })).toEqual(
      whole,
    );
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=5000-']);
    expect(fetched()).toEqual(TEXT);
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });

  test.each([
    [
      'a server that ignores ranges',
      (): Behaviour => (response, asked, n) =>
        n === 0 ? hangUp(response, asked, 3000) : sendFile(response, { ...asked, range: undefined }, TEXT),
    ],
    [
      'a file that has changed (200 for If-Range)',
      (): Behaviour => (response, asked, n) =>
        n === 0
          ? hangUp(
              response,
              asked,
              3000,
              TEXT.map((byte) => byte ^ 1),
              { etag: '"old"' },
            )
          : sendFile(response, asked, TEXT),
    ],
    [
      'a file that has changed, by a server that ignores If-Range',
      (): Behaviour => (response, asked, n) =>
        n === 0
          ? hangUp(
              response,
              asked,
              3000,
              TEXT.map((byte) => byte ^ 1),
              { etag: '"old"' },
            )
          : sendFile(response, { ...asked, ifRange: undefined }, TEXT),
    ],
    [
      'a range from elsewhere',
      (): Behaviour => (response, asked, n) => {
        if (n === 0) hangUp(response, asked, 3000);
        else if (rangeStart(asked) === undefined) sendFile(response, asked, TEXT);
        else {
          // Of the right length, so that only its place tells.
          const body = TEXT.subarray(10, 10 + TEXT.length - 3000);
          const range = `bytes 10-${9 + body.length}/${TEXT.length}`;
          response.writeHead(206, { etag: '"one"', 'content-range': range, 'content-length': body.length }).end(body);
        }
      },
    ],
    [
      'a range of another length',
      (): Behaviour => (response, asked, n) => {
        if (n === 0) hangUp(response, asked, 3000);
        else if (rangeStart(asked) === undefined) sendFile(response, asked, TEXT);
        else sendFile(response, asked, TEXT.subarray(0, 9000));
      },
    ],
    [
      '416',
      (): Behaviour => (response, asked, n) => {
        if (n === 0) hangUp(response, asked, 3000);
        else if (rangeStart(asked) === undefined) sendFile(response, asked, TEXT);
        else response.writeHead(416).end();
      },
    ],
  ])('starts anew with %s', async (_, behaviour) => {
    expect(await fetchFrom(behaviour())).toEqual(whole);
    expect(fetched()).toEqual(TEXT);
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });

  test('does not go on without a name of the version, nor with a weak one', async () => {
    for (const headers of [{}, { etag: 'W/"one"' }]) {
      const outcome = await fetchFrom((response, asked, n) => {
        if (n === 0) hangUp(response, asked, 3000, TEXT, headers);
        else response.writeHead(200, { ...headers, 'content-length': TEXT.length }).end(TEXT);
      });
      expect(outcome).toEqual(whole);
      expect(server?.asked.map(({ range }) => range)).toEqual([undefined, undefined]);
    }
  });

  test('goes on by the date where there is no ETag', async () => {
    const date = 'Mon, 16 Sep 2019 08:00:00 GMT';
    const outcome = await fetchFrom((response, asked, n) => {
      const headers = { 'last-modified': date };
      if (n === 0) return hangUp(response, asked, 3000, TEXT, headers);
      const from = rangeStart(asked) ?? 0;
      const range = `bytes ${from}-${TEXT.length - 1}/${TEXT.length}`;
      response.writeHead(206, { ...headers, 'content-range': range }).end(TEXT.subarray(from));
    });
    expect(outcome).toEqual(whole);
    expect(server?.asked[1]).toMatchObject({ range: 'bytes=3000-', ifRange: date });
  });

  test('a part or a note that somebody spoilt is not gone on with', async () => {
    for (const note of ['', '{', '[]', '{"address":3}']) {
      writeFileSync(join(folder, 'a.txt.part'), 'nonsense');
      writeFileSync(join(folder, 'a.txt.part.json'), note);
      expect(await fetchFrom((response, asked) => sendFile(response, asked, TEXT))).toEqual(whole);
      expect(fetched()).toEqual(TEXT);
      rmSync(join(folder, 'a.txt'));
    }
  });
});

describe('trying again', () => {
  test.each([500, 503, 429, 408])('after %i', async (status) => {
    const outcome = await fetchFrom((response, asked, n) =>
      n < 2 ? response.writeHead(status, { 'retry-after': '0' }).end('busy') : sendFile(response, asked, TEXT),
    );
    expect(outcome).toEqual(whole);
    expect(server?.asked).toHaveLength(3);
  });

  test('ends, saying how often and what to do', async () => {
    await expect(fetchFrom((response) => response.writeHead(503).end())).rejects.toThrow(
      /folder\/a\.txt: the server answers 503, 3 times; try the same command again later/,
    );
    expect(server?.asked).toHaveLength(3);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('does not wait for longer than is sensible', async () => {
    await expect(fetchFrom((response) => response.writeHead(429, { 'retry-after': '3600' }).end())).rejects.toThrow(
      'the server answers 429, and the server asks to come back in 60 min',
    );
    const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
    await expect(fetchFrom((response) => response.writeHead(503, { 'retry-after': tomorrow }).end())).rejects.toThrow(
      /come back in 14\d\d min/,
    );
    expect(server?.asked).toHaveLength(1);
  });

  test('a line that goes silent is dead; another is tried', async () => {
    const outcome = await fetchFrom(
      (response, asked, n) => {
        if (n > 0) return sendFile(response, asked, TEXT);
        response.writeHead(200, { etag: '"one"', 'content-length': TEXT.length });
        response.write(TEXT.subarray(0, 3000));
      },
      { patience: { ...HASTE, stall: 600 } },
    );
    expect(outcome).toEqual(whole);
    expect(server?.asked[1].range).toBe('bytes=3000-');
  });

  test('a server that never answers', async () => {
    const patience = { ...HASTE, stall: 50 };
    await expect(fetchFrom(() => {}, { patience })).rejects.toThrow('no data came for 0.05 s, 3 times');
  });

  test('a file that changes at every try has an end', async () => {
    await expect(
      fetchFrom((response, asked, n) =>
        hangUp(response, { ...asked, range: undefined }, 100, TEXT, { etag: `"${n}"` }),
      ),
    ).rejects.toThrow(/times; try the same command/);
    expect(server?.asked.length).toBeLessThanOrEqual(100);
  });

  test('no server at all', async () => {
    server = await serve(() => {});
    const { base } = server;
    await server.close();
    const file = { name: 'a', host: base, path: 'a', kind: 'text', atMost: 1, required: true } as const;
    const { signal } = new AbortController();
    const options = { mirror: undefined, patience: HASTE, signal, overwrite: false };
    await expect(download(file, folder, options)).rejects.toThrow(/refuses the connection, 3 times/);
    const nowhere = { ...file, host: 'http://no-such-host.invalid/' };
    await expect(download(nowhere, folder, options)).rejects.toThrow(/no-such-host\.invalid is not found/);
  });
});

describe('lies', () => {
  test('a length too large: the rest never comes', async () => {
    await expect(
      fetchFrom((response) => {
        response.writeHead(200, { 'content-length': TEXT.length + 500 });
        response.write(TEXT, () => setTimeout(() => response.destroy(), 5));
      }),
    ).rejects.toThrow(/the connection broke off.*3 times/);
    expect(existsSync(join(folder, 'a.txt'))).toBe(false);
  });

  test('a length too small is found by gzip itself, by the checksum, and by the MD5 of S3', async () => {
    const short =
      (body: Uint8Array, headers: Record<string, string>): Behaviour =>
      (response) => {
        response.socket?.write(
          `HTTP/1.1 200 OK\r\nContent-Length: ${body.length - 20}\r\nConnection: close\r\n${Object.entries(headers)
            .map(([name, value]) => `${name}: ${value}\r\n`)
            .join('')}\r\n`,
        );
        response.socket?.end(body);
      };
    await expect(fetchFrom(short(GZIP, {}), { kind: 'gzip' })).rejects.toThrow(
      /the gzip data is damaged or cut off, twice/,
    );
    const sha256 = hash('sha256', TEXT);
    await expect(fetchFrom(short(TEXT, {}), { sha256 })).rejects.toThrow(`that of the published file ${sha256}, twice`);
    const s3 = { server: 'AmazonS3', etag: `"${hash('md5', TEXT)}"` };
    await expect(fetchFrom(short(TEXT, s3))).rejects.toThrow(/the MD5 of what comes is .*twice/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('more than the file can hold, said or not, is refused at once', async () => {
    const atMost = 10_000;
    await expect(fetchFrom((response, asked) => sendFile(response, asked, TEXT), { atMost })).rejects.toThrow(
      `the server sends more than this file can hold, expected at most 10000 bytes, found ${TEXT.length} or more`,
    );
    const endless: Behaviour = (response) => {
      response.writeHead(200);
      const more = () => {
        if (!response.destroyed) response.write(TEXT, () => setImmediate(more));
      };
      more();
    };
    await expect(fetchFrom(endless, { atMost })).rejects.toThrow('the server sends more than this file can hold');
    expect(server?.asked).toHaveLength(1);
    expect(existsSync(join(folder, 'a.txt'))).toBe(false);
  });

  test.each([
    ['a page by its type', 'text', 'text/html; charset=utf-8', 'please sign in', 'a web page came instead of a table'],
    [
      'a page by its look',
      'gzip',
      'application/gzip',
      '\n <!DOCTYPE html><html>',
      'a web page came instead of gzip data',
    ],
    ['a pointer instead of the file', 'gzip', 'text/plain', 'version https://git-lfs', 'this is not gzip data'],
    ['bytes instead of a table', 'text', 'text/csv', 'a\0b', 'this is not a table'],
  ] as const)('%s', async (_, kind, type, body, problem) => {
    await expect(
      fetchFrom((response) => response.writeHead(200, { 'content-type': type }).end(body), { kind }),
    ).rejects.toThrow(problem);
    expect(server?.asked).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an empty file', async () => {
    await expect(fetchFrom((response) => response.writeHead(200).end())).rejects.toThrow('an empty file, twice');
  });

  test('a checksum that is wrong once', async () => {
    const damaged = TEXT.map((byte, i) => (i === 77 ? byte ^ 4 : byte));
    const sha256 = hash('sha256', TEXT);
    const behaviour: Behaviour = (response, asked, n) => sendFile(response, asked, n === 0 ? damaged : TEXT);
    expect(await fetchFrom(behaviour, { sha256 })).toEqual({ ...whole, check: 'sha256' });
    expect(fetched()).toEqual(TEXT);
  });

  test('gzip and S3 are found whole by what they carry', async () => {
    const zipped = await fetchFrom((response, asked) => sendFile(response, asked, GZIP), {
      kind: 'gzip',
      name: 'b.gz',
    });
    expect(zipped).toMatchObject({ check: 'gzip', bytes: GZIP.length });
    const s3 = { server: 'AmazonS3', etag: `"${hash('md5', TEXT)}"` };
    expect(await fetchFrom((response, asked) => sendFile(response, asked, TEXT, s3))).toMatchObject({ check: 'md5' });
    // Of several pieces, or encrypted with a key of somebody's own, the ETag is no MD5.
    const pieces = { server: 'AmazonS3', etag: `"${'0'.repeat(32)}-2"` };
    expect(await fetchFrom((response, asked) => sendFile(response, asked, TEXT, pieces))).toMatchObject({
      check: 'size',
    });
    const key = { server: 'AmazonS3', etag: `"${'0'.repeat(32)}"`, 'x-amz-server-side-encryption': 'aws:kms' };
    expect(await fetchFrom((response, asked) => sendFile(response, asked, TEXT, key))).toMatchObject({ check: 'size' });
  });
});

describe('refusals', () => {
  test('404 is said, and nothing is left', async () => {
    expect(await fetchFrom((response) => response.writeHead(404).end('none'))).toEqual({
      absent: 'the server answers 404',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('403 and 400 are not tried again', async () => {
    await expect(fetchFrom((response) => response.writeHead(403).end())).rejects.toThrow(
      /answers 403; check whether this network/,
    );
    await expect(fetchFrom((response) => response.writeHead(400).end())).rejects.toThrow(/answers 400/);
    expect(server?.asked).toHaveLength(1);
  });

  test('a different file of that name is kept, unless it may be replaced; the same one is no trouble', async () => {
    const honest: Behaviour = (response, asked) => sendFile(response, asked, TEXT);
    writeFileSync(join(folder, 'a.txt'), 'mine');
    await expect(fetchFrom(honest)).rejects.toThrow(/a different file of this name is there already; move it away/);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('mine');
    expect(await fetchFrom(honest, { overwrite: true })).toEqual(whole);
    expect(await fetchFrom(honest)).toEqual(whole);
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is one sentence', async () => {
    // The name of the part leads to a device that is always full.
    symlinkSync('/dev/full', join(folder, 'a.txt.part'));
    await expect(fetchFrom((response, asked) => sendFile(response, asked, TEXT))).rejects.toThrow(
      /no space is left on the disk/,
    );
    expect(existsSync(join(folder, 'a.txt'))).toBe(false);
    expect(server?.asked).toHaveLength(1);
  });

  test('a folder that is a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    const file = {
      name: 'a',
      host: 'http://127.0.0.1:9/',
      path: 'a',
      kind: 'text',
      atMost: 1,
      required: true,
    } as const;
    server = await serve((response, asked) => sendFile(response, asked, TEXT.subarray(0, 1)));
    const { signal } = new AbortController();
    await expect(
      download(file, join(folder, 'file'), { mirror: server.base, patience: HASTE, signal, overwrite: false }),
    ).rejects.toThrow(/not a directory/);
  });

  test('giving up stops at once and keeps the part', async () => {
    server = await serve((response) => {
      response.writeHead(200, { etag: '"one"', 'content-length': TEXT.length });
      response.write(TEXT.subarray(0, 3000));
    });
    const controller = new AbortController();
    const file = { name: 'a', host: server.base, path: 'a', kind: 'text', atMost: 1e6, required: true } as const;
    const patience = { ...HASTE, stall: 60_000 };
    const options = { mirror: undefined, patience, signal: controller.signal, overwrite: false };
    const running = download(file, folder, { ...options, received: () => controller.abort(new Error('given up')) });
    await expect(running).rejects.toThrow('given up');
    expect(readFileSync(join(folder, 'a.part')).length).toBe(3000);
  });
});
