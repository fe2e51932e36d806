import { expect, it } from 'vitest';
import { runChaos } from '../../verify/chaos/chaos.js';
import { SEED } from '../support/seed.js';

const SECONDS = 10;

it(`${SECONDS} s of chaos lose nothing in silence`, async () => {
  const { faults, ...figures } = await runChaos({ seconds: SECONDS, seed: SEED });
  expect(faults, `npm run chaos -- --seconds ${SECONDS} --seed ${SEED}`).toEqual([]);
  // It did happen.
  for (const count of [figures.connections, figures.received, figures.killed, figures.thrown]) {
    expect(count).toBeGreaterThan(0);
  }
});
