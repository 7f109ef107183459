/** @file Every format that is read, in groups of their own. */
import { ARRAY_FORMATS } from './array-formats.ts';
import type { FuzzedFormat } from './format.ts';
import { IMAGE_FORMATS } from './image-formats.ts';
import { OWN_FORMATS } from './own-formats.ts';
import { TABLE_FORMATS } from './table-formats.ts';

export const FORMATS: readonly FuzzedFormat[] = [...ARRAY_FORMATS, ...IMAGE_FORMATS, ...TABLE_FORMATS, ...OWN_FORMATS];
