/** @file Damages bytes the way disks, networks and people do: flipped, cut off, mixed up. Repeatable. */

/** Numbers in [0, below), from a seed: mulberry32, public domain (github.com/bryc/code, PRNGs.md). */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Values that break arithmetic more often than others. */
const NASTY = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
/** Headers and directories stand at the ends of a file. */
const END_BYTES = 512;

/** A damaged copy: two in three with bytes flipped, else cut off, spliced, or with a piece left out or doubled. */
export function damage(seed: Uint8Array, draw: Draw): Uint8Array {
  if (seed.length === 0) return seed;
  switch (draw(9)) {
    case 0:
      return seed.slice(0, draw(seed.length));
    case 1:
      return splice(seed, draw);
    case 2:
      return withoutOrTwice(seed, draw);
    default:
      return flip(seed, draw);
  }
}

function flip(seed: Uint8Array, draw: Draw): Uint8Array {
  const bytes = Uint8Array.from(seed);
  for (let flips = 1 + draw(8); flips > 0; flips--) {
    const at = place(bytes.length, draw);
    const kind = draw(3);
    if (kind === 0) bytes[at] = draw(256);
    else if (kind === 1) bytes[at] = NASTY[draw(NASTY.length)];
    else bytes[at] ^= 1 << draw(8);
  }
  return bytes;
}

/** Anywhere, or near one of the ends. */
function place(length: number, draw: Draw): number {
  const near = Math.min(length, END_BYTES);
  const kind = draw(3);
  if (kind === 0) return draw(length);
  return kind === 1 ? draw(near) : length - 1 - draw(near);
}

function splice(seed: Uint8Array, draw: Draw): Uint8Array {
  const bytes = Uint8Array.from(seed);
  const length = 1 + draw(Math.min(64, bytes.length));
  bytes.copyWithin(draw(bytes.length), draw(bytes.length - length + 1), undefined);
  return bytes;
}

function withoutOrTwice(seed: Uint8Array, draw: Draw): Uint8Array {
  const at = place(seed.length, draw);
  const end = Math.min(seed.length, at + 1 + draw(64));
  const rest = draw(2) === 0 ? seed.subarray(end) : seed.subarray(at);
  const start = rest.length === seed.length - at ? seed.subarray(0, end) : seed.subarray(0, at);
  const bytes = new Uint8Array(start.length + rest.length);
  bytes.set(start);
  bytes.set(rest, start.length);
  return bytes;
}
