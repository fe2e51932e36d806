import type { Deadline } from '../time/deadline.js';

/**
 * The one end of a node, shared by everybody who waits for it.
 *
 * Whoever starts it owns its error; everybody else waits for the same moment without one.
 */
export class Ending {
  #settle: (() => void) | undefined;
  #settled: Promise<void> | undefined;
  #listener: (() => void) | undefined;
  #done = false;
  /** The bound that the teardown of this node obeys, and of what it owns; forcing it forces these. */
  deadline: Deadline | undefined;
  /** The promise that the starter got, with its error. */
  started: Promise<void> | undefined;

  get done(): boolean {
    return this.#done;
  }

  /** Resolves, never rejects, when the node has ended. */
  get settled(): Promise<void> {
    this.#settled ??= this.#done
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#settle = resolve;
        });
    return this.#settled;
  }

  /** Calls `listener` at once when the node ends; cheaper than a promise for what happens on every handle. */
  onSettled(listener: () => void): void {
    this.#listener = listener;
  }

  settle(): void {
    this.#done = true;
    this.#listener?.();
    this.#settle?.();
  }
}
