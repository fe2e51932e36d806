// The child process of the fuzzer: node program.js SEED SEQUENCES [PATH]
import fc from 'fast-check';
import { RtcRuntime } from '../../src/index.js';
import { commands, type Model } from './commands.js';
import { call, currentCall, World } from './world.js';

const [seed = '1', sequences = '10', path] = process.argv.slice(2);

/** Nothing is left when a sequence and its scope have ended. */
function assertNothingLeft(): void {
  const { state, natives } = RtcRuntime.shared.snapshot();
  const threads = RtcRuntime.shared.threads().count;
  if (state !== 'idle' || natives.held + natives.retained + threads > 0) {
    throw new Error(`left: ${state}, ${natives.held} held, ${natives.retained} retained, ${threads} threads`);
  }
}

const improper: unknown[] = [];
process.on('uncaughtException', (error) => improper.push(error));
process.on('unhandledRejection', (error) => improper.push(error));

// The event loop is empty and the sequence has not ended: a wait that never settles.
process.on('beforeExit', () => {
  if (!ended) {
    console.log(`never came back: ${currentCall()}, in ${String(running)}`);
    process.exit(1);
  }
});

let ended = false;
let running: unknown = '';
const outcome = await fc.check(
  fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (sequence) => {
    const world = new World();
    running = sequence;
    try {
      await fc.asyncModelRun(
        (): { model: Model; real: World } => ({ model: { steps: 0 }, real: world }),
        sequence,
      );
    } finally {
      await call('disposing of the scope', () => undefined);
      await world.scope.disposeAsync().catch((error: { code?: string }) => {
        if (error.code !== 'RTC_TIMEOUT') throw error;
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
    assertNothingLeft();
    const [first] = improper.splice(0);
    if (first) throw new Error(`uncaught: ${String(first)}`, { cause: first });
  }),
  {
    seed: Number(seed),
    numRuns: Number(sequences),
    interruptAfterTimeLimit: 15_000,
    ...(path === undefined ? {} : { path }),
  },
);
ended = true;
if (outcome.failed) {
  console.log(fc.defaultReportMessage(outcome));
  console.log(outcome.errorInstance);
  process.exit(1);
}
console.log('done');
