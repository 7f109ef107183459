import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bidsEntities, fileIds, stem } from '../../src/ingest/file-name.ts';

describe('BIDS entities of a path', () => {
  test.each([
    ['sub-01_ses-02_task-rest_run-1_atlas-Schaefer_timeseries.tsv', 'sub-01', 'ses-02', 'run-1'],
    ['derivatives/sub-A7/ses-pre/func/ts.npy', 'sub-A7', 'ses-pre', ''],
    ['sub-1/ses-1/sub-1_ses-2_ts.npy', 'sub-1', 'ses-2', ''],
    ['ts_sub-001_ses-1.npy', 'sub-001', 'ses-1', ''],
    ['Pitt_0050004_rois_cc200.1D', '', '', ''],
    ['mysub-1.npy', '', '', ''],
  ])('%s', (path, participant, session, run) => {
    expect(bidsEntities(path)).toEqual({ participant, session, run });
  });

  test('are found again in any well-formed name', () => {
    const label = fc.stringMatching(/^[A-Za-z0-9]{1,8}$/);
    fc.assert(
      fc.property(label, label, label, (sub, ses, run) => {
        const name = `sub-${sub}_ses-${ses}_task-rest_run-${run}_bold.csv`;
        expect(bidsEntities(name)).toEqual({ participant: `sub-${sub}`, session: `ses-${ses}`, run: `run-${run}` });
      }),
    );
  });
});

describe('ids of files', () => {
  test('are their names, or their paths where names repeat', () => {
    expect(fileIds(['a/ts.npy', 'b/ts.npy', 'b/x.y.1D'])).toEqual(['a_ts', 'b_ts', 'x.y']);
    expect(stem('a\\b.c.npy')).toBe('b.c');
  });
});
