import { expect, it } from 'vitest';
import { fuzzOnce } from '../../verify/fuzz/fuzzer.js';
import { Compiled } from '../../verify/hazards/support/compiled.js';

it('random sequences of calls with random arguments end the process neither way and leave nothing', async () => {
  await using compiled = await Compiled.make();
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { fault } = await fuzzOnce(compiled, seed, 150);
  expect(fault, `replay: npm run fuzz -- --seed ${seed} --sequences 150`).toBeUndefined();
}, 90_000);
