/** @file Inflates a zlib stream of which nobody says how long it will be, with a limit, checksum verified. */

/** How an inflated stream ended: whole, stopped because enough was read, or damaged. */
export interface Inflated {
  readonly bytes: Uint8Array;
  /** False when `bytes` is only the start. */
  readonly whole: boolean;
}

/**
 * Inflates at most a little more than `limit` bytes (RFC 1950).
 *
 * Through the platform's own stream, which Node and browsers have: it takes no more memory than is asked for, and
 * unlike the usual libraries verifies the Adler-32 checksum.
 *
 * @returns undefined when the stream is damaged before `limit` bytes have come out
 */
export async function inflateZlib(stored: Uint8Array, limit: number): Promise<Inflated | undefined> {
  const stream = new Blob([stored as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= limit) {
      const { value, done } = await reader.read();
      if (done) return { bytes: joined(parts, length), whole: true };
      parts.push(value);
      length += value.length;
    }
    await reader.cancel();
    return { bytes: joined(parts, length), whole: false };
  } catch {
    return undefined;
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
