/**
 * @file The automated anatomical labelling (AAL) atlas: 90 cerebral and 26 cerebellar ROIs in its own order.
 *
 * Tzourio-Mazoyer, Landeau, Papathanassiou et al., "Automated Anatomical Labeling of Activations in SPM Using a
 * Macroscopic Anatomical Parcellation of the MNI MRI Single-Subject Brain", NeuroImage 15:273-289, 2002.
 */
import type { Roi } from './atlas.ts';

/** Each stands for a left and a right ROI, in this order. */
const PAIRED = `
  Precentral Frontal_Sup Frontal_Sup_Orb Frontal_Mid Frontal_Mid_Orb Frontal_Inf_Oper Frontal_Inf_Tri
  Frontal_Inf_Orb Rolandic_Oper Supp_Motor_Area Olfactory Frontal_Sup_Medial Frontal_Med_Orb Rectus Insula
  Cingulum_Ant Cingulum_Mid Cingulum_Post Hippocampus ParaHippocampal Amygdala Calcarine Cuneus Lingual
  Occipital_Sup Occipital_Mid Occipital_Inf Fusiform Postcentral Parietal_Sup Parietal_Inf SupraMarginal Angular
  Precuneus Paracentral_Lobule Caudate Putamen Pallidum Thalamus Heschl Temporal_Sup Temporal_Pole_Sup
  Temporal_Mid Temporal_Pole_Mid Temporal_Inf Cerebelum_Crus1 Cerebelum_Crus2 Cerebelum_3 Cerebelum_4_5
  Cerebelum_6 Cerebelum_7b Cerebelum_8 Cerebelum_9 Cerebelum_10`;
const MIDLINE = 'Vermis_1_2 Vermis_3 Vermis_4_5 Vermis_6 Vermis_7 Vermis_8 Vermis_9 Vermis_10';

/** `Precentral_L`, `Precentral_R` … `Vermis_10`. */
export function aal116Rois(): Roi[] {
  const paired = PAIRED.trim()
    .split(/\s+/)
    .flatMap((name): Roi[] => [
      { name: `${name}_L`, hemisphere: 'left' },
      { name: `${name}_R`, hemisphere: 'right' },
    ]);
  return [...paired, ...MIDLINE.split(' ').map((name) => ({ name }))];
}
