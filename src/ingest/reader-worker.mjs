// A reader's thread in a clone, where TypeScript runs as it is (see bin/brainmass.mjs): a new thread has to be told again.
import { register } from 'tsx/esm/api';

register();
await import('./reader-worker.ts');
