// npm run fuzz -- [--seed N [--path P]] [--sequences N] [--seconds N]
import { parseArgs } from 'node:util';
import { Compiled } from '../hazards/support/compiled.js';
import { fuzzOnce } from './fuzzer.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    path: { type: 'string' },
    sequences: { type: 'string', default: '25' },
    seconds: { type: 'string', default: '60' },
  },
});

await using compiled = await Compiled.make();
const end = performance.now() + Number(values.seconds) * 1000;
let seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
let children = 0;
for (;;) {
  const { fault } = await fuzzOnce(compiled, seed, Number(values.sequences), values.path);
  children++;
  console.log(`seed ${seed}: ${fault === undefined ? 'well' : `FALLS, ${fault}`}`);
  if (fault !== undefined) {
    console.log(`replay: npm run fuzz -- --seed ${seed} --sequences ${values.sequences}`);
    process.exitCode = 1;
    break;
  }
  if (values.seed !== undefined || performance.now() > end) break;
  seed++;
}
console.log(`${children} processes`);
