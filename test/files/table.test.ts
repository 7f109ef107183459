import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { formatTsv, parseTable } from '../../src/files/table.ts';
import { decodeText } from '../../src/files/text.ts';

const parse = (text: string) => parseTable(text, 't.csv');

describe('parseTable', () => {
  test('finds tab, comma and semicolon, whatever the line ends', () => {
    for (const delimiter of ['\t', ',', ';'])
      for (const end of ['\n', '\r\n'])
        expect(parse(['id,age'.replace(',', delimiter), `s1${delimiter}9`, ''].join(end))).toEqual({
          columns: ['id', 'age'],
          rows: [{ id: 's1', age: '9' }],
        });
  });

  test('understands quotes, a byte order mark, empty cells and lines, and trims', () => {
    const { columns, rows } = parse('\uFEFF"id","full, name",note\r\n\r\n s1 ,"A ""B"", C",\r\n');
    expect(columns).toEqual(['id', 'full, name', 'note']);
    expect(rows).toEqual([{ id: 's1', 'full, name': 'A "B", C', note: '' }]);
  });

  test('commas in the cells of a tsv are text, and so is a quote inside a cell', () => {
    expect(parse('id\tnote\n1\ta, b\n2\t5" disk\n').rows.map((row) => row.note)).toEqual(['a, b', '5" disk']);
  });

  test('drops the row index that pandas writes', () => {
    expect(parse(',id,x\n0,a,1\n1,b,2\n')).toEqual({
      columns: ['id', 'x'],
      rows: [
        { id: 'a', x: '1' },
        { id: 'b', x: '2' },
      ],
    });
  });

  test('keeps identifiers as they are written', () => {
    expect(parse('id\n0050004\n1e5\n').rows).toEqual([{ id: '0050004' }, { id: '1e5' }]);
  });

  test.each([
    ['a,b\n1,2\n\n3\n', 't.csv row 4: cells are missing, expected 2, as in the header, found 1.'],
    ['a,b\n1,2,3\n', 't.csv row 2: too many cells, expected 2, as in the header, found 3.'],
    ['a,b,a\n', "t.csv: two columns are named 'a'; rename one."],
    ['a,,b\n1,2,3\n', 't.csv: column 2 has no name in the header.'],
    ['', 't.csv: the table is empty, expected a header.'],
    ['\n \n', 't.csv: column 1 has no name in the header.'],
    [
      'a,b\n1,"2\n',
      't.csv row 2: not a table: Quote Not Closed: the parsing is finished with an opening quote at line 2.',
    ],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => parse(text)).toThrow(new InputError({ problem: message.slice(0, -1) }).message);
  });

  test('any text gives a table or an InputError', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '1', ',', ';', '\t', '"', '\n', '\r', ' ', '\uFEFF') });
    fc.assert(
      fc.property(text, (input) => {
        try {
          const { columns, rows } = parse(input);
          for (const row of rows) expect(Object.keys(row)).toHaveLength(columns.length);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('formatTsv', () => {
  test('writes what parseTable reads', () => {
    const word = fc
      .string({ unit: fc.constantFrom('a', 'é', '1', ',', ';', '"', "'", ' ', '\\', '#') })
      .map((text) => text.trim());
    const names = fc.uniqueArray(
      word.filter((name) => name !== ''),
      { minLength: 1, maxLength: 4 },
    );
    const tables = names.chain((columns) =>
      fc.tuple(fc.constant(columns), fc.array(fc.tuple(...columns.map(() => word)), { maxLength: 4 })),
    );
    fc.assert(
      fc.property(tables, ([columns, cells]) => {
        const rows = cells.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
        expect(parse(formatTsv(columns, rows))).toEqual({ columns, rows });
      }),
      { numRuns: 1000 },
    );
  });

  test('a column that a row lacks is empty, also one named like a method', () => {
    expect(formatTsv(['id', 'constructor'], [{ id: '1' }])).toBe('id\tconstructor\n1\t\n');
  });

  test('refuses a tab or a line break in a value', () => {
    expect(() => formatTsv(['id', 'note'], [{ id: '1', note: 'a\tb' }])).toThrow(
      'column \'note\' row 2: a value holds a tab or a line break, found "a\\tb".',
    );
  });
});

test('a workbook or binary file is refused as such', () => {
  expect(() => parseTable('PK\u0003\u0004\0\0id,age\n', 't.xlsx')).toThrow(
    't.xlsx: not a table of text; save it as csv or tsv, in UTF-8.',
  );
});

describe('a table too large to be held', () => {
  test.each([
    ['rows', `a\n${'1\r\n'.repeat(2 ** 20)}`, '1048578 rows, 1048578 cells'],
    ['columns', ','.repeat(2 ** 24), '1 rows, 16777217 cells'],
  ])('of %s is refused before it is split', (_, text, found) => {
    expect(() => parseTable(text, 't.csv')).toThrow(
      `t.csv: the table is too large, expected at most 1048576 rows and 16777216 cells, found ${found};`,
    );
  });
});

describe('decodeText', () => {
  test('reads UTF-8 and marked UTF-16, and nothing else', () => {
    const utf16 = (littleEndian: boolean) => {
      const view = new DataView(new ArrayBuffer(6));
      [0xfeff, 0x61, 0xe9].forEach((unit, i) => {
        view.setUint16(2 * i, unit, littleEndian);
      });
      return new Uint8Array(view.buffer);
    };
    for (const bytes of [new TextEncoder().encode('\uFEFFaé'), utf16(true), utf16(false)])
      expect(decodeText(bytes, 't.csv')).toBe('aé');
    expect(() => decodeText(Uint8Array.of(0x61, 0xe9, 0x62), 't.csv')).toThrow(
      't.csv: not UTF-8 text; save it as UTF-8.',
    );
    expect(() => decodeText(Buffer.from('PK\x03\x04\x14\0'), 'p.xlsx')).toThrow(
      'p.xlsx: not text but a zip file or a workbook; save the sheet as csv.',
    );
  });
});
