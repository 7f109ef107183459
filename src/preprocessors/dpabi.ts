/**
 * @file What DPABI, DPARSF and DPABISurf leave: `ROISignals_<participant>.mat` and `.txt`, and their correlations.
 *
 * Names: DPARSF's source (`y_ExtractROISignal`, `DPARSFA_run`) and rfmri.org/REST-meta-MDD: series in
 * `Results/ROISignals_<folder>/`, further sessions in `S2_Results/S2_ROISignals_<folder>/`; the arrays are `ROISignals`
 * `[T, R]`, `ROICorrelation` and `ROICorrelation_FisherZ`. The folder says the steps: `FunImgARCWF` is slice timing (A),
 * realignment (R), covariates (C), normalisation (W), filter (F); `global` in it is global-signal regression. REST-meta-MDD
 * names `S<site>-<group>-<number>`, group 1 patients and 2 controls. DPABISurf (`DPABISurf_run`) puts all regions into
 * `Results/ROISignals_SurfLHSurfRHVolu_<folder>/`, those of each hemisphere and of the volume also into
 * `Results/FunSurfLH/ROISignals_<folder>/`, `FunSurfRH`, `FunVolu`, and for its analysis of dynamics once more into
 * `TemporalDynamics/`.
 */
import { type Candidate, type Candidates, candidate, given, type Naming } from './candidate.ts';
import type { TreeFile } from './file-tree.ts';
import type { FoundScan, Skipped } from './found.ts';

export const dpabi: Naming = {
  tool: 'dpabi',
  claims: ({ base }) => FILE.test(base),
  find,
};

const FILE = /^(ROISignals|ROICorrelation_FisherZ|ROICorrelation)_(.+)\.(mat|txt)$/;
const STEPS = /(?:^|\/)(?:S\d+_)?ROISignals_([^/]+)\//;
const SESSION = /(?:^|\/)S(\d+)_(?:Results|ROISignals[^/]*)\//;
/** Folders of DPABISurf with some of the regions. */
const PART = /(?:^|\/)(Fun(?:Surf[LR]H|Volu))\/ROISignals_/;
const ALL_PARTS = /(?:^|\/)ROISignals_SurfLHSurfRHVolu_/;
const META_MDD = /^S(\d+)-[12]-\d+$/;

function find(files: readonly TreeFile[]): Candidates {
  const scans: Candidate[] = [];
  const skipped: Skipped[] = [];
  const names = new Set(files.map(({ name }) => name));
  const whole = files.some(({ name }) => ALL_PARTS.test(name) && !isDynamics(name));
  const several = files.some(({ name }) => SESSION.test(name));
  for (const file of files) {
    const match = FILE.exec(file.base);
    if (match === null) continue;
    const [, array, participant, extension] = match;
    const skip = (reason: string) => skipped.push({ name: file.name, reason });
    if (isDynamics(file.name)) skip('the same series again, for the analysis of dynamics');
    else if (whole && PART.test(file.name))
      skip('the regions of one hemisphere or of the volume; ROISignals_SurfLHSurfRHVolu_* holds them all');
    else if (extension === 'txt' && names.has(file.name.replace(/txt$/, 'mat')))
      skip('the same values as the .mat beside it');
    else if (array === 'ROICorrelation_FisherZ' && names.has(file.name.replace('_FisherZ', '')))
      skip('the Fisher z of the correlations beside it');
    else scans.push(candidate(file, scanOf(file, array, participant, extension === 'mat', several)));
  }
  return { scans, skipped };
}

function isDynamics(name: string): boolean {
  return /(?:^|\/)TemporalDynamics\//.test(name);
}

function scanOf(file: TreeFile, array: string, participant: string, named: boolean, several: boolean): FoundScan {
  const site = META_MDD.exec(participant)?.[1];
  const steps = STEPS.exec(file.name)?.[1].replace(/^SurfLHSurfRHVolu_/, '');
  const part = PART.exec(file.name)?.[1];
  return {
    path: file.path,
    name: file.name,
    tool: 'dpabi',
    content: array === 'ROISignals' ? 'series' : 'connectivity',
    participant,
    session: SESSION.exec(file.name)?.[1] ?? (several ? '1' : ''),
    run: '',
    site: site === undefined ? '' : `S${site}`,
    ...given({
      strategy: part === undefined ? steps : `${part}/${steps}`,
      array: named ? array : undefined,
      fisherZ: array === 'ROICorrelation_FisherZ' ? true : undefined,
    }),
  };
}
