import { readdirSync, readlinkSync } from 'node:fs';
import { RtcRuntime } from '../../src/index.js';

/** What a scope that has ended may not leave behind. */
export interface Leftovers {
  readonly threads: readonly string[];
  readonly descriptors: number;
  readonly listeners: number;
  readonly held: number;
  readonly retained: number;
}

/** Milliseconds: threads, and Node's own sockets, end a moment after whoever closed them was notified. */
const PATIENCE_MS = 15_000;

/** What there is at this moment; a base for `compared()`. */
export function leftovers(runtime: RtcRuntime = RtcRuntime.shared): Leftovers {
  const { held, retained } = runtime.snapshot().natives;
  let listeners = 0;
  for (const name of process.eventNames()) listeners += process.listenerCount(name);
  return { threads: runtime.threads().names, descriptors: descriptors(), listeners, held, retained };
}

/**
 * How many descriptors are open, but for those of /dev/null: libuv opens one with the first stream of a process and
 * keeps it (`emfile_fd` in its src/unix/stream.c).
 */
function descriptors(): number {
  const open = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return '/dev/null'; // the one that read the folder, or one that another thread has closed since
    }
  });
  return open.filter((target) => target !== '/dev/null').length;
}

/** What has come since `before`, once that is nothing, or after the patience is over. */
export async function compared(
  before: Leftovers,
  runtime: RtcRuntime = RtcRuntime.shared,
): Promise<Leftovers> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const now = leftovers(runtime);
    const difference = {
      threads: now.threads,
      descriptors: now.descriptors - before.descriptors,
      listeners: now.listeners - before.listeners,
      held: now.held - before.held,
      retained: now.retained - before.retained,
    };
    const { threads, descriptors, listeners, held, retained } = difference;
    const clean = threads.length === 0 && descriptors <= 0 && listeners === 0 && held + retained === 0;
    if (clean || performance.now() > end) return difference;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** `compared()` of a process in which nothing is left. */
export const NOTHING_LEFT = { threads: [], listeners: 0, held: 0, retained: 0 } as const;

/**
 * Fails when a runtime whose scopes have ended still holds natives, or threads of the library stay. For the end of a
 * test in the process of others: descriptors and listeners are asked of a program, by `compared()`.
 */
export async function nothingLeft(runtime: RtcRuntime = RtcRuntime.shared): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { state, natives } = runtime.snapshot();
    const threads = runtime.threads().names;
    if (state === 'idle' && natives.held + natives.retained + threads.length === 0) return;
    if (performance.now() > end) {
      throw new Error(
        `the runtime is ${state}, ${natives.held} natives are held and ${natives.retained} retained, ` +
          `threads: ${threads.join(', ') || 'none'}\n${runtime.inspect()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
