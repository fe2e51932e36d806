import type { Deadline } from './deadline.js';
import { nextTurn } from './turn.js';

/**
 * Waits until `activity()` has stayed the same for three turns of the event loop: then every call that a
 * native queued before has been made. (The addon hands over at most 1000 calls a turn, so one quiet turn
 * means an empty queue; the others are for a call that is just being queued.)
 */
export async function quietTurns(activity: () => number, deadline: Deadline): Promise<void> {
  let seen = activity();
  for (let quiet = 0; quiet < QUIET_TURNS && !deadline.expired; quiet++) {
    await nextTurn();
    const now = activity();
    if (now !== seen) quiet = -1;
    seen = now;
  }
}

const QUIET_TURNS = 3;
