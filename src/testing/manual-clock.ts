import { outOfRange, wrongType, readOptions } from '../arguments/argument.js';
import type { Clock } from '../time/clock.js';
import { checkTimeout } from '../time/deadline.js';
import { checkFunction } from '../scope/scope-options.js';
import { realTime } from './real-time.js';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

export interface RunUntilOptions {
  /** Milliseconds of this clock after which the work counts as hanging. Default 60 000. */
  readonly limit?: number | undefined;
}

/**
 * A clock whose time passes only when a test says so: `new RtcRuntime({ clock: new ManualClock() })`. Every bound
 * and back-off of the package goes through it, so no test needs to wait for one.
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    checkTimeout(ms, 'ms');
    checkFunction(callback, 'callback');
    const timer: Timer = { due: this.#now + ms, callback };
    // It never fires.
    if (timer.due === Number.POSITIVE_INFINITY) return () => {};
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass and fires what is due in between, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + checkTimeout(ms, 'ms');
    // A timer that sets itself anew would go on for ever.
    if (end === Number.POSITIVE_INFINITY) throw outOfRange('ms', 'a finite number of milliseconds', ms);
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) this.#fire(next);
    // A timer may have called this method itself, and gone further.
    this.#now = Math.max(this.#now, end);
  }

  /** Lets time pass up to the next timer and fires it. False when there is none. */
  advanceToNext(): boolean {
    const next = this.#next();
    if (!next) return false;
    this.#fire(next);
    return true;
  }

  /** Lets the event loop turn until what needs no timer has come to rest; no time of this clock passes. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLING_TURNS; turn++) await realTime.turn();
  }

  /**
   * Lets time pass, timer after timer, until `work` has ended, and returns what it ended with. Rejects when it has
   * not ended although no timer is left, or although `limit` milliseconds have passed: then it hangs.
   *
   * Meant for a binding in memory: between two timers it waits a few turns of the event loop, not for a network.
   */
  async runUntil<T>(work: PromiseLike<T>, options: RunUntilOptions = {}): Promise<T> {
    if (typeof (work as Partial<PromiseLike<T>> | undefined)?.then !== 'function') {
      throw wrongType('work', 'a promise', work);
    }
    const { limit = 60_000 } = readOptions<RunUntilOptions>(options, 'options', { limit: checkTimeout });
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    const started = this.#now;
    let atOnce = 0;
    for (let idle = 0; !ended;) {
      await this.settle();
      if (ended) break;
      const before = this.#now;
      idle = this.advanceToNext() ? 0 : idle + 1;
      atOnce = this.#now > before ? 0 : atOnce + 1;
      if (atOnce > MOST_AT_ONCE)
        throw new Error('it hangs: timers fire one after the other, and no time passes');
      if (idle > MOST_IDLE_ROUNDS) throw new Error('it hangs: no timer is left and it has not ended');
      if (this.#now - started > limit) {
        throw new Error(`it hangs: not ended after ${limit} ms of the clock`);
      }
    }
    return work;
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
/** Rounds without any timer after which nothing can happen any more. */
const MOST_IDLE_ROUNDS = 20;
/** Timers, one after the other, that may fire at the same time of the clock: more come from one that sets itself anew. */
const MOST_AT_ONCE = 10_000;
