import { Child } from '../../test/support/child.js';
import { type Flatness, judge, LINES } from './flatness.js';
import type { FromWorker, Task } from './protocol.js';
import type { Sample } from './sample.js';

export interface SoakResult {
  readonly samples: readonly Sample[];
  readonly judged: readonly Flatness[];
  readonly counts: Readonly<Record<string, number>>;
  /** What must not happen, in words; at most `MOST_FAULTS` of them. */
  readonly faults: readonly string[];
}

const MOST_FAULTS = 20;
/** Milliseconds that the process gets to exit by itself when it has said that it is done. */
const EXIT_MS = 10_000;
/** Milliseconds beyond its time after which a process that does not end is stuck: one cycle's own bound, and more. */
const STUCK_MS = 60_000;

/** Runs a process through cycles and judges what it reports about itself. */
export async function soak(task: Task, watch: (sample: Sample) => void): Promise<SoakResult> {
  const samples: Sample[] = [];
  const faults: string[] = [];
  let counts: Readonly<Record<string, number>> | undefined;
  const fault = (text: string) => void (faults.length < MOST_FAULTS && faults.push(text));
  const child = new Child(new URL('worker.ts', import.meta.url), [JSON.stringify(task)], {
    ...{ channel: true, nodeArguments: ['--expose-gc'], timeout: Number.POSITIVE_INFINITY },
  });
  let timer = setTimeout(() => kill('it is stuck'), task.seconds * 1000 + STUCK_MS);
  const kill = (why: string) => {
    fault(why);
    child.kill('SIGKILL');
  };
  child.on('message', (message: FromWorker) => {
    if ('fault' in message) fault(message.fault);
    else if ('sample' in message) {
      samples.push(message.sample);
      watch(message.sample);
    } else {
      counts = message.done;
      clearTimeout(timer);
      timer = setTimeout(() => kill(`it did not exit within ${EXIT_MS} ms after the last cycle`), EXIT_MS);
    }
  });
  const { code, signal, stderr } = await child.ended;
  clearTimeout(timer);
  process.stderr.write(stderr);
  const how = signal ?? code;
  if (how !== 0) fault(`the process ended with ${how}`);
  if (!counts) fault('the process ended before it was done');
  return { samples, judged: LINES.map((line) => judge(line, samples)), counts: counts ?? {}, faults };
}
