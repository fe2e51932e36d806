import { type ConnectionProgress, RtcAbortedError, RtcTimeoutError } from '../errors/rtc-error.js';
import { type Clock, nextTurn, TurnSlice } from './clock.js';
import type { WaitOptions, Deadline } from './deadline.js';

/** Milliseconds that a wait lasts when the caller gave no bound. */
export const DEFAULT_WAIT_MS = 30_000;

/** A promise with its `resolve` and `reject`, for an event that happens once. The promise is made only when it is asked for. */
export class Deferred<T> {
  #outcome: { value: T } | { error: unknown } | undefined;
  #promise: Promise<T> | undefined;
  // Objects with methods, so that a deferred of a subclass passes for one of its base class.
  #waiting!: Waiter<T>;
  /** Those that may give up, unlike the reactions of a promise. */
  #waiters: Set<Waiter<T>> | undefined;

  get settled(): boolean {
    return this.#outcome !== undefined;
  }

  /** True when the event has happened; false when it has not, or cannot happen any more. */
  get resolved(): boolean {
    return this.#outcome !== undefined && 'value' in this.#outcome;
  }

  get promise(): Promise<T> {
    if (!this.#promise) {
      this.#promise = new Promise<T>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
      // Callers that wait see the error; without any, the rejection must not count as unhandled.
      this.#promise.catch(() => {});
      if (this.#outcome) this.#settle(this.#outcome);
    }
    return this.#promise;
  }

  /** Calls the waiter once, in a microtask; returns a function after which it is not called any more. */
  wait(waiter: Waiter<T>): () => void {
    const waiters = (this.#waiters ??= new Set());
    waiters.add(waiter);
    if (this.#outcome) this.#wake();
    return () => void waiters.delete(waiter);
  }

  resolve(value: T): void {
    this.#decide({ value });
  }

  reject(error: unknown): void {
    this.#decide({ error });
  }

  #decide(outcome: { value: T } | { error: unknown }): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    if (this.#promise) this.#settle(outcome);
    if (this.#waiters) this.#wake();
  }

  #settle(outcome: { value: T } | { error: unknown }): void {
    settle(this.#waiting, outcome);
  }

  #wake(): void {
    queueMicrotask(() => {
      const waiters = this.#waiters ?? new Set();
      for (const waiter of waiters) {
        waiters.delete(waiter);
        settle(waiter, this.#outcome!);
      }
    });
  }
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

function settle<T>(waiter: Waiter<T>, outcome: { value: T } | { error: unknown }): void {
  if ('value' in outcome) waiter.resolve(outcome.value);
  else waiter.reject(outcome.error);
}

/**
 * What a method that returns a promise returns. A caller that does not await the promise is not to be ended by its rejection; a
 * mistake in the call, which `begin` throws before it returns one, is reported as any unhandled rejection.
 */
export function started<T>(begin: () => Promise<T>): Promise<T> {
  try {
    const work = begin();
    work.catch(() => {});
    return work;
  } catch (error) {
    return failed(error);
  }
}

/** What `started` returns when `begin` throws. */
export function failed(error: unknown): Promise<never> {
  const work = Promise.reject(error);
  if (!(error instanceof TypeError || error instanceof RangeError)) work.catch(() => {});
  return work;
}

/** Why a wait has not ended, as far as it is known: the end of the message, and properties of the error. */
export interface TimeoutReason {
  readonly reason?: string;
  readonly progress?: ConnectionProgress;
  readonly cause?: unknown;
}

/**
 * `work`, bounded: rejects with `RTC_TIMEOUT` after `options.timeout` milliseconds and with `RTC_ABORTED` when
 * `options.signal` aborts. `work` itself goes on. `why` is asked when the time is over.
 *
 * What may be waited for often, and be given up, is a `Deferred`: reactions of a promise stay as long as the promise.
 */
export function bounded<T>(
  work: Promise<T> | Deferred<T>,
  options: WaitOptions | undefined,
  clock: Clock,
  path: string,
  what: string,
  why?: () => TimeoutReason,
): Promise<T> {
  const timeout = options?.timeout ?? DEFAULT_WAIT_MS;
  const signal = options?.signal;
  const result = new Promise<T>((resolve, reject) => {
    const abort = () => {
      stop();
      reject(new RtcAbortedError(`the wait for ${what} was aborted`, { path, cause: signal?.reason }));
    };
    const cancel = Number.isFinite(timeout)
      ? clock.after(timeout, () => {
          stop();
          const { reason, ...details } = why?.() ?? {};
          const because = reason === undefined ? '' : `: ${reason}`;
          reject(
            new RtcTimeoutError(`${what} took longer than ${timeout} ms${because}`, { path, ...details }),
          );
        })
      : undefined;
    let giveUp = () => {};
    const stop = () => {
      cancel?.();
      giveUp();
      signal?.removeEventListener('abort', abort);
    };
    if (signal?.aborted) {
      if (work instanceof Promise) work.catch(() => {}); // nobody waits for it any more
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    const waiter: Waiter<T> = {
      resolve(value) {
        stop();
        resolve(value);
      },
      reject(error) {
        stop();
        reject(error);
      },
    };
    if (work instanceof Promise) work.then(waiter.resolve, waiter.reject);
    else giveUp = work.wait(waiter);
  });
  result.catch(() => {});
  return result;
}

/**
 * Calls `act` when `signal` aborts, in the next microtask where it has aborted already; returns a function that removes
 * the listener.
 */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    queueMicrotask(act);
    return () => {};
  }
  signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
}

interface Entry {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** How often the condition was checked. */
  looks: number;
  /** When to check next, in milliseconds of the clock. */
  at: number;
}

/** A condition that is waited for. */
export interface Awaited {
  /** Resolves when the condition holds; rejects with what it throws. */
  readonly held: Promise<void>;
  stop(): void;
}

/**
 * Polls conditions that no callback reports, at growing intervals: 1, 1, 2, 2, 4 … 16 ms. All conditions on
 * one clock share a timer, and a turn of the event loop checks no more of them than a slice of it has time for.
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
    let checked = 0;
    let ended = 0;
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries) {
      // A condition that is not checked now is due in the next millisecond. What the end of a wait triggers runs in this turn, too.
      // One is checked each time, also where another process had the processor for the whole slice.
      const isOver = (checked > 0 && slice.over) || ended >= MOST_ENDS_A_TURN;
      if (entry.at <= now && isOver) entry.at = now + 1;
      else if (entry.at <= now) {
        checked++;
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
