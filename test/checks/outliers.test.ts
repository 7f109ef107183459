import { describe, expect, test } from 'vitest';
import { checkDataset } from '../../src/checks/check-dataset.ts';
import { compareScans } from '../../src/checks/comparisons.ts';
import type { CheckId } from '../../src/checks/finding.ts';
import { summariseMotion } from '../../src/checks/motion.ts';
import { motionOf } from '../../src/checks/motion-column.ts';
import { distanceBins, edgesOf } from '../../src/checks/motion-edges.ts';
import { oneClassFindings } from '../../src/checks/outliers.ts';
import { networkOf, surveyScans } from '../../src/checks/survey.ts';
import type { Dataset } from '../../src/dataset/dataset.ts';
import { normal, randomStream } from '../../src/random/draws.ts';
import { type Recipe, simulated } from './simulated.ts';

function found(recipe: Recipe, id: CheckId, equal: readonly (readonly string[])[] = []) {
  return checkDataset(simulated(recipe), { equal }).findings.filter((finding) => finding.id === id);
}

test('scans as they should be pass', () => {
  expect(checkDataset(simulated({ timepoints: 180 }), {}).findings).toEqual([]);
});

describe('planted faults', () => {
  const copy = (noise: number): Recipe => {
    let first: Float32Array | undefined;
    const stream = randomStream({ seed: 2, purpose: 'simulate', a: 97 });
    return {
      series: (series, index) => {
        if (index === 2) first = series.values;
        if (index !== 7 || first === undefined) return series;
        return { ...series, values: first.map((value) => value + noise * normal(stream)) };
      },
    };
  };

  test('one recording twice, slightly changed', () => {
    const [finding, ...others] = found(copy(0.05), 'near-duplicate-scans');
    expect(others).toEqual([]);
    expect(finding.scans).toEqual(['sub-0003', 'sub-0008']);
    expect(finding.evidence.highest_r).toBeGreaterThan(0.999);
  });

  test('equal series are reported elsewhere', () => {
    expect(found(copy(0), 'near-duplicate-scans', [['sub-0003', 'sub-0008']])).toEqual([]);
    expect(found(copy(0), 'near-duplicate-scans')).toHaveLength(1);
  });

  test('a ROI that is a copy, also with its sign turned', () => {
    for (const sign of [1, -1]) {
      const recipe: Recipe = {
        series: (series, index) => {
          if (index !== 5) return series;
          const values = series.values.slice();
          for (let t = 0; t < series.timepoints; t++) values[t * 100 + 40] = sign * 2 * values[t * 100 + 12] + 7;
          return { ...series, values };
        },
      };
      const [finding] = found(recipe, 'duplicate-rois');
      expect(finding.scans).toEqual(['sub-0006']);
      expect(finding.message).toContain('"7Networks_LH_SomMot_4" and "7Networks_LH_Default_Par_2" in 1');
    }
  });

  test('a scan of noise is an outlier', () => {
    const stream = randomStream({ seed: 3, purpose: 'simulate', a: 96 });
    const recipe: Recipe = {
      series: (series, index) =>
        index === 11 ? { ...series, values: series.values.map(() => normal(stream)) } : series,
    };
    expect(found(recipe, 'outlier-scans').map(({ scans }) => scans)).toEqual([['sub-0012']]);
  });

  test('a scan that moved much', () => {
    const recipe: Recipe = {
      scan: (scan, index) => ({ ...scan, phenotype: { ...scan.phenotype, mean_fd: index === 3 ? '0.9' : '0.1' } }),
    };
    const [finding] = found(recipe, 'motion');
    expect(finding).toMatchObject({ scans: ['sub-0004'], evidence: { most_mm: 0.9, median_mm: 0.1 } });
  });

  test('connectivity that follows motion', () => {
    const stream = randomStream({ seed: 4, purpose: 'simulate', a: 95 });
    const recipe: Recipe = {
      subjects: 30,
      // A common signal that grows with motion.
      series: (series, index) => {
        const common = Float64Array.from({ length: series.timepoints }, () => 20 * (index / 30) * normal(stream));
        return { ...series, values: series.values.map((value, at) => value + common[Math.floor(at / 100)]) };
      },
      scan: (scan, index) => ({ ...scan, phenotype: { ...scan.phenotype, mean_fd: String(0.05 + index / 100) } }),
    };
    const [finding] = found(recipe, 'motion-fc');
    expect(finding.evidence.significant_share).toBeGreaterThan(0.8);
    expect(finding.message).toContain('its correlation with the distance of the ROIs');
  });

  test('a site with one class', () => {
    const recipe: Recipe = {
      sites: 4,
      scan: (scan) => ({
        ...scan,
        phenotype: { ...scan.phenotype, dx: scan.site === 'site-2' ? '1' : scan.phenotype.dx },
      }),
    };
    const [finding, ...others] = found(recipe, 'one-class-sites');
    expect(others).toEqual([]);
    expect(finding.scans).toHaveLength(4);
    expect(finding.message).toMatch(/1 of 4 sites \(site-2; 4 scans\) everybody has the same value of dx/);
    const one = simulated({ scan: (scan) => ({ ...scan, phenotype: { ...scan.phenotype, dx: '1' } }) });
    expect(oneClassFindings(one, [0, 1, 2])).toEqual([]);
  });
});

