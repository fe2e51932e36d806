import type { Clock } from './clock.js';
import type { Deadline } from './deadline.js';
import { nextTurn } from './turn.js';
import { Poller } from './poller.js';

const pollers = new WeakMap<Clock, Poller>();

/**
 * Waits until `condition()` holds, asking in the next turn and then at growing intervals, at most until the deadline and
 * at most `limit` milliseconds. Resolves whether it holds. That `sooner` resolves counts as well.
 */
export async function poll(
  condition: () => boolean,
  deadline: Deadline,
  limit = Number.POSITIVE_INFINITY,
  sooner?: Promise<unknown>,
): Promise<boolean> {
  if (condition()) return true;
  const { clock } = deadline;
  const end = clock.now() + limit;
  if (deadline.expired || limit <= 0) return false;
  // The first look comes a turn later, not a timer later: on a loopback most waits end there.
  await nextTurn();
  if (condition()) return true;
  const left = end - clock.now();
  if (deadline.expired || left <= 0) return false;
  const { held, stop } = pollerOf(clock).await(condition);
  try {
    const ended = sooner ? Promise.race([held, sooner]) : held;
    return (await deadline.within(ended, left)) || condition();
  } finally {
    stop();
  }
}

function pollerOf(clock: Clock): Poller {
  const found = pollers.get(clock);
  if (found) return found;
  const made = new Poller(clock);
  pollers.set(clock, made);
  return made;
}
