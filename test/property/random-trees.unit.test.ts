import fc from 'fast-check';
import { test } from 'vitest';
import { SEED } from '../support/seed.js';
import { play, scenario } from './scenario.js';

// In parts, so that each stays far below the time limit, also on a busy machine.
const PARTS = 10;
/** Runs of each part; more for a long search. A failure prints the seed and the smallest case. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 100);

for (let part = 1; part <= PARTS; part++) {
  test(
    `whatever a tree is made of and however it ends, nothing is left and the order holds (${part} of ${PARTS})`,
    async () => {
      await fc.assert(fc.asyncProperty(scenario, play), { numRuns: RUNS, seed: SEED + part });
    },
    600 * RUNS,
  );
}
