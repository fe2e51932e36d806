import { TurnSlice } from '../time/clock.js';

/** A function that is given `resume`, and calls it when the work may continue. */
type Suspend = (resume: () => void) => void;

/** Work that waits where it yields: for a promise, whose value the `yield` returns, or until `resume` is called. */
export type Steps<Result = void> = Generator<Promise<unknown> | Suspend, Result, unknown>;

/** Called when `Steps` have ended; with a failure when they threw. */
type Ended = (failure?: { readonly error: unknown }) => void;

/**
 * Runs pieces of work concurrently. Async functions are not used, for two reasons. Work that does not have to wait must
 * not spend a turn of the microtask queue, so that the newest disposer runs before `disposeAsync()` returns and an
 * empty scope is disposed at once, as with the language's `AsyncDisposableStack`. And work that starts other work must
 * not run it on its own call stack, because a tree may be deeper than that.
 */
export class Tasks {
  /** A stack: work runs before the work that started it continues. */
  readonly #ready: (() => void)[] = [];
  #running = false;
  /** Lets the event loop run while thousands of members end. */
  readonly slice = new TurnSlice();

  start(steps: Steps, ended: Ended): void {
    this.#soon(() => this.#advance(steps, ended, () => steps.next()));
  }

  #advance(steps: Steps, ended: Ended, resume: () => ReturnType<Steps['next']>): void {
    let step: ReturnType<Steps['next']>;
    try {
      step = resume();
    } catch (error) {
      ended({ error });
      return;
    }
    const goOn = (how: () => ReturnType<Steps['next']>) => this.#soon(() => this.#advance(steps, ended, how));
    if (step.done) ended();
    else if (typeof step.value === 'function') step.value(() => goOn(() => steps.next()));
    else {
      step.value.then(
        (value) => goOn(() => steps.next(value)),
        (error: unknown) => goOn(() => steps.throw(error)),
      );
    }
  }

  #soon(work: () => void): void {
    this.#ready.push(work);
    if (this.#running) return;
    this.#running = true;
    this.#runReady();
  }

  #runReady(): void {
    for (let work = this.#ready.pop(); work; work = this.#ready.pop()) {
      work();
      if (this.#ready.length > 0 && this.slice.over) {
        void this.slice.next().then(() => this.#runReady());
        return;
      }
    }
    this.#running = false;
  }
}
