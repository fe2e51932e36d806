import { readdirSync } from 'node:fs';
import { RtcRuntime } from '../../../src/index.js';

/** What a scope that has ended may not leave behind. */
export interface Leftovers {
  readonly threads: readonly string[];
  readonly descriptors: number;
  readonly listeners: number;
  readonly held: number;
  readonly retained: number;
}

export function leftovers(runtime: RtcRuntime = RtcRuntime.shared): Leftovers {
  const { held, retained } = runtime.snapshot().natives;
  let listeners = 0;
  for (const name of process.eventNames()) listeners += process.listenerCount(name);
  // Reading the folder takes a descriptor, too: the same one each time.
  const descriptors = readdirSync('/proc/self/fd').length;
  return { threads: runtime.threads().names, descriptors, listeners, held, retained };
}

/** The difference, once it is none, or after the patience is over. Node closes its own sockets a moment later. */
export async function compared(
  before: Leftovers,
  runtime: RtcRuntime = RtcRuntime.shared,
  patience = 2000,
): Promise<Leftovers> {
  const end = Date.now() + patience;
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
    if (clean || Date.now() > end) return difference;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** `compared()` of a process in which nothing is left. */
export const NOTHING_LEFT = { threads: [], listeners: 0, held: 0, retained: 0 } as const;
