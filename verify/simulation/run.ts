import { parseArgs } from 'node:util';
import './virtual-globals.js';
import { Random } from '../chaos/random.js';
import { programOf, written } from './program.js';
import { shrink } from './shrink.js';
import { simulate } from './simulation.js';
import { realNow, realTurn } from './virtual-globals.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    count: { type: 'string' },
  },
});
const first = Number(values.seed ?? 1);
const most = Number(values.count ?? (values.seed === undefined ? Number.POSITIVE_INFINITY : 1));
const started = realNow();
let [runs, tasks, sent] = [0, 0, 0];
const failed: number[] = [];

/** Programs that are shrunk; the others are named by their seeds. */
const MOST_SHRUNK = 5;

function kindOf(fault: string): string {
  return fault.split('\n')[0]!.replaceAll(/\d+|alice|bob|un?ordered/g, '');
}

/** A few runs, then a turn of the real event loop. */
function work(): void {
  for (let n = 0; n < 20 && runs < most; n++, runs++) {
    const seed = first + runs;
    const program = programOf(seed, new Random(seed));
    const outcome = simulate(program);
    tasks += outcome.tasks;
    sent += outcome.sent;
    if (outcome.faults.length > 0) {
      failed.push(seed);
      console.log(`seed ${seed}\n  ${outcome.faults.slice(0, 4).join('\n  ')}`);
      if (failed.length > MOST_SHRUNK) continue;
      // The same kind of fault, so that a search for one does not end at another.
      const kind = kindOf(outcome.faults[0]!);
      const small = shrink(program, (smaller) =>
        simulate(smaller).faults.some((fault) => kindOf(fault) === kind),
      );
      console.log(`    ${written(small).join('\n    ')}`);
      console.log(`    ${simulate(small).faults.join('\n    ')}`);
    }
  }
  if (runs < most && realNow() - started < Number(values.seconds) * 1000) realTurn(work);
  else {
    const seconds = (realNow() - started) / 1000;
    console.log(
      `${runs} schedules in ${seconds.toFixed(1)} s (${Math.round(runs / seconds)} a second), ${tasks} tasks, ${sent} messages, ${failed.length} failed`,
    );
    process.exitCode = failed.length > 0 ? 1 : 0;
  }
}
realTurn(work);
