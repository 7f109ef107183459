/** @file What the quick checks say before a data set is used: sentences on stderr. */
import { quickCheck } from '../checks/check-dataset.ts';
import { modelFingerprint } from '../checks/fingerprint.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { ModelCard } from '../model/card.ts';

/**
 * Looks at a sample of the scans and says what is suspicious; goes on in any case.
 *
 * @param card of the model that is to read them; none before pretraining
 * @throws InputError when the card is damaged
 */
export function warnOfData(dataset: Dataset, card?: ModelCard, where = ''): void {
  const findings = quickCheck(dataset, { model: card === undefined ? undefined : modelFingerprint(card, where) });
  for (const { level, message } of findings)
    if (level !== 'note') process.stderr.write(`${dataset.directory}: ${message}\n`);
}
