/** @file Inner folds: participants whole, classes even, nothing lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { innerFolds } from '../../src/classifiers/inner-folds.ts';
import { randomStream } from '../../src/random/draws.ts';

const stream = (seed: number) => randomStream({ seed, purpose: 'split' });

describe('inner folds', () => {
  it('hold out every row once, participants whole, each class to within one participant', () => {
    const people = fc.array(
      fc.record({ class: fc.integer({ min: 0, max: 2 }), scans: fc.integer({ min: 1, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(people, fc.integer({ min: 0, max: 99 }), (list, seed) => {
        const rows = list.flatMap((person, i) =>
          Array.from({ length: person.scans }, () => ({ participantId: `p${i}`, class: person.class })),
        );
        const folds = innerFolds(rows, 5, stream(seed));
        const present = [...new Set(list.map((person) => person.class))];
        const sizes = present.map((name) => list.filter((person) => person.class === name).length);
        expect(folds.length).toBe(Math.min(...sizes) < 2 ? 0 : Math.min(5, ...sizes));
        if (folds.length === 0) return;
        expect(folds.flat().sort((a, b) => a - b)).toEqual([...rows.keys()]);
        const ids = folds.map((fold) => new Set(fold.map((i) => rows[i].participantId)));
        expect(ids.reduce((sum, own) => sum + own.size, 0)).toBe(list.length);
        for (const name of present) {
          const counts = ids.map((own) => [...own].filter((id) => list[Number(id.slice(1))].class === name).length);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('do not depend on the order of rows', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({ participantId: `p${i >> 1}`, class: (i >> 1) % 2 }));
    const order = rows.map((_, i) => (i * 7) % 20);
    const named = (list: typeof rows) =>
      innerFolds(list, 3, stream(5)).map((fold) => [...new Set(fold.map((i) => list[i].participantId))].sort());
    expect(named(order.map((i) => rows[i]))).toEqual(named(rows));
  });
});
