/**
 * @file The network structure that all simulated people share: how much of each ROI's signal is global, of its network,
 * of its neighbourhood, shared with its counterpart, and its own.
 *
 * A scan is a sum of factors times loadings plus a local field, so that every person's correlation matrix is a true one
 * whatever is planted. The shares are set so that FC resembles that of 651 scans of ABIDE I on 100 ROIs (mean 0.39;
 * homotopic pairs 0.75, within networks 0.52, between 0.37; falling with distance).
 */
import { InputError } from '../errors/input-error.ts';
import { choleskyFactor } from '../linear-algebra/cholesky.ts';
import { normal } from '../random/draws.ts';
import { drawsFor } from './address.ts';
import { distance, homotopicPairs, NETWORKS, type Network, type Parcel, type Parcellation } from './parcellation.ts';
import { COUPLING_SD, type PlantedCoupling } from './planted.ts';

/** Factors that every brain has: the global signal, and each network's. */
export const BRAIN_FACTORS = 1 + NETWORKS.length;

/** Factor 0 is the global signal, then one for each network, then two for each planted coupling. */
export interface Brain {
  readonly rois: number;
  /** Index of each ROI's network in {@link NETWORKS}. */
  readonly networkOf: readonly number[];
  readonly factors: number;
  /** `[rois, factors]`: the average person's loadings. */
  readonly loadings: Float64Array;
  /** Lower triangular `[1 + networks, 1 + networks]`: mixes independent draws into the global and network factors. */
  readonly mixing: Float64Array;
  /** Lower triangular `[rois, rois]`: mixes independent draws into the local field. */
  readonly field: Float64Array;
  readonly planted: readonly PlantedCoupling[];
  /** Of each planted coupling: correlation of its two factors that moves its mean FC by one standard deviation. */
  readonly unitShift: readonly number[];
}

/** The average brain does not depend on the seed of a cohort: two cohorts are of one species. */
const BRAIN_SEED = 20_24;

/** Loadings on the global signal. The limbic ROIs lie where the signal is weak (near the sinuses). */
const GLOBAL_LOADING: Record<Network, number> = {
  Vis: 0.54,
  SomMot: 0.54,
  DorsAttn: 0.57,
  SalVentAttn: 0.58,
  Limbic: 0.42,
  Cont: 0.58,
  Default: 0.57,
};

/** Loadings on the ROI's own network. */
const NETWORK_LOADING: Record<Network, number> = {
  Vis: 0.44,
  SomMot: 0.42,
  DorsAttn: 0.26,
  SalVentAttn: 0.28,
  Limbic: 0.42,
  Cont: 0.24,
  Default: 0.18,
};

/** Correlation of network signals, in the order of {@link NETWORKS}; upper triangle by rows. */
const NETWORK_CORRELATION = [
  [0.05, 0.3, 0.05, 0.1, 0.15, 0.2],
  [0.55, 0.65, 0, 0.15, 0],
  [0.55, 0, 0.55, 0.1],
  [0, 0.5, 0.25],
  [0.05, 0.55],
  [0.55],
];

/** Loading of both networks of a planted coupling on its factors. */
const COUPLING_LOADING = 0.38;
const LOADING_SPREAD = 0.25;

/** Variance of the local field, its reach (mm), and the part shared by homotopic ROIs; the rest is the ROI's own. */
const LOCAL_VARIANCE = 0.28;
const LOCAL_REACH = 28;
const HOMOTOPIC_VARIANCE = 0.22;
const OWN_VARIANCE = 0.02;

/** What people, days and motion add to an ROI's variance, on average. */
const STRAY_VARIANCE = 0.3;

/**
 * The average brain on a parcellation, ready for the couplings that are planted.
 *
 * @throws InputError when the effect of the diagnosis is too large for this parcellation
 */
