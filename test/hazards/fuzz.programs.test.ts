import { expect, it } from 'vitest';
import { fuzzOnce } from '../../verify/fuzz/fuzzer.js';
import { Compiled } from '../../verify/hazards/support/compiled.js';
import { SEED } from '../support/seed.js';

it('random sequences of calls with random arguments end the process neither way and leave nothing', async () => {
  await using compiled = await Compiled.make();
  const { fault } = await fuzzOnce(compiled, SEED, 150);
  expect(fault, `replay: npm run fuzz -- --seed ${SEED} --sequences 150`).toBeUndefined();
});
