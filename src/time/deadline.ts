import type { Clock } from './clock.js';

export interface DeadlineOptions {
  /** Milliseconds until the deadline; `Infinity` for none. */
  timeout: number;
  /** Ends the wait early, as if the deadline had passed. */
  signal?: AbortSignal | undefined;
}

/**
 * The bound that everything in a teardown shares. When it passes, or is forced, every wait that was raced against it
 * ends at once; nothing is cancelled, it is only no longer waited for.
 *
 * A part of a teardown may have a deadline inside that of the whole: it can end sooner, never later.
 */
export class Deadline implements Disposable {
  readonly clock: Clock;
  readonly #owner: Deadline | undefined;
  /** The nearest deadline outwards that has a time of its own: its timer serves all inside that have none. */
  readonly #bounding: Deadline;
  #inside: Set<Deadline> | undefined;
  #end = Number.POSITIVE_INFINITY;
  #forced = false;
  readonly #waiting = new Set<() => void>();
  /** Number of waits that need the timer of this deadline. */
  #waits = 0;
  #signals: Map<AbortSignal, () => void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, { timeout, signal }: DeadlineOptions, owner?: Deadline) {
    this.clock = clock;
    this.#owner = owner;
    this.#bounding = owner && timeout === Number.POSITIVE_INFINITY ? owner.#bounding : this;
    if (owner) (owner.#inside ??= new Set()).add(this);
    this.#end = clock.now() + timeout;
    if (timeout <= 0) this.force();
    else if (signal) this.#follow(signal);
  }

  /** A deadline that passes after `timeout` milliseconds, and with this one at the latest. */
  nested(timeout = Number.POSITIVE_INFINITY): Deadline {
    const shorter = timeout < this.remaining;
    return new Deadline(this.clock, { timeout: shorter ? timeout : Number.POSITIVE_INFINITY }, this);
  }

  get expired(): boolean {
    const now = this.clock.now();
    for (let at: Deadline | undefined = this; at; at = at.#owner)
      if (at.#forced || now >= at.#end) return true;
    return false;
  }

  /** Milliseconds left; never negative. */
  get remaining(): number {
    let end = Number.POSITIVE_INFINITY;
    for (let at: Deadline | undefined = this; at; at = at.#owner) {
      if (at.#forced) return 0;
      end = Math.min(end, at.#end);
    }
    return Math.max(0, end - this.clock.now());
  }

  /**
   * Moves the deadline forward, or lets another signal end it. A bound that is later than the present one does
   * nothing.
   */
  shorten({ timeout = Number.POSITIVE_INFINITY, signal }: Partial<DeadlineOptions>): void {
    if (this.#forced) return;
    if (timeout <= 0) this.force();
    else if (signal) this.#follow(signal);
    const end = this.clock.now() + timeout;
    if (this.#forced || end >= this.#end) return;
    this.#end = end;
    // Waits inside this deadline have used the timer of an outer one so far.
    this.#waits++;
    this.#setTimer();
  }

  /** Lets every wait end now. */
  force(): void {
    // A list instead of recursion: deadlines may be nested deeper than the call stack.
    const forced: Deadline[] = [this];
    for (const deadline of forced) {
      if (deadline.#forced) continue;
      deadline.#forced = true;
      for (const inner of deadline.#inside ?? []) forced.push(inner);
      deadline[Symbol.dispose]();
      for (const wake of [...deadline.#waiting]) wake();
    }
  }

  /**
   * Waits for `work`, at most `limit` milliseconds and at most until the deadline.
   * Resolves `true` when `work` ended first; it rejects when `work` does.
   */
  async within(work: Promise<unknown>, limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (this.expired) {
      // Work that has ended, or that had nothing to wait for, still counts: a deadline that has passed must not
      // turn it into a failure.
      const ended = work.then(() => true as const);
      ended.catch(() => {});
      return Promise.race([ended, microtasks(LAST_MICROTASKS)]);
    }
    let cancel = () => {};
    const end = new Promise<false>((resolve) => {
      const wake = () => resolve(false);
      this.#watch(wake);
      const cancelLimit = Number.isFinite(limit) ? this.clock.after(limit, wake) : undefined;
      cancel = () => {
        this.#unwatch(wake);
        cancelLimit?.();
      };
    });
    try {
      return await Promise.race([work.then(() => true as const), end]);
    } finally {
      cancel();
    }
  }

  /** There is a timer only while somebody waits. */
  #watch(wake: () => void): void {
    this.#waiting.add(wake);
    if (++this.#bounding.#waits === 1) this.#bounding.#setTimer();
  }

  #unwatch(wake: () => void): void {
    this.#waiting.delete(wake);
    if (--this.#bounding.#waits === 0) this.#bounding.#stopTimer();
  }

  #setTimer(): void {
    this.#stopTimer();
    if (!Number.isFinite(this.#end)) return;
    this.#cancelTimer = this.clock.after(Math.max(0, this.#end - this.clock.now()), () => this.force());
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #follow(signal: AbortSignal): void {
    if (signal.aborted) this.force();
    if (this.#forced || this.#signals?.has(signal)) return;
    const onAbort = () => this.force();
    this.#signals ??= new Map();
    this.#signals.set(signal, onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
  }

  [Symbol.dispose](): void {
    this.#stopTimer();
    for (const [signal, onAbort] of this.#signals ?? []) signal.removeEventListener('abort', onAbort);
    this.#signals = undefined;
    if (this.#owner) this.#owner.#inside?.delete(this);
  }
}

/** Enough for an async function to settle that awaits nothing, or only settled promises. */
const LAST_MICROTASKS = 10;

async function microtasks(count: number): Promise<false> {
  for (let i = 0; i < count; i++) await undefined;
  return false;
}
