import { describe, expect, test } from 'vitest';
import { parseTable } from '../../src/files/table.ts';
import { readParticipants } from '../../src/ingest/participants.ts';

const read = (text: string, choice = {}) => readParticipants(parseTable(text, 'p.csv'), choice, 'p.csv');

describe('a participants table', () => {
  test('columns by their common names, whatever the case; the others are phenotypes as given', () => {
    const { rows, phenotypeColumns, columns } = read(
      'SUB_ID,SITE_ID,TR,age,file,SES,note\n0050004,PITT,1.50,19.09,a.npy,1,n/a\n50005,n/a,-9999,,b.npy,,"x, y"\n',
    );
    expect(columns).toEqual({ id: 'SUB_ID', file: 'file', session: 'SES', site: 'SITE_ID', tr: 'TR' });
    expect(phenotypeColumns).toEqual(['age', 'note']);
    expect(rows).toEqual([
      {
        row: 2,
        where: 'p.csv row 2',
        participantId: '0050004',
        file: 'a.npy',
        session: '1',
        run: '',
        site: 'PITT',
        tr: 1.5,
        phenotype: { age: '19.09', note: 'n/a' },
      },
      {
        row: 3,
        where: 'p.csv row 3',
        participantId: '50005',
        file: 'b.npy',
        session: '',
        run: '',
        site: '',
        tr: undefined,
        phenotype: { age: '', note: 'x, y' },
      },
    ]);
  });

  test('participant_id goes before subject, which then is a phenotype', () => {
    expect(read('subject,participant_id\nx,1\n').columns).toEqual({ id: 'participant_id' });
    expect(read('subject,participant_id\nx,1\n').phenotypeColumns).toEqual(['subject']);
  });

  test('a column given by name', () => {
    const { rows } = read('code,scanner,where\nc1,s1,a.npy\n', { id: 'code', site: 'scanner', file: 'where' });
    expect(rows[0]).toMatchObject({ participantId: 'c1', site: 's1', file: 'a.npy', phenotype: {} });
  });

  const wrong: [string, string, object, string][] = [
    [
      'no id column',
      'code,age\n1,2\n',
      {},
      'p.csv: no column is known to hold the participant ids, expected participant_id, subject, subject_id, sub_id, participant, sub, id, scandir id, scandirid, found code, age; pass --id COLUMN.',
    ],
    [
      'an absent column',
      'code\n1\n',
      { id: 'cod' },
      'p.csv: there is no column "cod", found code; the nearest is "code".',
    ],
    ['an empty id', 'id,file\n1,a\n,b\n', {}, 'p.csv row 3: the column "id" is empty; fill it in, or remove the row.'],
    ['an empty file', 'id,file\n1,n/a\n', {}, 'p.csv row 2: the column "file" is empty'],
    [
      'a TR in milliseconds',
      'id,TR\n1,2000\n',
      {},
      'p.csv row 2: the repetition time (TR) is not a number of seconds, found "2000".',
    ],
    [
      'a reserved name',
      'id,offset\n1,3\n',
      {},
      'p.csv column "offset": the data set keeps this name for itself; rename the column.',
    ],
    ['no rows', 'id,file\n', {}, 'p.csv: the table has no rows.'],
  ];
  test.each(wrong)('refuses %s', (_, text, choice, message) => {
    expect(() => read(text, choice)).toThrow(message);
  });
});
