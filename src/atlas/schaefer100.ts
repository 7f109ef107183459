/** @file The 100 parcels of Schaefer et al. 2018 (see schaefer.ts), made by scripts/schaefer-table.ts. */
import type { SchaeferTable } from './schaefer-table.ts';

export const SCHAEFER_100: SchaeferTable = {
  left: `
    Vis:9 SomMot:6 DorsAttn_Post:6 DorsAttn_PrCv:1 DorsAttn_FEF:1 SalVentAttn_ParOper:1 SalVentAttn_FrOperIns:2
    SalVentAttn_PFCl:1 SalVentAttn_Med:3 Limbic_OFC:1 Limbic_TempPole:2 Cont_Par:1 Cont_PFCl:1 Cont_pCun:1 Cont_Cing:1
    Default_Temp:2 Default_Par:2 Default_PFC:7 Default_pCunPCC:2`,
  right: `
    Vis:8 SomMot:8 DorsAttn_Post:5 DorsAttn_PrCv:1 DorsAttn_FEF:1 SalVentAttn_TempOccPar:2 SalVentAttn_FrOperIns:1
    SalVentAttn_Med:2 Limbic_OFC:1 Limbic_TempPole:1 Cont_Par:2 Cont_PFCl:4 Cont_Cing:1 Cont_PFCmp:1 Cont_pCun:1
    Default_Par:1 Default_Temp:3 Default_PFCv:2 Default_PFCdPFCm:3 Default_pCunPCC:2`,
  centroids: `
    -26 -34 -18; -26 -76 -14; -18 -60 -6; -26 -96 -4; -6 -92 -2; -12 -66 6; -48 -70 10; -26 -88 20; -6 -82 26;
    -54 -22 8; -36 -22 16; -54 -12 14; -54 -8 34; -40 -22 58; -6 -28 70; -46 -58 -12; -58 -24 38; -24 -68 50;
    -42 -34 48; -6 -60 56; -22 -50 66; -48 6 28; -26 -4 60; -58 -38 30; -42 -2 -6; -38 12 6; -30 44 30; -6 20 34;
    -12 -34 46; -6 4 62; -14 32 -20; -32 2 -38; -58 -32 -22; -38 -52 46; -44 32 20; -10 -74 38; -4 -26 34; -56 -4 -20;
    -58 -32 -2; -58 -50 12; -48 -64 36; -34 22 -10; -46 34 -4; -6 46 0; -24 60 -2; -8 48 42; -40 14 48; -26 20 52;
    -12 -56 12; -6 -52 34; 32 -32 -22; 28 -66 -12; 50 -60 -10; 22 -96 -4; 8 -76 6; 18 -58 6; 36 -82 16; 12 -86 30;
    52 -16 6; 40 -16 16; 56 -4 12; 58 -6 30; 46 -12 48; 40 -22 60; 30 -38 64; 6 -28 70; 50 -62 16; 50 -24 42; 38 -46 50;
    26 -66 52; 14 -52 66; 48 10 26; 28 -2 60; 58 -42 12; 60 -26 28; 40 8 2; 12 -32 46; 8 6 52; 12 34 -20; 38 0 -38;
    58 -38 44; 46 -62 46; 30 58 -2; 46 38 16; 32 46 30; 44 16 44; 6 -28 34; 6 28 30; 10 -66 42; 54 -50 30; 62 -24 -18;
    50 6 -18; 58 -26 -2; 36 26 -16; 50 28 0; 6 48 0; 12 50 40; 26 24 50; 12 -54 14; 6 -52 30`,
  labelsIn17NetworkOrder: `
    2 4 5 8 3 6 9 14 15 10 11 12 13 16 7 18 17 19 21 23 24 25 26 29 30 27 28 31 32 33 34 35 22 45 36 20 37 48 50 44 38
    39 41 46 47 42 43 49 1 40 52 54 57 55 56 58 63 64 65 66 59 60 61 62 53 67 70 68 71 73 75 76 77 78 81 85 88 79 80 69
    84 72 91 82 86 83 87 89 90 98 100 96 97 94 95 99 51 92 93 74`,
};
