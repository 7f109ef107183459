/** @file The sections of the quality page: connectivity, lengths, processing, missing ROIs, outliers and motion. */
import type { Roi } from '../atlas/atlas.ts';
import { FEWEST_FOR_MOTION, summariseMotion } from '../checks/motion.ts';
import { motionOf } from '../checks/motion-column.ts';
import { distanceBins, edgesOf } from '../checks/motion-edges.ts';
import { histogramFigure } from './histogram-figure.ts';
import { colourBar, networkImage, networkOrder } from './network-image.ts';
import type { QualityPage } from './quality-content.ts';
import { stripFigure } from './strip-figure.ts';
import { escapeXml } from './svg.ts';

const MOST_SITES = 24;
const MOST_ROIS = 15;

/** Mean connectivity of the whole data set and of each site. */
export function networksSection({ dataset, checks: { survey, geometry } }: QualityPage): string {
  const rois: readonly Roi[] = geometry?.rois ?? dataset.roiNames.map((name) => ({ name }));
  const order = networkOrder(rois);
  const networks = [...new Set(rois.flatMap(({ network }) => network ?? []))];
  const sites = [...survey.sites].filter(([site]) => site !== '').sort((a, b) => b[1].scans - a[1].scans);
  const shown = [['all', survey.mean] as const, ...(sites.length > 1 ? sites.slice(0, MOST_SITES) : [])];
  const pictures = shown.map(
    ([site, { scans, matrix }]) =>
      `<figure><img src="${networkImage(matrix, order)}" alt="mean connectivity of ${escapeXml(site)}"><figcaption><b>${escapeXml(site)}</b>, ${scans} scan${scans === 1 ? '' : 's'}</figcaption></figure>`,
  );
  const ordered =
    networks.length > 1
      ? `ROIs are ordered by network (${networks.join(', ')}), within each as in the data set, from top and left.`
      : 'ROIs are in the order of the data set.';
  const alike =
    sites.length > 1
      ? ' Sites should look alike; a site with another pattern was processed or ordered in another way.'
      : '';
  const hidden = sites.length > MOST_SITES ? ` ${sites.length - MOST_SITES} smaller sites are not shown.` : '';
  return `<section><h2>Mean functional connectivity</h2>
<p>${escapeXml(`${ordered}${alike}${hidden}`)}</p>
<div class="bar">-1 <img src="${colourBar()}" alt="colours from -1 to 1"> 1, grey: no signal</div>
<div class="networks">${pictures.join('')}</div></section>`;
}

/** Lengths and repetition times. */
export function scansSection({ dataset, inspection }: QualityPage): string {
  if (inspection.timepoints.total === 0) return '';
  const minutes = dataset.scans.flatMap(({ timepoints, tr }) => (tr === undefined ? [] : [(timepoints * tr) / 60]));
  const lengths = histogramFigure({
    title: 'Length of scans',
    xName: 'volumes',
    yName: 'scans',
    values: dataset.scans.map(({ timepoints }) => timepoints),
  });
  const durations = histogramFigure({ title: 'Duration of scans', xName: 'minutes', yName: 'scans', values: minutes });
  const trs = Object.entries(inspection.trs).sort((a, b) => Number(a[0]) - Number(b[0]));
  const rows = trs.map(([tr, n]) => [tr === '' ? 'not known' : `${tr} s`, String(n)]);
  return `<section><h2>Lengths and repetition times</h2>
<div class="pair">${lengths}${minutes.length === 0 ? '' : durations}</div>
${table(['repetition time', 'scans'], rows)}</section>`;
}

/** What was filtered and regressed, by site. */
export function processingSection({ checks: { processing } }: QualityPage): string {
  const percent = (share: number | undefined) => (share === undefined ? '-' : `${Math.round(100 * share)} %`);
  const rows = processing.map(
    ({ site, tr, scans, lowPass, edge, shares, meanFc, negativeShare, globalSignalRegressed }) => {
      const cut = edge === undefined || tr === undefined ? edge : edge / tr;
      const unit = tr === undefined ? 'cycles a volume' : 'Hz';
      return [
        site === '' ? 'all' : site,
        String(scans.length),
        tr === undefined ? '?' : String(tr),
        lowPass === undefined ? '-' : cut === undefined ? 'none' : `${Number(cut.toPrecision(2))} ${unit}`,
        ...[0, 1, 2].map((band) => percent(shares?.[band])),
        meanFc.toFixed(2),
        percent(negativeShare),
        globalSignalRegressed ? 'likely' : 'no sign',
      ];
    },
  );
  const header = [
    'site',
    'scans',
    'TR, s',
    'low-pass at',
    '< 0.01 Hz',
    '0.01-0.1 Hz',
    '> 0.1 Hz',
    'mean FC',
    'negative',
    'GSR',
  ];
  return `<section><h2>Filtering and global signal</h2>
<p>Medians over the scans of a site: where the spectrum ends, how its power is spread, mean connectivity, the share of
negative pairs, and whether the global signal was probably regressed (GSR).</p>
${table(header, rows)}</section>`;
}

