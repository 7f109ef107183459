/**
 * @file docs/report.schema.json is the schema of `report.json`, docs/identification.schema.json that of an identification's.
 * After a change of src/evaluate/report-document.ts or src/identify/identification-document.ts, write them again with
 * `npx vitest run test/cli/report-schema.test.ts -u`.
 */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { EvaluationDocument } from '../../src/evaluate/report-document.ts';
import { IdentificationDocument } from '../../src/identify/identification-document.ts';

test('docs/report.schema.json says what report.json is', async () => {
  const schema = z.toJSONSchema(EvaluationDocument, { target: 'draft-2020-12' });
  const published = { $id: 'brainmass-report/1', title: 'An evaluation by brainmass evaluate', ...schema };
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot('../../docs/report.schema.json');
});

test('docs/identification.schema.json says what report.json of an identification is', async () => {
  const schema = z.toJSONSchema(IdentificationDocument, { target: 'draft-2020-12' });
  const published = { $id: 'brainmass-identification/1', title: 'An identification by brainmass identify', ...schema };
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot('../../docs/identification.schema.json');
});
