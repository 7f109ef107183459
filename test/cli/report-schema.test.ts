/**
 * @file docs/report.schema.json is the schema of `report.json`. After a change of src/evaluate/report-document.ts, write it
 * again with `npx vitest run test/cli/report-schema.test.ts -u`.
 */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { EvaluationDocument } from '../../src/evaluate/report-document.ts';

test('docs/report.schema.json says what report.json is', async () => {
  const schema = z.toJSONSchema(EvaluationDocument, { target: 'draft-2020-12' });
  const published = { $id: 'brainmass-report/1', title: 'An evaluation by brainmass evaluate', ...schema };
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot('../../docs/report.schema.json');
});