/** ROIs without signal. */
export function missingSection({ inspection: { missingRois, scans } }: QualityPage): string {
  if (missingRois.scans === 0)
    return '<section><h2>Missing ROIs</h2><p>Every ROI has signal in every scan.</p></section>';
  const rows = missingRois.byRoi
    .slice(0, MOST_ROIS)
    .map(({ roi, scans: n }) => [roi, String(n), `${((100 * n) / scans).toFixed(1)} %`]);
  const worst = [...missingRois.byScan].sort((a, b) => b.rois - a.rois).slice(0, MOST_ROIS);
  return `<section><h2>Missing ROIs</h2>
<p>${missingRois.scans} of ${scans} scans lack signal in some of ${missingRois.byRoi.length} ROI${missingRois.byRoi.length === 1 ? '' : 's'}. These stay as zeros: every
correlation with them is 0.</p>
<div class="pair">${table(['ROI', 'scans without it', ''], rows)}
${table(
  ['scan', 'ROIs without signal'],
  worst.map(({ scan, rois }) => [scan, String(rois)]),
)}</div></section>`;
}

/** How like the others of its site each scan is. */
export function likenessSection({ dataset, checks: { comparisons, findings } }: QualityPage): string {
  if (comparisons.scans.length === 0) return '';
  const flagged = new Set(
    findings.flatMap(({ id, scans }) => (id === 'outlier-scans' || id === 'scan-roi-order' ? scans : [])),
  );
  const dots = comparisons.scans.map(({ index, likeSite }) => {
    const { site, scanId } = dataset.scans[index];
    return { group: site, value: likeSite, name: scanId, flagged: flagged.has(scanId) };
  });
  const figure = stripFigure({
    title: 'Likeness to the other scans',
    xName: 'correlation with their mean connectivity',
    dots,
    notes: ['Rings: suspected of another ROI order, or outliers (3.5 robust standard deviations below the median).'],
  });
  return `<section><h2>Outliers by distance</h2>
<p>The connectivity of each scan against the mean of the others of its site (of all where the site has fewer than 5).</p>
<div class="pair">${figure}</div></section>`;
}

/** Head motion, and what connectivity shows of it. */
export function motionSection({ dataset, checks: { comparisons, geometry } }: QualityPage): string {
  const found = motionOf(
    dataset,
    dataset.scans.map((_, i) => i),
  );
  if (found === undefined)
    return `<section><h2>Motion</h2><p>No column holds mean framewise displacement of three scans or more (looked for: mean_fd, fd_mean, func_mean_fd, …), so nothing can be said of motion.</p></section>`;
  const motion = histogramFigure({
    title: 'Head motion',
    xName: `${found.column}, mm`,
    yName: 'scans',
    values: [...found.values.values()],
  });
  const relation = comparisons.motion;
  if (relation === undefined || relation.scans < FEWEST_FOR_MOTION)
    return `<section><h2>Motion</h2>
<p>Too few scans have a value to say how connectivity depends on motion.</p>
<div class="pair">${motion}</div></section>`;
  const summary = summariseMotion(relation, geometry);
  // The limit is 1.96 standard deviations.
  const deviation = relation.limit / 1.96;
  const edges = histogramFigure({
    title: 'Connectivity against motion',
    xName: 'correlation with motion, over scans',
    yName: 'pairs of ROIs',
    values: edgesOf(relation.correlation),
    expected: {
      name: 'no relation',
      density: (r) => Math.exp(-((r / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI)),
    },
  });
  const bins = geometry === undefined ? [] : distanceBins(relation.correlation, geometry);
  const rows = bins.map(({ from, to, pairs, mean }) => [`${from} to ${to} mm`, String(pairs), mean.toFixed(3)]);
  return `<section><h2>Motion</h2>
<p>Within sites, ${Math.round(100 * summary.significantShare)} % of pairs of ROIs correlate with motion at p &lt; 0.05 over
${relation.scans} scans; with motion shuffled 99 times, at most ${Math.round(100 * relation.shuffledShare)} % did. The median
|r| is ${summary.median.toFixed(3)}.</p>
<div class="pair">${motion}${edges}</div>
${rows.length === 0 ? '' : table(['distance of the ROIs', 'pairs', 'mean correlation with motion'], rows)}</section>`;
}

/** Numbers to the right; the first column holds names. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (name: 'th' | 'td', content: string, column: number) =>
    `<${name}${column > 0 ? ' class="number"' : ''}>${escapeXml(content)}</${name}>`;
  const line = (name: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((content, column) => cell(name, content, column)).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${line('th', header)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table></div>`;
}