describe('sites with one class', () => {
  /** Scans of sites a to d, three of each, with the values of one column given. */
  const classes = (values: string, sites = 'aaabbbcccddd') => {
    const like = simulated({ subjects: 1, timepoints: 20 });
    const scans = Array.from(values, (value, i) => ({
      ...like.scans[0],
      scanId: `s${i}`,
      site: sites[i] === '-' ? '' : sites[i],
      phenotype: { dx: value === '?' ? 'n/a' : value, copy: value === '?' ? 'n/a' : value },
    }));
    const dataset: Dataset = { ...like, phenotypeColumns: ['dx', 'copy'], scans };
    return oneClassFindings(
      dataset,
      scans.map((_, i) => i),
    ).map(({ scans: ids, message }) => [ids.length, message]);
  };

  test('columns with the same sites are one finding', () => {
    expect(classes('011011011111')).toEqual([
      [3, expect.stringMatching(/^at 1 of 4 sites \(d; 3 scans\) .* of dx, copy:/)],
    ]);
  });

  test.each([
    ['every site holds both', '011011011011'],
    // Then it is about the site, as its scanner is.
    ['most sites hold one', '000111000011'],
    ['one value in all', '111111111111'],
    ['six values are no classes', '012345012111'],
    ['missing values are none', '01?01?01??01'],
  ])('%s: nothing is said', (_, values) => {
    expect(classes(values)).toEqual([]);
  });

  test('scans without a site are of none', () => {
    expect(classes('011011011111', 'aaabbbccc---')).toEqual([]);
  });
});

describe('motion', () => {
  const withColumns = (columns: readonly string[], cell: string): Dataset => ({
    ...simulated({ subjects: 4, timepoints: 20 }),
    phenotypeColumns: columns,
    scans: simulated({ subjects: 4, timepoints: 20 }).scans.map((scan) => ({
      ...scan,
      phenotype: Object.fromEntries(columns.map((column) => [column, cell])),
    })),
  });

  test.each(['mean_fd', 'func_mean_fd', 'FD_mean', 'meanFD', 'Mean framewise displacement', 'mean_FD_Power'])(
    '%s is known',
    (column) => {
      expect(motionOf(withColumns(['age', column], '0.2'), [0, 1, 2, 3])?.column).toBe(column);
    },
  );

  test('other columns, missing and impossible values are not', () => {
    expect(motionOf(withColumns(['fd', 'age'], '0.2'), [0, 1, 2, 3])).toBeUndefined();
    for (const cell of ['n/a', '', '-9999', '-1', 'little'])
      expect(motionOf(withColumns(['mean_fd'], cell), [0, 1, 2, 3])).toBeUndefined();
  });

  test('its relation with each pair of ROIs is the correlation of both less the means of the site', () => {
    const dataset = simulated({ subjects: 12, sites: 2, timepoints: 40 });
    const all = dataset.scans.map((_, i) => i);
    const relation = compareScans(dataset, surveyScans(dataset, all), []).motion;
    const networks = all.map((i) => networkOf(dataset, i));
    const centred = (values: readonly number[]) => {
      const means = new Map(
        ['site-1', 'site-2'].map((site) => {
          const own = values.filter((_, i) => dataset.scans[i].site === site);
          return [site, own.reduce((a, b) => a + b) / own.length];
        }),
      );
      return values.map((value, i) => value - (means.get(dataset.scans[i].site) ?? 0));
    };
    const fd = centred(dataset.scans.map(({ phenotype }) => Number(phenotype.mean_fd)));
    for (const edge of [1, 250, 4321]) {
      const r = centred(networks.map((network) => network[edge]));
      const expected = fd.reduce((sum, x, i) => sum + x * r[i], 0) / Math.hypot(...fd) / Math.hypot(...r);
      expect(relation?.correlation[edge]).toBeCloseTo(expected, 4);
    }
    expect(relation?.scans).toBe(12);
  });

  test('summaries: the share of edges beyond the limit, and means by distance', () => {
    const correlation = Float32Array.of(0, 0.5, 0.1, 0.5, 0, -0.3, 0.1, -0.3, 0);
    expect(edgesOf(correlation).map((r) => Number(r.toFixed(3)))).toEqual([0.5, 0.1, -0.3]);
    const summary = summariseMotion({ column: 'fd', scans: 100, limit: 0.2, shuffledShare: 0.1, correlation });
    expect(summary.median).toBeCloseTo(0.3);
    expect(summary.significantShare).toBeCloseTo(2 / 3);
    const place = (x: number) => ({ name: String(x), centroid: [x, 0, 0] as const });
    const geometry = { placed: Int32Array.of(0, 1, 2), rois: [place(0), place(20), place(60)] };
    expect(
      distanceBins(correlation, geometry).map(({ from, to, pairs, mean }) => [
        from,
        to,
        pairs,
        Number(mean.toFixed(2)),
      ]),
    ).toEqual([
      [0, 25, 1, 0.5],
      [25, 50, 1, -0.3],
      [50, 75, 1, 0.1],
    ]);
  });
});
