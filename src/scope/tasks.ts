import { TurnSlice } from '../time/clock.js';

/** Calls `resume` when the work may go on. */
type Suspend = (resume: () => void) => void;

/** Work that waits where it yields: for a promise, whose value it then gets, or until `resume` is called. */
export type Steps<Result = void> = Generator<Promise<unknown> | Suspend, Result, unknown>;

/** How `Steps` ended; a failure is what they threw. */
type Ended = (failure?: { readonly error: unknown }) => void;

/**
 * Runs pieces of work concurrently. Async functions would not do, for two reasons. Where there is nothing to
 * wait for, no turn of the microtask queue is spent, so that the newest disposer runs before `disposeAsync()` returns and
 * an empty scope is disposed at once, as with the language's `AsyncDisposableStack`. And a piece that starts others does
 * not run them on its own call stack, so a tree may be deeper than that.
 */
export class Tasks {
  /** A stack: work runs before the work that started it goes on. */
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
