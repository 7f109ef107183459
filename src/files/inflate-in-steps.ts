/** @file Inflates a stream whose length is declared, and stops soon when it is longer: a compressed bomb costs little. */

/** Of compressed bytes: deflate makes 16 MiB of them at most. */
const STEP_BYTES = 2 ** 14;

interface InflateStream {
  readonly push: (stored: Uint8Array, final: boolean) => void;
}

/**
 * @param open makes the stream, which hands on what it has inflated
 * @param length declared, bytes
 * @returns undefined when there is less or more
 * @throws whatever the stream throws when it is damaged
 */
export function inflateInSteps(
  open: (take: (part: Uint8Array) => void) => InflateStream,
  stored: Uint8Array,
  length: number,
): Uint8Array | undefined {
  const content = new Uint8Array(length);
  let inflated = 0;
  const stream = open((part) => {
    content.set(part.subarray(0, Math.max(0, length - inflated)), Math.min(inflated, length));
    inflated += part.length;
  });
  for (let at = 0; at < stored.length && inflated <= length; at += STEP_BYTES)
    stream.push(stored.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= stored.length);
  return inflated === length ? content : undefined;
}
