/**
 * @file What connectivity shows of anatomy: homotopic partners, decay with distance, networks. The evidence for or against
 * an order of ROIs that a person can judge.
 */
import { brief } from './finding.ts';
import { distanceBetween, type Geometry, sideOf } from './geometry.ts';
import { correlation } from './order-statistics.ts';

/** A partner this near to the mirror image, mm, counts as homotopic. */
const NEAR_MIRROR = 20;

/** In words for a message, and as numbers. */
export function anatomyOf(
  mean: ArrayLike<number>,
  rois: number,
  geometry: Geometry,
): { readonly words: string; readonly numbers: Readonly<Record<string, number>> } {
  const homotopic = homotopicShare(mean, rois, geometry);
  const decay = distanceDecay(mean, rois, geometry);
  const networks = networkContrast(mean, rois, geometry);
  const words = [
    ...(homotopic === undefined
      ? []
      : [
          `in ${Math.round(100 * homotopic.share)} % of ROIs the strongest partner across the midline lies at the mirror ` +
            `image (chance: ${Math.round(100 * homotopic.chance)} %)`,
        ]),
    `connectivity correlates with distance at ${brief(decay)} (usually -0.2 to -0.5)`,
    ...(networks === undefined
      ? []
      : [`mean connectivity is ${brief(networks.within)} within networks and ${brief(networks.between)} between`]),
  ].join('; ');
  const numbers = {
    ...(homotopic === undefined ? {} : { homotopic_share: homotopic.share, homotopic_chance: homotopic.chance }),
    distance_r: decay,
    ...(networks === undefined ? {} : { within_networks: networks.within, between_networks: networks.between }),
  };
  return { words, numbers };
}

/** How often the strongest partner in the other hemisphere is near the mirror image, and how often it would be by chance. */
function homotopicShare(mean: ArrayLike<number>, rois: number, { placed, rois: places }: Geometry) {
  let [asked, hits, chance] = [0, 0, 0];
  for (const i of placed) {
    const across = placed.filter((j) => sideOf(places[i]) * sideOf(places[j]) < 0);
    if (across.length === 0) continue;
    const near = across.filter((j) => distanceBetween(places[i], places[j], true) < NEAR_MIRROR);
    const strongest = across.reduce((best, j) => (mean[i * rois + j] > mean[i * rois + best] ? j : best));
    asked++;
    if (near.includes(strongest)) hits++;
    chance += near.length / across.length;
  }
  return asked === 0 ? undefined : { share: hits / asked, chance: chance / asked };
}

/** Correlation of connectivity with distance, within hemispheres. */
function distanceDecay(mean: ArrayLike<number>, rois: number, { placed, rois: places }: Geometry): number {
  const [lengths, values]: [number[], number[]] = [[], []];
  for (const i of placed)
    for (const j of placed)
      if (j < i && sideOf(places[i]) === sideOf(places[j])) {
        lengths.push(distanceBetween(places[i], places[j]));
        values.push(mean[i * rois + j]);
      }
  return correlation(lengths, values);
}

function networkContrast(mean: ArrayLike<number>, rois: number, { placed, rois: places }: Geometry) {
  const sums = { within: 0, between: 0 };
  const counts = { within: 0, between: 0 };
  for (const i of placed)
    for (const j of placed) {
      const [a, b] = [places[i].network, places[j].network];
      if (j >= i || a === undefined || b === undefined) continue;
      const kind = a === b ? 'within' : 'between';
      sums[kind] += mean[i * rois + j];
      counts[kind]++;
    }
  if (counts.within === 0 || counts.between === 0) return undefined;
  return { within: sums.within / counts.within, between: sums.between / counts.between };
}
