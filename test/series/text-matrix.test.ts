import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/input-error.ts';
import { scanNumber } from '../../src/series/number-scanner.ts';
import { parseTextMatrix } from '../../src/series/text-matrix.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseTextMatrix(bytesOf(text), 'x.txt');
const scan = (text: string) => scanNumber(bytesOf(text), 0, text.length);

describe('scanNumber', () => {
  test('is what Number reads, to the last bit', () => {
    const written = fc.oneof(
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .chain((value) =>
          fc.constantFrom(
            String(value),
            value.toExponential(),
            value.toPrecision(7),
            value.toFixed(6),
            value.toFixed(20),
          ),
        ),
      fc.stringMatching(/^[-+]?(\d{1,25}\.?\d{0,25}|\.\d{1,25})([eE][-+]?\d{1,3})?$/),
    );
    fc.assert(
      fc.property(written, (text) => {
        expect(scan(text)).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
    // Rounding near 2^53, where the quick way must not be taken.
    for (const text of ['9007199254740993', '9007199254740992.5', '-0', '1e400', '4.9e-324', '0.1e-322'])
      expect(scan(text)).toBe(Number(text));
  });

  test('knows missing and infinite values, and refuses the rest', () => {
    for (const text of ['', 'nan', 'NaN', '-nan', 'NA', 'n/a', 'N/A', 'null', 'None']) expect(scan(text)).toBeNaN();
    expect([scan('inf'), scan('-Inf'), scan('+Infinity')]).toEqual([Infinity, -Infinity, Infinity]);
    for (const text of ['-', '+', '.', 'e5', '1e', '1e+', '1,5', '1 2', '0x10', '1_000', '1.2.3', '--1', 'nano', '５'])
      expect(scan(text)).toBeUndefined();
  });
});

describe('parseTextMatrix', () => {
  test('reads any delimiter, blanks and line ends', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer().map((x) => x / 1000),
    );
    const blank = fc.stringMatching(/^ {0,3}$/);
    const style = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', ' ', '  ', ' \t '),
      before: blank,
      after: blank,
      trailing: fc.boolean(),
      end: fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\n \t\n'),
      lastEnd: fc.boolean(),
      comment: fc.constantFrom('', '# a comment, with; any\tdelimiter\n', '% MATLAB\n', '\n// note\n'),
      mark: fc.constantFrom('', '\uFEFF'),
    });
    const matrices = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 6 }))
      .chain(([rows, columns]) =>
        fc.array(fc.array(number, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
      )
      // Whole numbers that count 0, 1, 2 … over decimals are a header: not here. String(-0) is '0': no -0 either.
      .map((rows) => rows.map((row, i) => (i === 0 ? [0.5, ...row.slice(1)] : row).map((value) => value + 0)));
    fc.assert(
      fc.property(matrices, style, (matrix, { delimiter, before, after, trailing, end, lastEnd, comment, mark }) => {
        const line = (row: readonly number[]) =>
          before + row.map(String).join(after + delimiter + before) + (trailing ? delimiter : '') + after;
        const text = mark + comment + matrix.map(line).join(end) + (lastEnd ? end : '');
        const parsed = parse(text);
        expect([parsed.rows, parsed.columns]).toEqual([matrix.length, matrix[0].length]);
        expect(Array.from(parsed.values)).toEqual(matrix.flat());
      }),
      { numRuns: 2000 },
    );
  });

  test('any bytes give a matrix of the size it says, or an InputError', () => {
    const piece = fc.constantFrom(
      '1',
      '-2.5',
      'x',
      ',',
      ';',
      '\t',
      ' ',
      '\n',
      '\r',
      '#',
      '"',
      '%',
      'nan',
      '.',
      '\uFEFF',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          const { rows, columns, values, header } = parse(pieces.join(''));
          expect(values.length).toBe(rows * columns);
          if (header !== undefined) expect(header).toHaveLength(columns);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('keeps missing values for the caller to judge', () => {
    expect(Array.from(parse('1,,3\nNA,n/a,nan\n').values)).toEqual([1, NaN, 3, NaN, NaN, NaN]);
    expect(Array.from(parse('1\t\t3\n4\t5\t6\n').values)).toEqual([1, NaN, 3, 4, 5, 6]);
  });

  test('a header in a comment, as C-PAC and NumPy write it', () => {
    expect(parse('#1\t#2\t#3\n0.5\t1\t2\n').header).toEqual(['1', '2', '3']);
    expect(parse('# 2020-01-01\n# a b c\n0.5 1 2\n').header).toEqual(['a', 'b', 'c']);
    expect(parse('# written in May\n0.5 1 2 7\n').header).toBeUndefined();
    expect(parse('# a\n0.5 1 2\n# b c d\n3 4 5\n')).toEqual({
      rows: 2,
      columns: 3,
      values: Float64Array.of(0.5, 1, 2, 3, 4, 5),
    });
  });

  test('a header line of names, quoted or not', () => {
    expect(parse('Vis_1,"Vis, 2",3rd\n1,2,3\n')).toEqual({
      rows: 1,
      columns: 3,
      values: Float64Array.of(1, 2, 3),
      header: ['Vis_1', 'Vis, 2', '3rd'],
    });
    expect(parse('left V1\tright V1\n1\t2\n').header).toEqual(['left V1', 'right V1']);
  });

  test('a header of numbers is told from data', () => {
    expect(parse('0,1,2\n0.5,1.5,2.5\n')).toMatchObject({ rows: 1, header: ['0', '1', '2'] });
    expect(parse('0,1,2\n3,4,5\n')).toMatchObject({ rows: 2, columns: 3 });
    expect(parse('0,1,2\n3,4,5\n').header).toBeUndefined();
  });

  test('drops the row index of pandas, also of words', () => {
    const expected = { rows: 2, columns: 2, values: Float64Array.of(0.5, 1, 2, 3), header: ['a', 'b'] };
    expect(parse(',a,b\n0,0.5,1\n1,2,3\n')).toEqual(expected);
    expect(parse('Unnamed: 0,a,b\nvolume0,0.5,1\nvolume1,2,3\n')).toEqual(expected);
    expect(parse(',0,1,2\n0,0.5,1,2\n1,3,4,5\n')).toMatchObject({ rows: 2, columns: 3, header: ['0', '1', '2'] });
    // C-PAC's csv of ROIs by time.
    expect(parse('node/volume,0,1,2\n1,0.5,1,2\n2,3,4,5\n')).toMatchObject({ rows: 2, header: ['0', '1', '2'] });
  });

  test("drops image and volume of AFNI's 3dROIstats, as ADHD-200 preprocessed has them", () => {
    const header = 'File\tSub-brick\tMean_1  \tMean_2  \t\n';
    const body = (rest: string) => `sfnwmrda0010001.nii.gz\t0[?]${rest}\nsfnwmrda0010001.nii.gz\t1[?]${rest}\n`;
    const matrix = parse(header + body('\t0.5\t-1\t'));
    expect([matrix.rows, matrix.columns, [...matrix.values]]).toEqual([2, 2, [0.5, -1, 0.5, -1]]);
    expect(matrix.header).toEqual(['Mean_1', 'Mean_2']);
    expect(() => parse(header + body(''))).toThrow(InputError);
    expect(() => parse('File\tSub-brick\tMean_1\na\nb\n')).toThrow(InputError);
  });

  test('a delimiter that ends every line, and the header or not', () => {
    for (const header of ['a,b\n', 'a,b,\n'])
      expect(parse(`${header}1,2,\n3,4,\n`)).toEqual({
        rows: 2,
        columns: 2,
        values: Float64Array.of(1, 2, 3, 4),
        header: ['a', 'b'],
      });
    expect(parse('a,b,c\n1,2,\n3,4,\n')).toMatchObject({ columns: 3, header: ['a', 'b', 'c'] });
  });

  test('reads what a spreadsheet saves as Unicode text', () => {
    const text = '\uFEFFa\tb\r\n1\t2\r\n';
    const utf16 = Uint8Array.from(
      [...text].flatMap((letter) => [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8]),
    );
    expect(parseTextMatrix(utf16, 'x.txt')).toMatchObject({ rows: 1, columns: 2, header: ['a', 'b'] });
  });

  test.each([
    ['# c\n1 2\n\n3\n', 'x.txt row 4: rows differ in length, expected 2 values, as in row 2, found 1.'],
    ['1 2\n3 4 5\n', 'x.txt row 2: rows differ in length, expected 2 values, as in row 1, found 3.'],
    ['1,2\n3\n', 'x.txt row 2: rows differ in length, expected 2 values, as in row 1, found 1.'],
    ['1,2\n3,4x\n', "x.txt row 2, column 2: not a number, found '4x'."],
    ['1,x,2,3\n3,4,5,6\n', "x.txt row 1, column 2: not a number, found 'x'."],
    ['1,5;2\n3;4\n', "x.txt row 1, column 1: not a number, found '1,5'; write decimals with a point."],
    ['a,b,c\n1,2\n', 'x.txt: the header does not fit the rows, expected 2 names, found 3.'],
    ['', 'x.txt: the file holds no numbers.'],
    ['# only\n% comments\n', 'x.txt: the file holds no numbers.'],
    ['a,b\n', 'x.txt: the file holds a header and no numbers.'],
    ['1 2\n3 \0', 'x.txt: a binary file, expected text.'],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => parse(text)).toThrow(new InputError({ problem: message.slice(0, -1) }).message);
  });

  test('rows that promise more than the file holds take no memory', () => {
    const text = `${'1,'.repeat(200_000)}1\n${'1\n'.repeat(200_000)}`;
    expect(() => parse(text)).toThrow('x.txt row 2: rows differ in length, expected 200001 values');
  });

  test.each([
    ['rows', '1\n'.repeat(2 ** 20 + 1)],
    ['columns', '1,'.repeat(2 ** 20 + 1)],
    ['columns', `a\n${'1;'.repeat(2 ** 20 + 1)}`],
  ])('more %s than any scan has', (what, text) => {
    expect(() => parse(text)).toThrow(
      `x.txt: the file has too many ${what} to be a scan or its connectivity, expected at most 1048576;`,
    );
  });

  test('names before the rows are read where they are asked for, and else no numbers', () => {
    const named = (text: string) => parseTextMatrix(bytesOf(text), 'x.txt', { rowNames: true });
    const matrix = { rows: 2, columns: 2, values: Float64Array.of(1, 0.5, 0.5, 1) };
    const names = { rowNames: ['a', 'b'] };
    expect(named('a,1,.5\nb,.5,1\n')).toEqual({ ...matrix, ...names });
    expect(named(',c,d\na,1,.5\nb,.5,1\n')).toEqual({ ...matrix, ...names, header: ['c', 'd'] });
    expect(named('x y z\na 1 .5\nb .5 1\n')).toEqual({ ...matrix, ...names, header: ['y', 'z'] });
    // R names no column of names.
    expect(named('"c" "d"\n"a" 1 .5\n"b" .5 1\n')).toEqual({ ...matrix, ...names, header: ['c', 'd'] });
    // Labels of an atlas are names where they stand around a square.
    const labels = { ...matrix, header: ['1001', '49'] };
    expect(named('roi,1001,49\n1001,1,.5\n49,.5,1\n')).toEqual({ ...labels, rowNames: ['1001', '49'] });
    expect(named('1001 49\n1 .5\n.5 1\n')).toEqual(labels);
    expect(named('1 .5\n.5 1\n')).toEqual(matrix);
    expect(() => named('a,1,.5\n0.1,.5,1\n')).toThrow("x.txt row 1, column 1: not a number, found 'a'.");
    expect(() => parse('a,1,.5\nb,.5,1\n')).toThrow("x.txt row 1, column 1: not a number, found 'a'.");
  });
});
