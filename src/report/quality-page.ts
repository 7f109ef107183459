/** @file The quality page of a data set: one HTML file without scripts or links, for screen and paper. */
import type { Inspection } from '../dataset/inspect.ts';
import type { QualityPage } from './quality-content.ts';
import { findingsSection } from './quality-findings.ts';
import {
  likenessSection,
  missingSection,
  motionSection,
  networksSection,
  processingSection,
  scansSection,
} from './quality-sections.ts';
import { QUALITY_STYLE } from './quality-style.ts';
import { escapeXml } from './svg.ts';

/** The page as HTML; the same data give the same bytes. */
export function qualityPage(page: QualityPage): string {
  const { directory, inspection, checks } = page;
  const title = `Quality of ${directory.split(/[\\/]/).findLast((part) => part !== '') ?? directory}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${QUALITY_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
${facts(inspection)}
${[
  findingsSection(checks.findings, inspection.warnings),
  networksSection(page),
  scansSection(page),
  processingSection(page),
  missingSection(page),
  likenessSection(page),
  motionSection(page),
]
  .filter((section) => section !== '')
  .join('\n')}
<footer>${escapeXml(directory)}, hash ${escapeXml(inspection.hash)}. Written by brainmass inspect.</footer>
</main>
</body>
</html>
`;
}

function facts({ scans, participants, rois, atlas, timepoints, sites, hash, connectivity }: Inspection): string {
  const named = Object.keys(sites).filter((site) => site !== '').length;
  const shown: readonly (readonly [string, string])[] = [
    ['scans', String(scans)],
    ['participants', String(participants)],
    ['sites', named === 0 ? 'not named' : String(named)],
    ['ROIs', `${rois} (${atlas})`],
    ...(timepoints.total === 0
      ? []
      : ([
          [
            'volumes a scan',
            timepoints.min === timepoints.max ? `${timepoints.min}` : `${timepoints.min} to ${timepoints.max}`,
          ],
        ] as const)),
    ...(connectivity === undefined
      ? []
      : ([
          ['connectivity', `${connectivity.kind === 'unknown' ? 'of unknown kind' : connectivity.kind}, no series`],
        ] as const)),
    ['hash', hash.slice(0, 12)],
  ];
  const cells = shown.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeXml(value)}</dd></div>`);
  return `<dl class="facts">${cells.join('')}</dl>`;
}
