/** @file The package keeps its promises: licence, exact pins, a program that starts, a lock file for any registry. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(repository + path, 'utf8');

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly type: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface LockedPackage {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly version: string;
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const manifest: Manifest = JSON.parse(read('package.json'));
const lock: LockFile = JSON.parse(read('package-lock.json'));

test('the licence is Apache-2.0, in the field and in full', () => {
  expect(manifest.license).toBe('Apache-2.0');
  const text = read('LICENSE');
  expect(text).toMatch(/^\s*Apache License\s+Version 2\.0, January 2004\s+http:\/\/www\.apache\.org\/licenses\//);
  for (const section of [1, 2, 3, 4, 5, 6, 7, 8, 9]) expect(text).toContain(`\n   ${section}. `);
  expect(text).toContain('END OF TERMS AND CONDITIONS');
});

test('every dependency is pinned to one version', () => {
  const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(pins.length).toBeGreaterThan(10);
  expect(pins.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('the lock file has what the manifest says', () => {
  const { version, license, engines, bin, dependencies, devDependencies } = manifest;
  expect(lock.version).toBe(version);
  expect(lock.packages['']).toMatchObject({ version, license, engines, bin, dependencies, devDependencies });
  for (const [name, pin] of Object.entries({ ...dependencies, ...devDependencies }))
    expect(lock.packages[`node_modules/${name}`].version, name).toBe(pin);
});

const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

test('the lock file names no registry, so that it installs from any', () => {
  expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

// npm leaves out of the lock file what its registry lacks, and then refuses to install from it, here and elsewhere. Such
// packages, binaries for other machines, are entered by hand, without a hash.
test('the lock file has every optional binary of every platform, as npm ci demands', () => {
  const demanded = installed.flatMap(([path, { optionalDependencies }]) =>
    Object.entries(optionalDependencies ?? {}).map(([name, version]) => ({ name, version, path })),
  );
  const missing = ({ name, path }: { name: string; path: string }) =>
    [`node_modules/${name}`, `${path}/node_modules/${name}`].every((place) => lock.packages[place] === undefined);
  expect(demanded.length).toBeGreaterThan(50);
  expect(demanded.filter(missing)).toEqual([]);
});

test('every package for 64-bit Linux has its hash', () => {
  const unhashed = installed.filter(([, { integrity }]) => !/^sha512-/.test(String(integrity)));
  const forLinux = ({ os = [], cpu = [], libc = [], optional }: LockedPackage) =>
    optional !== true || (os.includes('linux') && cpu.includes('x64') && (libc.length === 0 || libc.includes('glibc')));
  expect(unhashed.filter(([, locked]) => forLinux(locked))).toEqual([]);
});

test('no install script runs, ours or of a dependency', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
});

test('it is an ES module package for Node 20.19 and newer, whose program can be run', () => {
  expect(manifest.type).toBe('module');
  expect(manifest.engines).toEqual({ node: '>=20.19' });
  expect(manifest.bin).toEqual({ brainmass: 'bin/brainmass.mjs' });
  expect(read('bin/brainmass.mjs')).toMatch(/^#!\/usr\/bin\/env node\n/);
  accessSync(`${repository}bin/brainmass.mjs`, constants.X_OK);
});

test('what is published exists, but for what the build writes', () => {
  expect(manifest.files.filter((path) => path !== 'dist' && !existsSync(repository + path))).toEqual([]);
});

test('the newest entry of the changelog is this version', () => {
  const [, newest] = /^## (\S+)/m.exec(read('CHANGELOG.md')) ?? [];
  expect(newest).toBe(manifest.version);
});
