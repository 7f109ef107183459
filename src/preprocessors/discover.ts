/** @file Finds the scans that a preprocessor left in a folder. Node only. */
import type { Discovery, Selection } from './found.ts';

/**
 * Finds the scans of a preprocessor's outputs.
 *
 * @param folder the tool's own folder, `derivatives/`, or the BIDS data set above it
 * @returns undefined when no preprocessor's output was recognised
 * @throws InputError when several tools, tasks, spaces, atlases or strategies are there and none was chosen
 */
export function discover(_folder: string, _selection: Selection = {}): Discovery | undefined {
  return undefined;
}
