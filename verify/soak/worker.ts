import { openSync } from 'node:fs';
import { writeHeapSnapshot } from 'node:v8';
import { Random } from '../chaos/random.js';
import { RtcRuntime } from '../../src/index.js';
import { pickCycle } from './cycles.js';
import { Mishap } from './mishap.js';
import { PeerProcess } from './peer-process.js';
import type { FromWorker, Task } from './protocol.js';
import { WARM_UP } from './flatness.js';
import { leftBehind, takeSample } from './sample.js';

/** The process that is soaked: cycle after cycle, with a look at itself now and then. */
const task = JSON.parse(process.argv[2] ?? '') as Task;
const random = new Random(task.seed);
const counts: Record<string, number> = {};
/** A killed peer is waited for as long as this, in milliseconds. */
const TEARDOWN_MS = 500;
/** A cycle takes tens of milliseconds; one that takes longer than this hangs. */
const CYCLE_MS = 30_000;
const SAMPLES = 240;
const FEWEST_CYCLES_BETWEEN = 5;
/** Every so many cycles, so many of them share a root scope, so that nothing is cleaned up between them. */
const SHARED_EVERY = 50;
const SHARED = 10;
const leaked: unknown[] = [];

process.on('uncaughtException', (error) => {
  if (!Mishap.is(error)) report({ fault: `uncaught: ${error.stack}` });
});
process.on('unhandledRejection', (error) => report({ fault: `unhandled rejection: ${String(error)}` }));
RtcRuntime.shared.on('warning', ({ code, message }) => report({ fault: `warning ${code}: ${message}` }));

function report(message: FromWorker): void {
  process.send?.(message, undefined, undefined, () => {});
}

async function cycle(peer: PeerProcess): Promise<void> {
  const [name, run] = pickCycle(random);
  counts[name] = (counts[name] ?? 0) + 1;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs after ${CYCLE_MS} ms`)), CYCLE_MS);
  });
  try {
    await Promise.race([
      late,
      RtcRuntime.acquire('soak', { timeout: TEARDOWN_MS }).run((scope) => run(scope, random, peer)),
    ]);
  } catch (error) {
    if (!Mishap.is(error))
      report({ fault: `${name}: ${error instanceof Error ? error.stack : String(error)}` });
  } finally {
    clearTimeout(timer);
  }
  if (task.leak > 0) leaked.push('x'.repeat(task.leak).split(''), openSync(process.execPath, 'r'));
}

await (async () => {
  await using peer = new PeerProcess();
  await peer.ready();
  const started = performance.now();
  const end = started + task.seconds * 1000;
  let done = 0;
  let lastProgress = 0;
  let early = '';
  let lastCycle = 0;
  while (performance.now() < end && done < task.cycles) {
    if (done % SHARED_EVERY === SHARED_EVERY - SHARED) {
      await using _keeper = RtcRuntime.acquire('keeper');
      for (let i = 0; i < SHARED; i++, done++) await cycle(peer);
    } else {
      await cycle(peer);
      done++;
    }
    const left = leftBehind();
    if (left) report({ fault: `left behind after cycle ${done}: ${left}` });
    const progress = Math.max((performance.now() - started) / (task.seconds * 1000), done / task.cycles);
    if (progress - lastProgress < 1 / SAMPLES || done - lastCycle < FEWEST_CYCLES_BETWEEN) continue;
    lastProgress = progress;
    lastCycle = done;
    report({ sample: await takeSample(started, done) });
    if (task.snapshots && !early && progress >= WARM_UP)
      early = writeHeapSnapshot(`${task.snapshots}/early.heapsnapshot`);
  }
  if (task.snapshots) writeHeapSnapshot(`${task.snapshots}/late.heapsnapshot`);
  counts.cycles = done;
  counts.cleanups = RtcRuntime.shared.cleanups;
})();
report({ done: counts });
process.disconnect(); // from here on nothing keeps the process but what it has leaked
