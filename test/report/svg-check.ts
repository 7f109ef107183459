/** @file What must hold of any figure: well-formed XML, no NaN, text within the page and none over another. */
import { textWidth } from '../../src/report/text-fit.ts';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the element itself, entities resolved. */
  text: string;
  readonly children: Element[];
}

/** The root element; throws where the document is not well-formed in the part of XML 1.0 that figures use. */
export function parseSvg(svg: string): Element {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(svg) || /[\ud800-\udfff]/u.test(svg))
    throw new Error('a character that XML cannot hold');
  const root: Element = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const token = /<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  while (token.lastIndex < svg.length) {
    const from = token.lastIndex;
    const match = token.exec(svg);
    if (match === null) throw new Error(`not well-formed: ${svg.slice(from, from + 60)}`);
    const [, closing, name, attributes, empty, text] = match;
    const top = open[open.length - 1];
    if (text !== undefined) top.text += resolved(text);
    else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes <${top.name}>`);
    } else {
      const element: Element = { name, attributes: attributesOf(attributes), text: '', children: [] };
      top.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') throw new Error('not one root');
  return root.children[0];
}

function attributesOf(written: string): Record<string, string> {
  const pairs = [...written.matchAll(/ ([a-zA-Z0-9:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, resolved(value)]);
  const attributes = Object.fromEntries(pairs);
  if (Object.keys(attributes).length !== pairs.length) throw new Error(`an attribute twice:${written}`);
  return attributes;
}

function resolved(text: string): string {
  if (/&(?!#\d+;)/.test(text)) throw new Error(`a bare &: ${text}`);
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

/** All elements of a name, in order. */
export function elements(svg: string, name: string): Element[] {
  const found: Element[] = [];
  const visit = (element: Element) => {
    if (element.name === name) found.push(element);
    for (const child of element.children) visit(child);
  };
  visit(parseSvg(svg));
  return found;
}

/** What is wrong with a figure, in words; nothing for a good one. */
export function faults(svg: string): string[] {
  const root = parseSvg(svg);
  const [width, height] = [Number(root.attributes.width), Number(root.attributes.height)];
  const boxes = elements(svg, 'text').map(textBox);
  const outside = boxes.filter(
    ({ left, top, right, bottom }) => left < 0 || top < 0 || right > width || bottom > height,
  );
  const overlaps = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `'${a.content}' over '${b.content}'`),
  );
  return [
    ...(/NaN|Infinity|undefined|null/.test(svg.replace(/<(title|desc|text)\b.*?<\/\1>/gs, '')) ? ['no number'] : []),
    ...(root.children[0]?.name === 'title' && root.children[1]?.name === 'desc' ? [] : ['no title and description']),
    ...outside.map(({ content }) => `'${content}' leaves the page`),
    ...overlaps,
  ];
}

function textBox({ attributes, text: content }: Element) {
  const size = Number(attributes['font-size'] ?? 12);
  if (size < 11) throw new Error(`text of ${size} px`);
  const long = textWidth(content, size) * (attributes['font-weight'] === 'bold' ? 1.08 : 1);
  const [x, y] = [Number(attributes.x), Number(attributes.y)];
  const before = { start: 0, middle: long / 2, end: long }[attributes['text-anchor'] ?? 'start'] ?? 0;
  // From the height of capitals to the depth of descenders.
  const [rise, fall] = [0.72 * size, 0.22 * size];
  return attributes.transform === undefined
    ? { content, left: x - before, right: x - before + long, top: y - rise, bottom: y + fall }
    : { content, left: x - rise, right: x + fall, top: y - long + before, bottom: y + before };
}
