/** @file bench/pytorch: the same method as ours, counted the same; and one sentence where PyTorch is not. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { embeddingOperations, stepOperations } from '../../src/bench/operations.ts';
import { parameterCount, trainedLayout } from '../../src/model/parameters.ts';
import { modelSize, PRESETS } from '../../src/model/size.ts';
import { readGolden } from '../parity/golden.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scripts = join(root, 'bench/pytorch');
const golden = join(root, 'test/fixtures/golden-20');

function python(command: string, args: readonly string[]) {
  // What a PYTHONPATH adds would be there without site-packages too.
  const env = { ...process.env, PYTHONPATH: '' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: scripts, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

const FIND = 'import importlib.util as u, sys; sys.exit(not all(u.find_spec(p) for p in ("torch", "numpy")))';
const pythons = ['python3', '/usr/bin/python3'];
const withTorch = pythons.find((command) => python(command, ['-c', FIND]).status === 0);
const anyPython = pythons.find((command) => python(command, ['--version']).status === 0);

describe.skipIf(withTorch === undefined)('with PyTorch (skipped where no python3 has torch and numpy)', () => {
  const run = (...args: string[]) => python(withTorch ?? '', args);

  it('losses, gradients and embedding are those of the golden folder', () => {
    const { status, stdout } = run('check.py', golden);
    const errors = JSON.parse(stdout);
    expect(errors.losses).toBeLessThan(1e-5);
    expect(errors.gradients).toBeLessThan(1e-4);
    expect(errors.embedding).toBeLessThan(1e-4);
    const { size } = readGolden(golden);
    expect(errors.gradients_compared).toBe(trainedLayout(size).places.length);
    expect(status).toBe(0);
  });

  it('check.py fails when the weight of a loss is another', () => {
    const folder = mkdtempSync(join(tmpdir(), 'brainmass-golden-'));
    try {
      cpSync(golden, folder, { recursive: true });
      const changed = JSON.parse(readFileSync(join(golden, 'golden.json'), 'utf8'));
      changed.config.lambda_nce *= 1.01;
      writeFileSync(join(folder, 'golden.json'), JSON.stringify(changed));
      const { status, stdout } = run('check.py', folder);
      expect(JSON.parse(stdout).losses).toBeGreaterThan(1e-5);
      expect(status).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('counts parameters and operations as src/bench does', () => {
    const names = Object.keys(PRESETS).sort();
    const count = [
      'import json, math; from method import *',
      'sizes = {n: Size(100, *p) for n, p in PRESETS.items()}',
      'total = lambda s: sum(math.prod(shape) for shape in parameter_shapes(s).values())',
      'print(json.dumps({n: [step_operations(s), embedding_operations(s), total(s)] for n, s in sizes.items()}))',
    ].join('\n');
    const found = JSON.parse(run('-c', count).stdout);
    expect(Object.keys(found).sort()).toEqual(names);
    for (const name of names) {
      const size = modelSize(name, 100);
      expect(found[name]).toEqual([stepOperations(size), embeddingOperations(size), parameterCount(size)]);
    }
  });

  it('refuses ROIs that the heads do not divide', () => {
    const { status, stderr } = run('step.py', '--rois', '101');
    expect(stderr).toBe(
      'step.py: the 5 attention heads of the preset do not divide 101 ROIs; choose another --rois.\n',
    );
    expect(status).toBe(2);
  });
});

describe.skipIf(anyPython === undefined)('without PyTorch (skipped where there is no python3)', () => {
  it.each([
    ['step.py', 'torch'],
    ['embed.py', 'torch'],
    ['check.py', 'torch'],
    ['connectivity.py', 'numpy'],
  ])('%s says that %s is missing', (script, missing) => {
    // -S: without site-packages, where PyTorch and NumPy are.
    const { status, stdout, stderr } = python(anyPython ?? '', [
      '-S',
      script,
      ...(script === 'check.py' ? [golden] : []),
    ]);
    expect(stderr).toMatch(new RegExp(`^${script}: .* cannot import ${missing} .*; install it .*\\.\n$`));
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
