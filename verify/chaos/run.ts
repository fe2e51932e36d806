import { parseArgs } from 'node:util';
import { runChaos } from './chaos.js';

/** `npm run chaos -- --seconds N --seed S` */
const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 20);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
if (!(seconds > 0) || !Number.isInteger(seed)) throw new RangeError('--seconds and --seed take numbers');
console.log(`chaos for ${seconds} s, seed ${seed}`);
const { faults, ...figures } = await runChaos({ seconds, seed });
console.log(figures);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
