/** @file The atlases of Schaefer 2018, as their authors publish them. */
import { InputError } from '../errors/input-error.ts';
import type { RemoteFile } from './remote-file.ts';

export const SCHAEFER_PARCELS = [100, 200, 300, 400] as const;
export const SCHAEFER_NETWORKS = [7, 17] as const;
/** Millimetres. */
export const SCHAEFER_RESOLUTIONS = [1, 2] as const;

export interface SchaeferSelection {
  readonly parcels: readonly number[];
  readonly networks: readonly number[];
  readonly resolutions: readonly number[];
}

const HOST = 'https://raw.githubusercontent.com/';
/**
 * The release of September 2019, which corrected the names of the parcels; the same one as nilearn's
 * `fetch_atlas_schaefer_2018` takes. A tag does not move, so that the files stay those of the checksums.
 */
const FOLDER =
  'ThomasYeoLab/CBIG/v0.14.3-Update_Yeo2011_Schaefer2018_labelname/stable_projects/brain_parcellation/Schaefer2018_LocalGlobal/Parcellations/MNI/';

/** SHA-256 of the files of that release, where two independent copies agree. */
const CHECKSUMS: Readonly<Record<string, string>> = {
  'Schaefer2018_100Parcels_7Networks_order.txt': 'ca212790d0103949c8cfa0f7689f5935cad0d1fbfc06506f1fdf7986bee72786',
  'Schaefer2018_100Parcels_7Networks_order_FSLMNI152_2mm.nii.gz':
    '101cb2e643531826e5d52d35751f3cf7134c394b08b8ce0affa259a224350f67',
  'Schaefer2018_400Parcels_7Networks_order.txt': 'f62cdc9de9696e11bda9fe1cd51fc013b1da27ba180d2dcead8f3fd94bf3cbc1',
  'Schaefer2018_400Parcels_7Networks_order_FSLMNI152_1mm.nii.gz':
    'abb8032840af30603995fd59634fd6bcd816088870de9061bbf90ad42c408d4d',
};

/**
 * For each number of parcels and networks the names in order, and for each resolution the label volume (FSL's MNI152)
 * and the centroids (`ROI Label,ROI Name,R,A,S`, MNI mm).
 *
 * @throws InputError when an atlas is asked for that there is not
 */
export function schaeferFiles({ parcels, networks, resolutions }: SchaeferSelection): RemoteFile[] {
  refuseOthers('--parcels', parcels, SCHAEFER_PARCELS);
  refuseOthers('--networks', networks, SCHAEFER_NETWORKS);
  refuseOthers('--resolution', resolutions, SCHAEFER_RESOLUTIONS);
  return parcels.flatMap((n) =>
    networks.flatMap((k) => [
      schaeferFile(`${schaeferName(n, k)}.txt`, '', 'text'),
      ...resolutions.flatMap((mm) => {
        const space = `${schaeferName(n, k)}_FSLMNI152_${mm}mm`;
        return [
          schaeferFile(`${space}.nii.gz`, '', 'gzip'),
          schaeferFile(`${space}.Centroid_RAS.csv`, 'Centroid_coordinates/', 'text'),
        ];
      }),
    ]),
  );
}

/** What the names of an atlas's files begin with. */
export function schaeferName(parcels: number, networks: number): string {
  return `Schaefer2018_${parcels}Parcels_${networks}Networks_order`;
}

function schaeferFile(name: string, below: string, kind: RemoteFile['kind']): RemoteFile {
  const sha256 = CHECKSUMS[name];
  return {
    name,
    host: HOST,
    path: `${FOLDER}${below}${name}`,
    kind,
    atMost: kind === 'gzip' ? 20e6 : 1e6,
    ...(sha256 === undefined ? {} : { sha256 }),
    // An atlas can be used without its centroids.
    required: below === '',
  };
}

function refuseOthers(option: string, given: readonly number[], known: readonly number[]): void {
  const other = given.find((value) => !known.includes(value));
  if (other !== undefined)
    throw new InputError({
      where: option,
      problem: 'there is no such atlas',
      expected: known.join(', '),
      found: String(other),
    });
}
