/** @file The findings of the checks, as HTML. */
import type { Finding, Level } from '../checks/finding.ts';
import { escapeXml } from './svg.ts';

const MOST_SCANS = 12;
const LEVELS: readonly Level[] = ['error', 'warning', 'note'];

/** @param warnings what is known without the checks */
export function findingsSection(findings: readonly Finding[], warnings: readonly string[]): string {
  const counts = LEVELS.map((level) => {
    const n =
      findings.filter((finding) => finding.level === level).length + (level === 'warning' ? warnings.length : 0);
    return `${n} ${level}${n === 1 ? '' : 's'}`;
  });
  const notes = findings.filter(({ level }) => level === 'note');
  const graver = findings.filter(({ level }) => level !== 'note');
  const found = findings.length + warnings.length > 0;
  return `<section><h2>Findings</h2>
<p>${found ? `${counts.join(', ')}.` : 'The checks found nothing.'} An error is almost surely a mistake in the data; a
warning is worth a look; a note is good to know.</p>
${[...graver.map(findingHtml), ...warnings.map(warningHtml), ...notes.map(findingHtml)].join('\n')}
</section>`;
}

function warningHtml(warning: string): string {
  return `<div class="finding warning"><p><span class="level">warning</span>${escapeXml(warning)}</p></div>`;
}

function findingHtml({ id, level, message, scans, evidence }: Finding): string {
  const numbers = Object.entries(evidence).map(
    ([name, value]) =>
      `${name.replaceAll('_', ' ')} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`,
  );
  const named =
    scans.length === 0
      ? []
      : [`scans: ${scans.slice(0, MOST_SCANS).join(', ')}${scans.length > MOST_SCANS ? ', …' : ''}`];
  const small = [id, ...numbers, ...named].join(' · ');
  return `<div class="finding ${level}"><p><span class="level">${level}</span>${escapeXml(message)}</p><p class="evidence">${escapeXml(small)}</p></div>`;
}
