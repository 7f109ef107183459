/** @file Head motion: scans that moved most, and what motion does to connectivity. */
import type { Dataset } from '../dataset/dataset.ts';
import { brief, type Finding, someScans } from './finding.ts';
import { distanceBetween, type Geometry } from './geometry.ts';
import { motionOf } from './motion-column.ts';
import { edgesOf } from './motion-edges.ts';
import type { MotionRelation } from './motion-relation.ts';
import { correlation, median, spreadOf } from './order-statistics.ts';

/** Mean framewise displacement (mm) above which studies leave a scan out: Power et al., NeuroImage 84:320-341, 2014. */
const MUCH_MOTION = 0.5;
/** Fewer scans than this show no relation. */
export const FEWEST_FOR_MOTION = 20;
/** Of edges; 5 % is what chance gives on average. */
const MANY_EDGES = 0.15;

/** Scans that moved much, and groups that moved more than others. */
export function motionFindings(dataset: Dataset, chosen: readonly number[]): Finding[] {
  const found = motionOf(dataset, chosen);
  if (found === undefined) return [];
  const { column, values } = found;
  const moved = [...values].filter(([, fd]) => fd > MUCH_MOTION).sort((a, b) => b[1] - a[1]);
  if (moved.length === 0) return [];
  const { median: middle } = spreadOf([...values.values()]);
  const ids = moved.map(([index]) => dataset.scans[index].scanId);
  return [
    {
      id: 'motion',
      level: 'warning',
      scans: ids,
      message:
        `mean framewise displacement (${column}) is above ${MUCH_MOTION} mm in ${someScans(ids)}, up to ` +
        `${brief(moved[0][1])} mm; the median is ${brief(middle)} mm`,
      evidence: { scans: moved.length, most_mm: moved[0][1], median_mm: middle },
    },
  ];
}

export interface MotionSummary {
  /** Median |correlation| over edges. */
  readonly median: number;
  /** Share of edges with p < 0.05; 0.05 is chance. */
  readonly significantShare: number;
  /** Correlation over edges of (motion's correlation with the edge) and the edge's length; undefined without places. */
  readonly withDistance: number | undefined;
}

/**
 * How strongly connectivity follows motion ("QC-FC"), and whether that depends on distance: Ciric et al., NeuroImage
 * 154:174-187, 2017.
 */
export function summariseMotion({ correlation: r, limit }: MotionRelation, geometry?: Geometry): MotionSummary {
  const rois = Math.sqrt(r.length);
  const edges = edgesOf(r);
  return {
    median: edges.length === 0 ? 0 : median(edges.map(Math.abs)),
    significantShare: edges.filter((each) => Math.abs(each) > limit).length / Math.max(1, edges.length),
    withDistance: geometry === undefined ? undefined : distanceDependence(r, rois, geometry),
  };
}

function distanceDependence(r: Float32Array, rois: number, { placed, rois: places }: Geometry): number {
  const [lengths, values]: [number[], number[]] = [[], []];
  for (const i of placed)
    for (const j of placed)
      if (j < i && r[i * rois + j] !== 0) {
        lengths.push(distanceBetween(places[i], places[j]));
        values.push(r[i * rois + j]);
      }
  return correlation(lengths, values);
}

/** A warning when more edges follow motion than in any of 99 shuffles, which noise does once in a hundred data sets. */
export function motionFcFindings(relation: MotionRelation | undefined, geometry?: Geometry): Finding[] {
  if (relation === undefined || relation.scans < FEWEST_FOR_MOTION) return [];
  const { median: middle, significantShare, withDistance } = summariseMotion(relation, geometry);
  const { shuffledShare } = relation;
  if (significantShare < Math.max(MANY_EDGES, shuffledShare)) return [];
  const distance =
    withDistance === undefined ? '' : `; its correlation with the distance of the ROIs is ${brief(withDistance)}`;
  return [
    {
      id: 'motion-fc',
      level: 'warning',
      scans: [],
      message:
        `connectivity follows head motion (${relation.column}): within sites, ${Math.round(100 * significantShare)} % of ` +
        `pairs of ROIs correlate with it at p < 0.05 (median |r| ${brief(middle)}), with motion shuffled 99 times at most ` +
        `${Math.round(100 * shuffledShare)} %${distance}; ` +
        'give motion as a covariate, or denoise more strictly',
      evidence: {
        scans: relation.scans,
        median_r: middle,
        significant_share: significantShare,
        shuffled_share: shuffledShare,
        ...(withDistance === undefined ? {} : { r_with_distance: withDistance }),
      },
    },
  ];
}
