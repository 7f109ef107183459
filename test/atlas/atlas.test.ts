import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unnamedAtlas } from '../../src/atlas/atlas.ts';
import { parseAtlas } from '../../src/atlas/atlas-file.ts';
import { BUILT_IN_ATLASES, builtInAtlas } from '../../src/atlas/built-in.ts';
import { findAtlas } from '../../src/atlas/find-atlas.ts';

const DATA = '../shared/data/atlases';
const withData = test.skipIf(!existsSync(DATA));

describe('built-in atlases', () => {
  test('have as many ROIs as their name says, each name once', () => {
    expect(BUILT_IN_ATLASES.map((id) => builtInAtlas(id).rois.length)).toEqual([100, 200, 300, 400, 200, 116]);
    for (const id of BUILT_IN_ATLASES) {
      const names = builtInAtlas(id).rois.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('schaefer100: left then right, seven networks, each centroid in its hemisphere', () => {
    const { rois } = builtInAtlas('schaefer100');
    expect(rois.map(({ hemisphere }) => hemisphere)).toEqual([...Array(50).fill('left'), ...Array(50).fill('right')]);
    expect(rois.map(({ centroid }) => Math.sign(centroid?.[0] ?? 0))).toEqual([
      ...Array(50).fill(-1),
      ...Array(50).fill(1),
    ]);
    expect([...new Set(rois.map(({ network }) => network))]).toEqual([
      'Vis',
      'SomMot',
      'DorsAttn',
      'SalVentAttn',
      'Limbic',
      'Cont',
      'Default',
    ]);
    expect(rois[21]).toEqual({
      name: '7Networks_LH_DorsAttn_PrCv_1',
      network: 'DorsAttn',
      hemisphere: 'left',
      centroid: [-48, 6, 28],
    });
  });

  withData('schaefer100 equals the files published with the parcellation', () => {
    const lines = readFileSync(
      `${DATA}/Schaefer2018_100Parcels_7Networks_order_FSLMNI152_2mm.Centroid_RAS.csv`,
      'utf8',
    );
    const ours = builtInAtlas('schaefer100').rois.map(
      ({ name, centroid }, i) => `${i + 1},${name},${centroid?.join()}`,
    );
    expect(ours).toEqual(lines.trim().split(/\r?\n/));
  });

  withData('aal116 equals its label file', () => {
    const labels = parseAtlas(readFileSync(`${DATA}/AAL116_labels.csv`, 'utf8'), 'aal', 'labels');
    expect(builtInAtlas('aal116').rois.map(({ name }) => name)).toEqual(labels.rois.map(({ name }) => name));
  });

  test('an unknown id names the nearest', () => {
    expect(() => builtInAtlas('schaefer10')).toThrow(
      'there is no built-in atlas "schaefer10", expected schaefer100, schaefer200, schaefer300, schaefer400, cc200, aal116; the nearest is schaefer100.',
    );
    expect(() => builtInAtlas('toString')).toThrow(/there is no built-in atlas "toString"/);
  });

  test('a number is that many unnamed ROIs', () => {
    expect(findAtlas('3')).toEqual({ id: 'rois3', rois: [{ name: '1' }, { name: '2' }, { name: '3' }] });
    expect(unnamedAtlas(94).rois.length).toBe(94);
  });

  test('a file that is not there is said to be missing', () => {
    expect(() => findAtlas('nowhere/mine.csv')).toThrow(/nowhere\/mine\.csv/);
  });
});

describe('an atlas from text', () => {
  const parse = (text: string) => parseAtlas(text, 'mine', 'mine.csv').rois;

  test('a table with name, network, hemisphere and centroid, in any case and order', () => {
    expect(parse('Index,X,Y,Z,Name,Network,hemi\n1,-3.5,0,7,amygdala,Limbic,L\n2,,,,"vermis, upper",,\n')).toEqual([
      { name: 'amygdala', network: 'Limbic', hemisphere: 'left', centroid: [-3.5, 0, 7] },
      { name: 'vermis, upper' },
    ]);
  });

  test('a numbered list, as the order files of the Schaefer parcellations', () => {
    expect(parse('1\t7Networks_LH_Vis_1\t120 18 131 0\n2\t7Networks_LH_Vis_2\t120 18 132 0\n')).toEqual([
      { name: '7Networks_LH_Vis_1' },
      { name: '7Networks_LH_Vis_2' },
    ]);
  });

  test('a plain list of names, which may hold blanks', () => {
    expect(parse('\uFEFFleft amygdala\r\nright amygdala\r\n\r\n')).toEqual([
      { name: 'left amygdala' },
      { name: 'right amygdala' },
    ]);
  });

  const wrong: [string, string, string][] = [
    ['columns without a header', 'a,1\nb,2\n', 'mine.csv line 1: there are several columns and no header'],
    ['a name twice', 'a\nb\na\n', 'mine.csv: the ROI name "a" occurs twice; make ROI names unique.'],
    ['no name', 'name,x\na,1\n,2\n', 'mine.csv: ROI 2 has no name.'],
    [
      'a word for a number',
      'name,x,y,z\na,1,2,left\nb,1,2,3\n',
      'mine.csv row 2: a coordinate is not a number, expected mm, found "left".',
    ],
    [
      'a file of another kind',
      'a\n'.repeat(2 ** 21),
      'mine.csv: the file is too long for an atlas, expected at most 2097152',
    ],
    ['nothing', '\n', 'mine.csv: this is no atlas, expected at least 2 ROIs, found 0.'],
  ];
  test.each(wrong)('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
