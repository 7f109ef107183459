/** @file Denoising strategies by their names in the field, as data: which confounds each takes out. */

/** `basic`: the signals themselves. `full`: also their derivatives, and the squares of both. */
export type Expansion = 'basic' | 'full';

/**
 * `five`: the first five components of white matter and of CSF. `half`: as many of each as explain half of its variance.
 * `combined`: all that the preprocessor retained of both tissues together.
 */
export type CompCorChoice = 'five' | 'half' | 'combined';

export interface Recipe {
  readonly motion?: Expansion;
  /** Mean signals of white matter and of CSF. */
  readonly tissues?: Expansion;
  readonly globalSignal?: Expansion;
  readonly compCor?: CompCorChoice;
  /** `regressors`: components of the table are regressed out. `in-image`: the image was denoised before. */
  readonly aroma?: 'regressors' | 'in-image';
}

const ACOMPCOR: Recipe = { motion: 'full', compCor: 'five' };
const ACOMPCOR_HALF: Recipe = { motion: 'full', compCor: 'half' };
const AROMA: Recipe = { tissues: 'basic', aroma: 'in-image' };
const AROMA_AGGRESSIVE: Recipe = { tissues: 'basic', aroma: 'regressors' };

/**
 * P counts parameters. Friston et al. 1996 (24p); Satterthwaite et al. 2013 (9p, 36p); Behzadi et al. 2007 and Muschelli
 * et al. 2014 (aCompCor of five components, of half the variance); Pruim et al. 2015 (ICA-AROMA, with the mean signals of
 * white matter and CSF); compared by Ciric et al. 2017 and Parkes et al. 2018, who add the global signal as "GSR".
 */
export const RECIPES = {
  none: {},
  '2p': { tissues: 'basic' },
  '6p': { motion: 'basic' },
  '8p': { motion: 'basic', tissues: 'basic' },
  '9p': { motion: 'basic', tissues: 'basic', globalSignal: 'basic' },
  '24p': { motion: 'full' },
  '24p-gsr': { motion: 'full', globalSignal: 'basic' },
  '26p': { motion: 'full', tissues: 'basic' },
  '26p-gsr': { motion: 'full', tissues: 'basic', globalSignal: 'basic' },
  '32p': { motion: 'full', tissues: 'full' },
  '36p': { motion: 'full', tissues: 'full', globalSignal: 'full' },
  acompcor: ACOMPCOR,
  'acompcor-gsr': { ...ACOMPCOR, globalSignal: 'basic' },
  acompcor50: ACOMPCOR_HALF,
  'acompcor50-gsr': { ...ACOMPCOR_HALF, globalSignal: 'basic' },
  'acompcor-combined': { motion: 'full', compCor: 'combined' },
  aroma: AROMA,
  'aroma-gsr': { ...AROMA, globalSignal: 'basic' },
  'aroma-aggressive': AROMA_AGGRESSIVE,
  'aroma-aggressive-gsr': { ...AROMA_AGGRESSIVE, globalSignal: 'basic' },
} as const satisfies Readonly<Record<string, Recipe>>;

export type Strategy = keyof typeof RECIPES;

/** What another name stands for: nilearn's `load_confounds_strategy` presets (Wang et al. 2024, PLOS Comput. Biol.). */
export interface Alias {
  readonly strategy: Strategy;
  /** All of nilearn's presets have cosine drifts. */
  readonly cosine: true;
  readonly scrub?: { readonly fd: number; readonly dvars: number; readonly segment: number };
}

export const ALIASES: Readonly<Record<'simple' | 'scrubbing' | 'compcor' | 'ica_aroma', Alias>> = {
  simple: { strategy: '26p', cosine: true },
  scrubbing: { strategy: '32p', cosine: true, scrub: { fd: 0.5, dvars: 1.5, segment: 5 } },
  compcor: { strategy: 'acompcor-combined', cosine: true },
  ica_aroma: { strategy: 'aroma', cosine: true },
};