export function makeBrain({ parcels }: Parcellation, planted: readonly PlantedCoupling[]): Brain {
  const rois = parcels.length;
  const factors = BRAIN_FACTORS + 2 * planted.length;
  const loadings = new Float64Array(rois * factors);
  const draws = drawsFor(BRAIN_SEED, 'brain', 0);
  parcels.forEach(({ network }, roi) => {
    const row = roi * factors;
    loadings[row] = GLOBAL_LOADING[network] * Math.exp(LOADING_SPREAD * normal(draws));
    loadings[row + 1 + NETWORKS.indexOf(network)] = NETWORK_LOADING[network] * Math.exp(LOADING_SPREAD * normal(draws));
    planted.forEach(({ between }, coupling) => {
      const side = between.indexOf(network);
      if (side >= 0) loadings[row + BRAIN_FACTORS + 2 * coupling + side] = COUPLING_LOADING;
    });
  });
  const networkOf = parcels.map(({ network }) => NETWORKS.indexOf(network));
  const covariance = localCovariance(parcels);
  const variance = Float64Array.from({ length: rois }, (_, roi) =>
    loadings
      .subarray(roi * factors, (roi + 1) * factors)
      .reduce((sum, a) => sum + a * a, STRAY_VARIANCE + covariance[roi * rois + roi]),
  );
  const unitShift = planted.map(({ between }) => {
    const inverseSd = between.map((network) => {
      const members = parcels.flatMap((parcel, roi) =>
        parcel.network === network ? [1 / Math.sqrt(variance[roi])] : [],
      );
      return members.reduce((sum, each) => sum + each, 0) / members.length;
    });
    return COUPLING_SD / (COUPLING_LOADING ** 2 * inverseSd[0] * inverseSd[1]);
  });
  checkReach(planted, unitShift, rois);
  const mixing = choleskyFactor(factorCorrelation(), BRAIN_FACTORS);
  return { rois, networkOf, factors, loadings, mixing, field: choleskyFactor(covariance, rois), planted, unitShift };
}

/** In a few ROIs a planted coupling may need a correlation of its factors beyond 1 for effects that others can hold. */
function checkReach(planted: readonly PlantedCoupling[], unitShift: readonly number[], rois: number): void {
  planted.forEach(({ by, effect }, index) => {
    const largest = 2 / unitShift[index];
    if (by === 'dx' && Math.abs(effect) >= largest)
      throw new InputError({
        problem: `an effect of this size cannot be planted in ${rois} ROIs`,
        expected: `Cohen's d within ±${(Math.floor(largest * 100) / 100).toFixed(2)}`,
        found: `${effect}`,
        fix: 'plant a smaller one or simulate more ROIs',
      });
  });
}

/** Correlation of the global factor (independent of the others) and the networks. */
function factorCorrelation(): Float64Array {
  const size = BRAIN_FACTORS;
  const correlation = Float64Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0));
  NETWORK_CORRELATION.forEach((row, i) => {
    row.forEach((r, k) => {
      const j = i + 1 + k;
      correlation[(i + 1) * size + j + 1] = r;
      correlation[(j + 1) * size + i + 1] = r;
    });
  });
  return correlation;
}

/** What is not in the factors: falling with distance, shared by homotopic ROIs, and an ROI's own. */
function localCovariance(parcels: readonly Parcel[]): Float64Array {
  const rois = parcels.length;
  const covariance = Float64Array.from({ length: rois * rois }, (_, k) => {
    const apart = distance(parcels[Math.floor(k / rois)], parcels[k % rois]);
    return LOCAL_VARIANCE * Math.exp(-apart / LOCAL_REACH);
  });
  for (let roi = 0; roi < rois; roi++) covariance[roi * rois + roi] += HOMOTOPIC_VARIANCE + OWN_VARIANCE;
  for (const [left, right] of homotopicPairs(parcels)) {
    covariance[left * rois + right] += HOMOTOPIC_VARIANCE;
    covariance[right * rois + left] += HOMOTOPIC_VARIANCE;
  }
  return covariance;
}
