/** @file Real matrices: 45 people of the Human Connectome Project, scanned twice. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.ts';
import { connectivityTable } from '../../src/features/feature-bank.ts';
import { upperTriangles } from '../../src/features/features.ts';
import { parseNpy } from '../../src/files/npy.ts';
import { runIdentification } from '../../src/identify/run-identification.ts';
import { ingestConnectivity } from '../../src/ingest/ingest-connectivity.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/hcp-retest-fc-dk84');

test.skipIf(!existsSync(DATA))(
  'hcp-retest-fc-dk84 goes in, value by value, and people are found as by NumPy (skipped without ../shared/data)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'brainmass-hcp-'));
    try {
      const files = ['fc_test_s1200.npy', 'fc_retest.npy'].map((name) => join(DATA, name));
      const out = join(folder, 'hcp.dataset');
      const options = {
        out,
        ids: join(DATA, 'subjects.txt'),
        sessions: ['test', 'retest'],
        fcKind: 'pearson',
      } as const;
      const { scans, participants, rois, sessions, missingRois, duplicates } = await ingestConnectivity(files, options);
      expect({ scans, participants, rois, sessions }).toEqual({
        scans: 90,
        participants: 45,
        rois: 84,
        sessions: { test: 45, retest: 45 },
      });
      expect({ missing: missingRois.total, duplicates }).toEqual({ missing: 0, duplicates: [] });
      const dataset = openDataset(out);
      const { readConnectivity } = dataset;
      if (readConnectivity === undefined) throw new Error('no connectivity');
      const found = upperTriangles(90, 84, readConnectivity);
      const origin = { datasets: [dataset], fc: 'pearson', seed: 0 } as const;
      const bank = { origin, table: () => connectivityTable(origin) };
      const { result } = await runIdentification({ bank, by: 'session', features: ['fc'] });
      dataset.close();
      // NumPy: argmax and ranks of corrcoef of the two sessions' upper triangles, and Amico and Goñi's I_diff.
      expect(result).toMatchObject({ target: 'test', database: 'retest', n: 45 });
      expect(result.tests.fc.target_in_database.identified).toBe(25);
      expect(result.tests.fc.database_in_target.identified).toBe(23);
      expect(result.metrics.mean_rank.mean).toBeCloseTo((5.6 + 6.222222222222222) / 2, 12);
      expect(result.metrics.i_diff.mean).toBeCloseTo(16.31968400720623, 5);
      const wanted = files.flatMap((path) => [...parseNpy(readFileSync(path), path).data]);
      expect(found).toEqual(Float32Array.from(wanted));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
