import type { ConnectionProgress } from '../errors/connection-progress.js';
import { RtcAbortedError, RtcTimeoutError } from '../errors/kinds.js';
import type { Clock } from './clock.js';
import type { WaitOptions } from '../arguments/bounds.js';

/** Milliseconds that a wait lasts when the caller gave no bound. */
export const DEFAULT_WAIT_MS = 30_000;

/** A promise with its `resolve` and `reject`, for an event that happens once. The promise is made only when it is asked for. */
export class Deferred<T> {
  #outcome: { value: T } | { error: unknown } | undefined;
  #promise: Promise<T> | undefined;
  // An object with methods, so that a deferred of a subclass passes for one of its base class.
  #waiting!: { resolve(value: T): void; reject(error: unknown): void };

  get settled(): boolean {
    return this.#outcome !== undefined;
  }

  /** True when it happened; false when it cannot happen any more, or may yet. */
  get resolved(): boolean {
    return this.#outcome !== undefined && 'value' in this.#outcome;
  }

  get promise(): Promise<T> {
    if (!this.#promise) {
      this.#promise = new Promise<T>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
      // Whoever waits sees the error; a deferred that nobody waits for is no unhandled rejection.
      this.#promise.catch(() => {});
      if (this.#outcome) this.#settle(this.#outcome);
    }
    return this.#promise;
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
  }

  #settle(outcome: { value: T } | { error: unknown }): void {
    if ('value' in outcome) this.#waiting.resolve(outcome.value);
    else this.#waiting.reject(outcome.error);
  }
}

/** What is known of why a wait has not ended: the rest of a sentence, and what the error carries. */
export interface TimeoutReason {
  readonly reason?: string;
  readonly progress?: ConnectionProgress;
  readonly cause?: unknown;
}

/**
 * `work`, bounded: rejects with `RTC_TIMEOUT` after `options.timeout` milliseconds and with `RTC_ABORTED` when
 * `options.signal` aborts. `work` itself goes on. `why` is asked when the time is over.
 */
export function bounded<T>(
  work: Promise<T>,
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
    const stop = () => {
      cancel?.();
      signal?.removeEventListener('abort', abort);
    };
    if (signal?.aborted) {
      work.catch(() => {}); // nobody waits for it any more
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    work.then(
      (value) => {
        stop();
        resolve(value);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
  result.catch(() => {});
  return result;
}

/**
 * Calls `act` when `signal` aborts, in the next microtask where it has aborted already; returns a function that takes
 * the listener out again.
 */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    queueMicrotask(act);
    return () => {};
  }
  signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
}
