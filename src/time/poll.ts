import type { Clock } from './clock.js';
import type { Deadline } from './deadline.js';
import { nextTurn, TurnSlice } from './turn.js';

interface Entry {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Times it was looked at. */
  looks: number;
  /** When to look again, in milliseconds of the clock. */
  at: number;
}

/** A condition that is waited for. */
export interface Awaited {
  /** Resolves when the condition holds; rejects with what it throws. */
  readonly held: Promise<void>;
  stop(): void;
}

/**
 * Polls conditions that no callback reports, at growing intervals: 1, 1, 2, 2, 4 … 16 ms. One timer for all that wait by
 * the same clock, and a turn of the event loop looks at no more than fit into it.
 */
export class Poller {
  readonly #clock: Clock;
  readonly #entries = new Set<Entry>();
  #cancel: (() => void) | undefined;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  await(condition: () => boolean): Awaited {
    let entry: Entry | undefined;
    const held = new Promise<void>((resolve, reject) => {
      entry = { condition, resolve, reject, looks: 0, at: this.#clock.now() + 1 };
      this.#entries.add(entry);
      this.#arm(entry.at);
    });
    return {
      held,
      stop: () => {
        if (entry) this.#entries.delete(entry);
        if (this.#entries.size === 0) this.#disarm();
      },
    };
  }

  #arm(at: number): void {
    if (at >= this.#nextAt) return;
    this.#disarm();
    this.#nextAt = at;
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#look());
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#nextAt = Number.POSITIVE_INFINITY;
  }

  #look(): void {
    this.#disarm();
    const now = this.#clock.now();
    const slice = new TurnSlice();
    let ended = 0;
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries) {
      // Those that are not looked at now are due in the next millisecond. What an end sets off is done in this turn, too.
      if (entry.at <= now && (slice.over || ended >= MOST_ENDS_A_TURN)) entry.at = now + 1;
      else if (entry.at <= now) {
        if (this.#ends(entry)) {
          ended++;
          continue;
        }
        entry.at = now + Math.min(LONGEST_MS, 2 ** (++entry.looks >> 1));
      }
      next = Math.min(next, entry.at);
    }
    if (this.#entries.size > 0) this.#arm(next);
  }

  #ends(entry: Entry): boolean {
    try {
      if (!entry.condition()) return false;
      entry.resolve();
    } catch (error) {
      entry.reject(error);
    }
    this.#entries.delete(entry);
    return true;
  }
}

const LONGEST_MS = 16;
const MOST_ENDS_A_TURN = 100;

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
