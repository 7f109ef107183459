/** @file The differences between people that are planted on purpose, and how large they are made. */
import { InputError } from '../errors/input-error.ts';
import { AGE_MEAN, AGE_SD, type Participant } from './cohort.ts';
import type { Network } from './parcellation.ts';

/** Coupling of two networks that depends on one thing about a person. */
export interface PlantedCoupling {
  readonly by: 'dx' | 'sex' | 'age';
  /** Every ROI of the one with every ROI of the other. */
  readonly between: readonly [Network, Network];
  /**
   * Size: Cohen's d of the mean FC over these edges, patients over controls and men over women; for age, standard
   * deviations of that mean FC for each standard deviation of age.
   */
  readonly effect: number;
}

/**
 * Standard deviation over people of the mean FC over a pair of networks. It turns an effect size into a difference in
 * correlation; a test holds the simulated cohorts to it. (ABIDE I, 651 scans: 0.12 to 0.15 for most pairs.)
 */
export const COUPLING_SD = 0.122;

/** Beyond it the coupling would need a correlation of networks beyond 1. */
const LARGEST_EFFECT = 1.5;

/** Effects of sex and age, planted always: there is more to find in a cohort than the diagnosis. */
const SEX_EFFECT = 0.4;
const AGE_EFFECT = -0.3;

/**
 * What is planted in a cohort. No network takes part in two couplings.
 *
 * @param effect of the diagnosis; 0 plants none: `dx` is then independent of everything
 * @throws InputError when the effect is not a number within ±1.5
 */
export function plantedCouplings(effect: number): readonly PlantedCoupling[] {
  if (!(Math.abs(effect) <= LARGEST_EFFECT))
    throw new InputError({
      problem: 'an effect of this size cannot be planted',
      expected: `Cohen's d from -${LARGEST_EFFECT} to ${LARGEST_EFFECT}`,
      found: `${effect}`,
    });
  return [
    { by: 'dx', between: ['SalVentAttn', 'Default'], effect },
    { by: 'sex', between: ['Vis', 'SomMot'], effect: SEX_EFFECT },
    { by: 'age', between: ['DorsAttn', 'Cont'], effect: AGE_EFFECT },
  ];
}

/** How many standard deviations this person's coupling lies from the cohort's middle, by what is planted. */
export function plantedShift({ by, effect }: PlantedCoupling, person: Participant): number {
  switch (by) {
    case 'dx':
      return effect * (person.dx - 0.5);
    case 'sex':
      return effect * (person.sex === 'M' ? 0.5 : -0.5);
    case 'age': {
      const deviations = (person.age - AGE_MEAN) / AGE_SD;
      return effect * Math.max(-2, Math.min(2, deviations));
    }
  }
}
