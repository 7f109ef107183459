/** @file One Schaefer parcellation as its file in this room states it. */

export interface SchaeferTable {
  /** `network_area:number of ROIs` of the left hemisphere, in order. */
  readonly left: string;
  readonly right: string;
  /** `x y z` in MNI RAS mm, in the order of the ROIs. */
  readonly centroids: string;
  /** Label in the 7-network order (from 1) of each parcel, in 17-network order. */
  readonly labelsIn17NetworkOrder: string;
}
