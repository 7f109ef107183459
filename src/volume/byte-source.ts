/** @file The bytes of an image file from start to end, decompressed on the way. Node only. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../errors/input-error.ts';
import { asInputError } from '../files/atomic.ts';

export interface ByteSource {
  readonly gzipped: boolean;
  /** Of the file, as it is on disk. */
  readonly fileBytes: number;
  /** To be gone through once, at most. Leaving early closes the file. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** Hex; of the file as it is on disk. Whole once the chunks were gone through to their end. */
  readonly sha256: () => string;
}

/** Large chunks: between two of them the thread that inflates waits for the one that adds. */
const READ_BYTES = 2 ** 20;
const INFLATED_BYTES = 2 ** 21;
/** Of a small file: large buffers would take longer to make than to fill. */
const SMALLEST_BYTES = 2 ** 14;

/**
 * Looks at a file. What is gzipped is told by its first bytes, not by its name.
 *
 * @throws InputError when there is no such file or it cannot be read; from `chunks` also when its compression is damaged
 */
export async function openSource(path: string): Promise<ByteSource> {
  const { gzipped, fileBytes } = await look(path);
  const hash = createHash('sha256');
  return {
    gzipped,
    fileBytes,
    chunks: () => readChunks(path, gzipped, fileBytes, hash),
    sha256: () => hash.digest('hex'),
  };
}

async function look(path: string): Promise<Pick<ByteSource, 'gzipped' | 'fileBytes'>> {
  try {
    // Before it is opened: opening a pipe would wait for whoever writes to it.
    const status = await stat(path);
    if (!status.isFile()) throw new InputError({ where: path, problem: 'not a file' });
    const file = await open(path);
    try {
      const { buffer } = await file.read(new Uint8Array(2), 0, 2, 0);
      return { gzipped: buffer[0] === 0x1f && buffer[1] === 0x8b, fileBytes: status.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asInputError(error, path);
  }
}

/**
 * Both reading and inflating run in the thread pool of Node while the caller works on the chunk before: hence a high
 * water mark of several chunks, which lets them run ahead.
 */
async function* readChunks(path: string, gzipped: boolean, fileBytes: number, hash: ReturnType<typeof createHash>) {
  const chunkSize = Math.min(INFLATED_BYTES, Math.max(SMALLEST_BYTES, 4 * fileBytes));
  const file = createReadStream(path, { highWaterMark: Math.min(READ_BYTES, chunkSize) });
  try {
    if (!gzipped) {
      for await (const chunk of file) {
        hash.update(chunk);
        yield chunk;
      }
      return;
    }
    const options = { chunkSize, highWaterMark: 4 * chunkSize };
    // The error reaches the reader of the last stream; the callback is only there so that it is not thrown again.
    const inflated = pipeline(file, createGunzip(options), () => {});
    // After the pipeline, so that a chunk is hashed while it is being inflated.
    file.on('data', (chunk) => hash.update(chunk));
    yield* inflated;
  } catch (error) {
    throw compressionError(error, path) ?? asInputError(error, path);
  } finally {
    file.destroy();
  }
}

function compressionError(error: unknown, where: string): InputError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('Z_')) return undefined;
  return new InputError(
    { where, problem: `the gzip compression is damaged or cut off (${error.message})`, fix: 'copy it again' },
    { cause: error },
  );
}
