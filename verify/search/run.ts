/**
 * Looks for what nobody thought of: chaos, the fuzzer, the simulation and the property tests, each from a new random seed,
 * one after the other, until the time is over. Prints the seed of what falls, and how to see it again.
 *
 *     npm run search -- --minutes 10
 *
 * Exit code 1 when anything fell.
 */
import { parseArgs } from 'node:util';
import { Child } from '../../test/support/child.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new RangeError('--minutes takes a number');

/** Milliseconds until one search of some seconds is stuck. */
const STUCK_MS = 10 * 60_000;

interface Search {
  readonly name: string;
  /** What a user types to see it again. */
  readonly command: (seed: number) => string;
}

const SEARCHES: readonly Search[] = [
  { name: 'simulation', command: (seed) => `npm run simulate -- --seed ${seed} --count 2000` },
  { name: 'chaos', command: (seed) => `npm run chaos -- --seconds 20 --seed ${seed}` },
  { name: 'fuzz', command: (seed) => `npm run fuzz -- --seed ${seed} --sequences 150` },
  {
    name: 'properties',
    command: (seed) => `TEST_SEED=${seed} npx vitest run test/property test/signaling/acknowledged`,
  },
];

const end = performance.now() + minutes * 60_000;
let fallen = 0;
for (let round = 0; performance.now() < end; round++) {
  const search = SEARCHES[round % SEARCHES.length] as Search;
  const seed = Math.floor(Math.random() * 2 ** 31);
  const command = search.command(seed);
  const { code, signal, stdout, stderr } = await new Child('sh', ['-c', command], { timeout: STUCK_MS })
    .ended;
  console.log(`${search.name}, seed ${seed}: ${code === 0 ? 'well' : `FALLS (${signal ?? code})`}`);
  if (code === 0) continue;
  fallen++;
  console.log(`  again: ${command}\n${`${stdout}\n${stderr}`.slice(-3000)}`);
}
console.log(`${fallen} fell`);
process.exitCode = fallen > 0 ? 1 : 0;
