/** @file How much room text takes, without a browser to ask: estimated widths, shortening and wrapping. */

const NARROW = /[ !'(),./:;I[\\\]fijlrt|]/;
const WIDE = /[%@MWmw…]/;
const CAPITAL = /[A-Z&]/;

/** Width in px, an estimate on the safe side of Helvetica, Arial and Liberation Sans, which figures ask for. */
export function textWidth(content: string, size: number): number {
  let ems = 0;
  for (const character of content) ems += emsOf(character);
  return ems * size;
}

function emsOf(character: string): number {
  // East Asian characters and symbols beyond them are as wide as high.
  if (character > '\u2e7f') return 1;
  if (NARROW.test(character)) return 0.34;
  if (WIDE.test(character)) return 1;
  return CAPITAL.test(character) ? 0.73 : 0.57;
}

/** The text, or its beginning and end around an ellipsis: long names of sites often differ only at the end. */
export function shortened(content: string, width: number, size: number): string {
  // Room computed from the text's own width must do, whatever the rounding.
  if (textWidth(content, size) <= width + 1e-6) return content;
  const characters = Array.from(content);
  let room = width - textWidth('…', size);
  let [head, tail] = ['', ''];
  for (let first = 0, last = characters.length - 1; first <= last; ) {
    const fromHead = head.length <= tail.length;
    const character = characters[fromHead ? first++ : last--];
    room -= textWidth(character, size);
    if (room < 0) break;
    if (fromHead) head += character;
    else tail = character + tail;
  }
  return `${head.trimEnd()}…${tail.trimStart()}`;
}

/** Names of a list; those that would look alike when shortened keep the place from which they differ. */
export function shortenedApart(names: readonly string[], width: number, size: number): string[] {
  const plain = names.map((name) => shortened(name, width, size));
  return names.map((name, i) => {
    const alike = names.filter((_, k) => plain[k] === plain[i]).map((other) => Array.from(other));
    const shared = Math.min(...alike.map((other) => sharedLength(alike[0], other)));
    const characters = Array.from(name);
    const differs = alike.some((other) => other.length !== shared) && characters.length > shared;
    return differs && plain[i] !== name ? shortenedBefore(characters, shared, width, size) : plain[i];
  });
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((character, i) => character !== b[i]);
  return differs === -1 ? a.length : differs;
}

/** The beginning, an ellipsis, and what follows from a character on, as far as both fit. */
function shortenedBefore(characters: readonly string[], from: number, width: number, size: number): string {
  const head = `${fitting(characters.slice(0, from), width / 3, size).trimEnd()}…`;
  return head + fitting(characters.slice(from), width - textWidth(head, size), size);
}

/** As many characters as fit. */
function fitting(characters: readonly string[], width: number, size: number): string {
  let shown = '';
  for (const character of characters) {
    if (textWidth(shown + character, size) > width) break;
    shown += character;
  }
  return shown;
}

/** Lines no wider than `width`; a word that is wider is shortened. */
export function wrapped(content: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(/\s+/).map((part) => shortened(part, width, size))) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
