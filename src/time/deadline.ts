import type { Clock } from './clock.js';

export interface DeadlineOptions {
  /** Milliseconds until the deadline; `Infinity` for none. */
  timeout: number;
  /** Ends the wait early, as if the deadline had passed. */
  signal?: AbortSignal | undefined;
}

/**
 * The one bound that everything in a teardown shares. When it passes, or is forced, every wait that was
 * raced against it ends at once; nothing is cancelled, it is only no longer waited for.
 */
export class Deadline implements Disposable {
  readonly clock: Clock;
  readonly #end: number;
  readonly #waiting = new Set<() => void>();
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.force();
  #cancelTimer: (() => void) | undefined;
  #expired = false;

  constructor(clock: Clock, { timeout, signal }: DeadlineOptions) {
    this.clock = clock;
    this.#end = clock.now() + timeout;
    this.#signal = signal;
    if (signal?.aborted || timeout <= 0) {
      this.#expired = true;
      return;
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get expired(): boolean {
    return this.#expired || this.clock.now() >= this.#end;
  }

  /** Milliseconds left; never negative. */
  get remaining(): number {
    return this.#expired ? 0 : Math.max(0, this.#end - this.clock.now());
  }

  /** Lets every wait end now. */
  force(): void {
    if (this.#expired) return;
    this.#expired = true;
    this.#release();
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Waits for `work`, at most `limit` milliseconds and at most until the deadline.
   * Resolves `true` when `work` ended first; a rejection of `work` is passed on.
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
      this.#waiting.add(wake);
      this.#arm();
      const cancelLimit = Number.isFinite(limit) ? this.clock.after(limit, wake) : undefined;
      cancel = () => {
        this.#waiting.delete(wake);
        cancelLimit?.();
        if (this.#waiting.size === 0) this.#disarm();
      };
    });
    try {
      return await Promise.race([work.then(() => true as const), end]);
    } finally {
      cancel();
    }
  }

  #arm(): void {
    if (this.#cancelTimer || !Number.isFinite(this.#end)) return;
    this.#cancelTimer = this.clock.after(this.remaining, () => this.force());
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #release(): void {
    this.#disarm();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}

/** Enough for an async function that awaits nothing, or only what is settled, to be seen to end. */
const LAST_MICROTASKS = 10;

async function microtasks(count: number): Promise<false> {
  for (let i = 0; i < count; i++) await undefined;
  return false;
}
