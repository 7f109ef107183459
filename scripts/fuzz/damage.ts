/** @file Damages bytes the way disks, networks and people do: flipped, cut off, mixed up, words replaced. Repeatable. */

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

/** Words that a parser of numbers, names or nesting may stumble over. */
// biome-ignore format: a list
const WORDS = [
  '', '0', '-1', '1e999', '-1e-400', '9'.repeat(400), '1e308', '4294967296', 'NaN', 'inf', 'n/a', 'null', 'true', '1,5',
  '"', "'", '\t', '\n', '\r', ' ', '#', '{', '}', '[', ']', ':', '-', '&a', '*a', '!!x', '__proto__', 'constructor',
  '\u0000', '\ufeff', 'é', '😀', 'x'.repeat(3000), '['.repeat(2000), '{"a":'.repeat(2000), '"'.repeat(999), '\\', '\\ud800',
];

/** A word or two replaced, left out, put in or doubled; now and then what stands between them. */
export function damageWords(seed: Uint8Array, draw: Draw): Uint8Array {
  // Words at even places, what separates them at odd ones.
  const words = Buffer.from(seed)
    .toString('utf8')
    .split(/(\s+|[,;:"{}[\]])/);
  for (let changes = 1 + draw(2); changes > 0; changes--) {
    const at = draw(4) === 0 ? draw(words.length) : 2 * draw(Math.ceil(words.length / 2));
    const word = draw(3) === 0 ? words[2 * draw(Math.ceil(words.length / 2))] : WORDS[draw(WORDS.length)];
    words.splice(at, draw(6) === 0 ? 0 : 1, word);
  }
  return Uint8Array.from(Buffer.from(words.join(''), draw(20) === 0 ? 'latin1' : 'utf8'));
}
