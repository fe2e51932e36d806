import type { Deadline } from '../scope/deadline.js';
import { nextTurn } from '../scope/turn.js';

/**
 * Waits until `condition()` holds, asking at growing intervals (1, 1, 2, 2, 4 … 16 ms), at most until the
 * deadline and at most `limit` milliseconds. Resolves whether it holds.
 */
export async function poll(
  condition: () => boolean,
  deadline: Deadline,
  limit = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const { clock } = deadline;
  const end = clock.now() + limit;
  for (let round = 0; !condition(); round++) {
    if (deadline.expired || clock.now() >= end) return false;
    // The first look comes a turn later, not a timer later: on a loopback most waits end there.
    if (round === 0) await nextTurn();
    else await pause(deadline, Math.min(LONGEST_MS, 2 ** (round >> 1), end - clock.now()));
  }
  return true;
}

async function pause(deadline: Deadline, ms: number): Promise<void> {
  let cancel = () => {};
  const paused = new Promise<void>((resolve) => {
    cancel = deadline.clock.after(ms, resolve);
  });
  await deadline.within(paused);
  cancel();
}

const LONGEST_MS = 16;
