import type { Clock } from 'scoped-rtc';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock whose time passes only when a test says so. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass and fires what is due in between, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) this.#fire(next);
    this.#now = end;
  }

  /** Lets time pass up to the next timer and fires it. False when there is none. */
  advanceToNext(): boolean {
    const next = this.#next();
    if (!next) return false;
    this.#fire(next);
    return true;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.due < next.due) next = timer;
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.due);
    timer.callback();
  }
}

/** Turns of the event loop in which everything that needs no timer comes to rest. */
const SETTLING_TURNS = 12;

export async function turns(count = SETTLING_TURNS): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/**
 * Lets time pass, timer after timer, until `work` has ended. Fails when it has not ended although no timer is
 * left, or although `limit` milliseconds of the clock have passed: then it hangs.
 */
export async function passTimeUntil<T>(work: Promise<T>, clock: ManualClock, limit = 60_000): Promise<T> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  const started = clock.now();
  for (let idle = 0; !ended;) {
    await turns();
    if (ended) break;
    idle = clock.advanceToNext() ? 0 : idle + 1;
    if (idle > 20) throw new Error('it hangs: no timer is left and it has not ended');
    if (clock.now() - started > limit) throw new Error(`it hangs: not ended after ${limit} ms of the clock`);
  }
  return work;
}
