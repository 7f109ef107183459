/** @file What can be fetched, under which licence, and whom to cite. */

export interface Material {
  /** The sub-command of `fetch`. */
  readonly id: 'schaefer' | 'abide';
  readonly title: string;
  /** About how much; the server is asked before anything is fetched. */
  readonly size: string;
  readonly licence: string;
  readonly citation: string;
  readonly source: string;
}

export const SCHAEFER: Material = {
  id: 'schaefer',
  title: 'Atlases of Schaefer 2018: 100, 200, 300 or 400 parcels, 7 or 17 networks',
  size: '0.1 to 0.6 MB an atlas',
  licence: 'MIT (Computational Brain Imaging Group)',
  citation: 'Schaefer et al., Cerebral Cortex 28(9):3095-3114, 2018, doi:10.1093/cercor/bhx179',
  source: 'https://github.com/ThomasYeoLab/CBIG, release 0.14.3',
};

export const ABIDE: Material = {
  id: 'abide',
  title: 'ABIDE I, preprocessed: series of ROIs of up to 1,035 participants (autism, controls) and their phenotypes',
  size: '0.3 to 1 MB a scan',
  licence: 'non-commercial research only (ABIDE: CC BY-NC-SA 3.0)',
  citation:
    'Di Martino et al., Molecular Psychiatry 19:659-667, 2014, doi:10.1038/mp.2013.78; ' +
    'Craddock et al., The Neuro Bureau Preprocessing Initiative, Neuroinformatics, 2013, doi:10.3389/conf.fninf.2013.09.00041',
  source: 'https://preprocessed-connectomes-project.github.io/abide/',
};

export const CATALOGUE: readonly Material[] = [SCHAEFER, ABIDE];
