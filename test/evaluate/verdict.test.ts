/** @file The verdict against linear classifiers of raw FC. */
import { describe, expect, it } from 'vitest';
import { verdictAgainstLinear } from '../../src/evaluate/verdict.ts';

describe('verdict against linear FC', () => {
  const above = { mean: 0.05, low: 0.01, high: 0.09 };
  const around = { mean: 0.02, low: -0.03, high: 0.07 };
  const below = { mean: -0.05, low: -0.09, high: -0.01 };

  it('is better only when above all, worse when below any', () => {
    expect(verdictAgainstLinear({ 'FC with ridge': above, 'FC with logistic regression': above }).verdict).toBe(
      'better',
    );
    expect(verdictAgainstLinear({ 'FC with ridge': above, 'tangent FC': around }).verdict).toBe('not distinguishable');
    expect(verdictAgainstLinear({ 'FC with ridge': above, 'tangent FC': below }).verdict).toBe('worse');
    expect(verdictAgainstLinear({ a: { mean: 0.02, low: 0, high: 0.04 } }).verdict).toBe('not distinguishable');
  });

  it('says against what and by how much', () => {
    expect(verdictAgainstLinear({ 'FC with ridge': above, 'tangent FC': around }).sentence).toBe(
      'The model is not distinguishable from linear FC: above FC with ridge (AUC difference +0.050, 95 % interval ' +
        '+0.010 to +0.090); not distinguishable from tangent FC (AUC difference +0.020, 95 % interval -0.030 to +0.070).',
    );
  });

  it('is withheld where a baseline has no interval', () => {
    const none = { mean: 0.1, low: null, high: null, reason: 'one repeat gives no interval' };
    const { verdict, sentence } = verdictAgainstLinear({ 'FC with ridge': above, 'tangent FC': none });
    expect(verdict).toBe('not comparable');
    expect(sentence).toMatch(/^The model cannot be judged against linear FC: .*one repeat gives no interval\)\.$/);
    expect(verdictAgainstLinear({}).sentence).toBe(
      'The model cannot be judged against linear FC: no linear baseline was asked for.',
    );
  });
});
