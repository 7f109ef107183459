/**
 * @file The automated anatomical labelling (AAL) atlas: 90 cerebral and 26 cerebellar ROIs in its own order.
 *
 * Tzourio-Mazoyer, Landeau, Papathanassiou et al., "Automated Anatomical Labeling of Activations in SPM Using a
 * Macroscopic Anatomical Parcellation of the MNI MRI Single-Subject Brain", NeuroImage 15:273-289, 2002. Centroids:
 * mean MNI coordinates of the voxels of each ROI in the atlas's 2 mm volume, rounded to mm.
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

/** `x y z` in MNI RAS mm, in the order of the ROIs. */
const CENTROIDS = `
  -41 -7 48; 39 -10 49; -21 33 39; 20 30 41; -19 46 -17; 16 47 -17; -36 31 32; 35 32 31; -33 49 -13; 31 51 -14; -51
  11 16; 48 14 18; -48 29 11; 48 29 11; -38 29 -15; 39 31 -15; -49 -10 11; 50 -8 11; -8 4 58; 6 -1 59; -10 14 -15; 8
  15 -15; -7 48 28; 7 50 27; -7 53 -11; 6 50 -11; -7 36 -22; 6 34 -21; -37 5 0; 37 5 -1; -6 34 11; 6 36 12; -8 -16
  38; 6 -10 36; -7 -44 21; 5 -43 18; -27 -22 -13; 27 -21 -14; -23 -17 -24; 23 -16 -24; -26 -2 -20; 25 -1 -21; -9 -80
  3; 14 -74 6; -8 -81 24; 11 -81 25; -17 -69 -8; 14 -68 -7; -19 -86 25; 22 -82 27; -35 -82 13; 35 -81 16; -38 -80
  -11; 36 -83 -11; -33 -41 -24; 32 -40 -24; -45 -24 45; 39 -27 49; -26 -61 56; 24 -60 59; -45 -47 43; 44 -48 46; -58
  -35 27; 55 -33 31; -46 -62 32; 43 -61 35; -10 -57 45; 8 -57 40; -10 -27 67; 5 -33 65; -14 10 6; 12 11 6; -26 3 -1;
  25 4 -1; -20 -1 -3; 19 -1 -3; -13 -19 5; 11 -19 5; -44 -20 7; 44 -18 7; -55 -22 4; 56 -23 3; -42 14 -23; 46 13
  -20; -58 -35 -6; 55 -39 -5; -39 13 -37; 42 13 -36; -52 -29 -27; 51 -32 -26; -37 -68 -32; 36 -68 -33; -30 -75 -41;
  31 -70 -43; -10 -38 -22; 11 -36 -23; -16 -45 -20; 16 -44 -21; -25 -60 -25; 23 -60 -27; -34 -61 -49; 32 -64 -52;
  -27 -56 -51; 24 -58 -53; -12 -50 -49; 8 -51 -50; -24 -35 -45; 25 -35 -45; 0 -40 -23; 0 -41 -15; 0 -54 -9; 0 -68
  -18; 0 -73 -28; 0 -66 -37; 0 -56 -38; -1 -47 -35`;

/** `Precentral_L`, `Precentral_R` … `Vermis_10`, with centroid. */
export function aal116Rois(): Roi[] {
  const paired = PAIRED.trim()
    .split(/\s+/)
    .flatMap((name): Roi[] => [
      { name: `${name}_L`, hemisphere: 'left' },
      { name: `${name}_R`, hemisphere: 'right' },
    ]);
  const rois: Roi[] = [...paired, ...MIDLINE.split(' ').map((name) => ({ name }))];
  const centroids = CENTROIDS.split(';').map((triple) => triple.trim().split(/\s+/).map(Number));
  return rois.map((roi, i) => {
    const [x, y, z] = centroids[i];
    return { ...roi, centroid: [x, y, z] };
  });
}
