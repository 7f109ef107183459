/** @file The atlas of a file that names its own ROIs. */
import type { Atlas } from './atlas.ts';

/** `rois84` with these names, or with numbers where the names are not distinct. */
export function namedAtlas(names: readonly string[]): Atlas {
  const distinct = new Set(names).size === names.length && !names.includes('');
  const rois = names.map((name, i) => ({ name: distinct ? name.replace(/[\t\r\n]/g, ' ') : String(i + 1) }));
  return { id: `rois${names.length}`, rois };
}
