import type { NativeLoop } from './native-loop.js';

/** What a queued call will do: build its arguments, or `undefined` when it turned out to be cancelled. */
type Arguments = () => unknown[] | undefined;

/**
 * One registered callback with the calls that wait for it, like the addon's thread-safe function: filled at
 * any time, emptied by the event loop, and aborted with everything still in it (H4).
 */
export class CallbackQueue {
  readonly #loop: NativeLoop;
  readonly #handler: (...args: never[]) => unknown;
  readonly #onThrow: (error: unknown) => void;
  #waiting: { args: Arguments; after?: (() => void) | undefined }[] = [];
  #aborted = false;

  constructor(loop: NativeLoop, handler: (...args: never[]) => unknown, onThrow: (error: unknown) => void) {
    this.#loop = loop;
    this.#handler = handler;
    this.#onThrow = onThrow;
    loop.addQueue(this);
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** `after` runs behind the handler; the addon frees the object there. */
  push(args: Arguments, after?: () => void): void {
    if (this.#aborted) return;
    this.#waiting.push({ args, after });
    this.#loop.filled(this);
  }

  dispatchOne(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const args = next.args();
    if (args === undefined) return;
    this.invoke(args);
    next.after?.();
  }

  /** Calls the handler at once; the addon would abort the process when it throws (H9). */
  invoke(args: unknown[]): void {
    try {
      this.#handler(...(args as never[]));
    } catch (error) {
      this.#onThrow(error);
    }
  }

  abort(): void {
    this.#aborted = true;
    this.#waiting = [];
    this.#loop.removeQueue(this);
  }
}
