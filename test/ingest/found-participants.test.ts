import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withFoundParticipants } from '../../src/ingest/found-participants.ts';
import { matchById } from '../../src/ingest/match-rows.ts';
import type { ParticipantRow } from '../../src/ingest/participants.ts';
import type { FoundScan } from '../../src/preprocessors/found.ts';

const folder = mkdtempSync(join(tmpdir(), 'found-participants-'));
afterAll(() => rmSync(folder, { recursive: true }));

function table(name: string, ...rows: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${rows.join('\n').replaceAll(' ', '\t')}\n`);
  return path;
}

function scan(participant: string, session: string): { path: string; name: string; found: FoundScan } {
  const name = `${[participant, session].filter((part) => part !== '').join('_')}_task-rest_bold.nii.gz`;
  const found = { path: name, name, tool: 'fmriprep', content: 'volume', participant, session, run: '', site: '' };
  return { path: name, name, found: found as FoundScan };
}

const FILES = [scan('sub-01', 'ses-1'), scan('sub-01', 'ses-2'), scan('sub-02', 'ses-1'), scan('sub-02', 'ses-2')];

test('a table with a row a session gives each scan the row of its session', () => {
  const participantsTable = table(
    'each.tsv',
    'participant_id session_id dx',
    'sub-01 ses-1 mci',
    'sub-01 ses-2 ad',
    'sub-02 1 cn',
  );
  const { matches, unknown } = withFoundParticipants(FILES, { participantsTable }, {});
  expect(matches.map(({ row }) => row?.phenotype.dx)).toEqual(['mci', 'ad', 'cn', undefined]);
  expect(unknown).toEqual([FILES[3].name]);
});

test('rows of one participant that no session tells apart are refused, and so are scans without a session', () => {
  const same = table('same.tsv', 'participant_id dx', 'sub-01 mci', 'sub-02 cn', 'sub-01 ad');
  expect(() => withFoundParticipants(FILES, { participantsTable: same }, {})).toThrow(
    `${same} row 4: the participant "sub-01" is also in ${same} row 2`,
  );
  const each = table('two.tsv', 'participant_id session dx', 'sub-01 1 mci', 'sub-01 2 ad');
  expect(() => withFoundParticipants([scan('sub-01', '')], { participantsTable: each }, {})).toThrow(
    `${each} row 3: the participant "sub-01" is also in ${each} row 2`,
  );
});

test('what is said of a session goes before what is said of the participant, unless it is missing', () => {
  const participantsTable = table('people.tsv', 'participant_id age site', 'sub-01 20 A', 'sub-02 30 B');
  const sessionsTables = [
    table('sub-01_sessions.tsv', 'session_id age phq site run', 'ses-1 n/a 5 n/a 7', 'ses-2 22 6 C 8'),
  ];
  const found = withFoundParticipants(FILES, { participantsTable, sessionsTables }, {});
  expect(found.phenotypeColumns).toEqual(['age', 'phq']);
  expect(found.matches.map(({ row }) => [row?.site, row?.run, row?.phenotype])).toEqual([
    ['A', '', { age: '20', phq: '5' }],
    ['C', '', { age: '22', phq: '6' }],
    ['B', '', { age: '30' }],
    ['B', '', { age: '30' }],
  ]);
  const nameless = table('sub-02_sessions.tsv', 'visit phq', '1 5');
  expect(() => withFoundParticipants(FILES, { sessionsTables: [nameless] }, {})).toThrow(
    `${nameless}: the table of sessions has no column session_id, found visit, phq`,
  );
});

test("a table of one's own with a row a session is matched by session too", () => {
  const rows = ['1', '2'].map(
    (session, i): ParticipantRow => ({
      ...{ row: i + 2, where: `row ${i + 2}`, participantId: '01', file: undefined, session, run: '', site: '' },
      ...{ tr: undefined, phenotype: {} },
    }),
  );
  const { matches, left, unused } = matchById(rows, FILES);
  expect(matches.map(({ name, row }) => [name, row?.row])).toEqual([
    [FILES[0].name, 2],
    [FILES[1].name, 3],
  ]);
  expect([left, unused.map(({ name }) => name)]).toEqual([[], [FILES[2].name, FILES[3].name]]);
});

test('a scan that is not whole: its row is not said to have no file, and without a row nobody wanted it', () => {
  const row = (participantId: string): ParticipantRow => ({
    ...{ row: 2, where: 'row 2', participantId, file: undefined, session: '', run: '', site: '', tr: undefined },
    phenotype: {},
  });
  const match = (faulty: readonly string[]) => matchById([row('01'), row('09')], FILES, faulty);
  const bold = (participant: string) => `${participant}/func/${participant}_task-rest_desc-preproc_bold.nii.gz`;
  expect(match([]).left).toEqual(['row 2 participant 09']);
  expect(match([bold('sub-09')]).left).toEqual([]);
  expect(match([bold('sub-09'), bold('sub-10')]).unwanted).toEqual(new Set([bold('sub-10')]));
});
