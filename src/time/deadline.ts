import type { Clock } from './clock.js';
import { optionKeys, outOfRange, readFrom, unknownOption, wrongType } from '../arguments/argument.js';

export interface CloseOptions {
  /**
   * Total milliseconds for draining and releasing; past it the rest is forced. `0` forces at once.
   * Default: the timeout of the owning scope.
   */
  timeout?: number | undefined;
  /** Aborting it forces what is left at once. */
  signal?: AbortSignal | undefined;
}

export interface WaitOptions {
  /** Milliseconds until the wait rejects with `RTC_TIMEOUT`. `Infinity` for no bound. Default 30 000. */
  timeout?: number | undefined;
  /** Aborting it rejects the wait with `RTC_ABORTED`. */
  signal?: AbortSignal | undefined;
}

/** The bounds of a teardown or a wait, read once; a getter of the caller is not asked again. */
export type Bounds = { timeout?: number; signal?: AbortSignal };

const KNOWN = ['timeout', 'signal'];

/**
 * Throws a `TypeError` or `RangeError` naming the option, before anything was changed. `others` are options that
 * the caller checks itself.
 */
export function checkBounds(options: unknown, where: string, others: readonly string[] = []): Bounds {
  const bounds: Bounds = {};
  if (options === undefined) return bounds;
  const name = `${where} options`;
  for (const key of optionKeys(options, name)) {
    if (!KNOWN.includes(key) && !others.includes(key)) throw unknownOption(name, key, [...KNOWN, ...others]);
  }
  const given = options as { timeout?: unknown; signal?: unknown };
  const timeout = readFrom(`${name}.timeout`, () => given.timeout);
  const signal = readFrom(`${name}.signal`, () => given.signal);
  if (timeout !== undefined) bounds.timeout = checkTimeout(timeout, `${name}.timeout`);
  if (signal !== undefined) bounds.signal = checkSignal(signal, `${name}.signal`);
  return bounds;
}

/** Milliseconds, `Infinity` included. */
export function checkTimeout(value: unknown, name: string): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number of milliseconds', value);
  if (Number.isNaN(value) || value < 0) throw outOfRange(name, '0 or more milliseconds', value);
  return value;
}

export function checkSignal(value: unknown, name: string): AbortSignal {
  // The getter distinguishes a signal from an object that only has its prototype.
  const isSignal = readFrom(
    name,
    () => value instanceof AbortSignal && typeof (value as { aborted: unknown }).aborted === 'boolean',
  );
  if (!isSignal) throw wrongType(name, 'an AbortSignal', value);
  return value as AbortSignal;
}

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
