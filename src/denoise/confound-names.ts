/** @file Names of confounds: those that fMRIPrep writes today, and what older versions called them. */

/** Translations (mm) then rotations (radians) of the head. */
export const MOTION = ['trans_x', 'trans_y', 'trans_z', 'rot_x', 'rot_y', 'rot_z'] as const;

/** The six parameters of a file that does not say in which order they stand. */
export const UNORDERED_MOTION = ['motion_1', 'motion_2', 'motion_3', 'motion_4', 'motion_5', 'motion_6'] as const;

/** fMRIPrep 1.0 and 1.1 (`X`, `FramewiseDisplacement`) and 1.2 (`non_std_dvars`), as changed in its later versions. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  X: 'trans_x',
  Y: 'trans_y',
  Z: 'trans_z',
  RotX: 'rot_x',
  RotY: 'rot_y',
  RotZ: 'rot_z',
  CSF: 'csf',
  WhiteMatter: 'white_matter',
  GlobalSignal: 'global_signal',
  FramewiseDisplacement: 'framewise_displacement',
  stdDVARS: 'std_dvars',
  'non-stdDVARS': 'dvars',
  non_std_dvars: 'dvars',
  'vx-wisestdDVARS': 'vx_wisestd_dvars',
};

const OLD_NUMBERED: readonly (readonly [RegExp, string])[] = [
  [/^aCompCor(\d+)$/, 'a_comp_cor_'],
  [/^tCompCor(\d+)$/, 't_comp_cor_'],
  [/^Cosine(\d+)$/, 'cosine'],
  [/^NonSteadyStateOutlier(\d+)$/, 'non_steady_state_outlier'],
  [/^AROMAAggrComp(\d+)$/, 'aroma_motion_'],
];

/** The name of today for a column's name of any version; names that are not known stay. */
export function confoundName(name: string): string {
  if (Object.hasOwn(OLD_NAMES, name)) return OLD_NAMES[name];
  for (const [pattern, prefix] of OLD_NUMBERED) {
    const number = pattern.exec(name)?.[1];
    if (number !== undefined) return `${prefix}${number}`;
  }
  return name;
}
