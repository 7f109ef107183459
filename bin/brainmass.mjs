#!/usr/bin/env node
// The published package runs its compiled code; a clone runs the TypeScript sources as they are, so that
// `npx brainmass` works right after `npm ci` and never runs a stale build.
import { existsSync } from 'node:fs';

const source = new URL('../src/cli/main.ts', import.meta.url);
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  await import(new URL('../dist/cli/main.js', import.meta.url).href);
}
