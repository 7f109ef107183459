import { afterEach, expect, test, vi } from 'vitest';
import { collapseWatch, utilisationNote } from '../../src/cli/pretraining-status.ts';
import { modelSize } from '../../src/model/size.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';

afterEach(() => vi.restoreAllMocks());

const STEP = {
  epoch: 3,
  step: 40,
  loss: 1,
  lra: 1,
  nce: 0,
  mse: 0,
  lr: 3e-4,
  grad_norm: 1,
  grad_norm_encoder: 1,
  grad_norm_alignment: 0,
  grad_norm_heads: 0,
  scans_per_second: 1,
};

test('a collapse is said once, with its step, however often it is found', () => {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const watch = collapseWatch();
  watch(STEP);
  watch({ ...STEP, embedding_deviation: 0.4, effective_rank: 40, collapsed: false });
  expect(written).toEqual([]);
  for (const step of [41, 42, 43])
    watch({ ...STEP, step, embedding_deviation: 0.01, effective_rank: 1.2, collapsed: true });
  expect(written).toHaveLength(1);
  expect(written[0]).toMatch(/warning: at step 41 .+ \(standard deviation 0\.010, effective rank 1\.2\).+\n$/);
});

test('utilisation grows with the rate of scans, up to 1; of work that is soon over nothing is measured or said', async () => {
  const compile = nodeRuntime({ threads: 1 });
  const size = modelSize('small', 100);
  const note = await utilisationNote(compile, size, 100_000);
  const [slow, fast] = [2, 4].map((rate) => Number(/^, utilisation (\d+\.\d\d)$/.exec(note(rate))?.[1]));
  expect(slow).toBeGreaterThan(0);
  // Both are said to two decimals.
  expect(Math.abs(fast - 2 * slow)).toBeLessThan(0.0151);
  // More than the machine can do: its rate was measured beside other work.
  expect(note(1e6)).toBe('');
  const never = () => Promise.reject(new Error('compiled'));
  expect((await utilisationNote(never, size, 100))(5)).toBe('');
});
