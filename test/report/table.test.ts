import { describe, expect, it } from 'vitest';
import { parseTable } from '../../src/files/table.ts';
import { type ReportTable, reportMarkdown, reportTsv } from '../../src/report/table.ts';

const table: ReportTable = {
  rowName: 'site',
  columns: [{ name: 'n', digits: 0 }, { name: 'auc' }, { name: 'p', digits: 4 }, { name: 'verdict' }],
  rows: [
    { name: 'A', cells: [120, { mean: 0.72, low: 0.65, high: 0.7904 }, 0.00131, 'better'] },
    { name: 'B', cells: [3, { mean: null, low: null, high: null, reason: 'only one class is there' }, null, 'n/a'] },
    { name: 'C', cells: [7, { mean: -0.0001, low: null, high: null, reason: 'one repeat' }, Number.NaN, ''] },
  ],
};

describe('Markdown', () => {
  it('has fixed digits, intervals and reasons', () => {
    expect(reportMarkdown(table)).toBe(`| site | n | auc | p | verdict |
| --- | ---: | ---: | ---: | --- |
| A | 120 | 0.720 [0.650, 0.790] | 0.0013 | better |
| B | 3 | n/a (only one class is there) | n/a | n/a |
| C | 7 | 0.000 (one repeat) | n/a |  |
`);
  });

  it('keeps text from being markup', () => {
    const hostile = reportMarkdown({ ...table, rows: [{ name: 'a|b\n<script> [x](y) `c` *d* \\', cells: [] }] });
    expect(hostile.split('\n')[2]).toBe('| a\\|b &lt;script> [x\\](y) \\`c\\` \\*d\\* \\\\ | n/a | n/a | n/a | n/a |');
  });
});

describe('TSV', () => {
  it('has an interval in columns of its own, and reasons in a last column', () => {
    expect(reportTsv(table)).toBe(
      [
        'site\tn\tauc\tauc_low\tauc_high\tp\tverdict\tnotes',
        'A\t120\t0.720\t0.650\t0.790\t0.0013\tbetter\t',
        'B\t3\tn/a\tn/a\tn/a\tn/a\tn/a\tauc: only one class is there',
        'C\t7\t0.000\tn/a\tn/a\tn/a\t\tauc: one repeat',
        '',
      ].join('\n'),
    );
  });

  it('has no notes without need', () => {
    expect(reportTsv({ ...table, rows: table.rows.slice(0, 1) }).split('\n')[0]).toBe(
      'site\tn\tauc\tauc_low\tauc_high\tp\tverdict',
    );
  });

  it('is read back, whatever the names hold', () => {
    const name = 'tab\there "quoted"\nand more';
    const { rows } = parseTable(reportTsv({ ...table, rows: [{ ...table.rows[0], name }] }), 'table.tsv');
    expect(rows[0].site).toBe('tab here "quoted" and more');
    expect(rows[0].auc_high).toBe('0.790');
  });
});
