/** Calls `onExit` when the process ends; holds one listener, and only while it is armed. */
export class ExitGuard {
  readonly #onExit: () => void;
  #armed = false;

  constructor(onExit: () => void) {
    this.#onExit = onExit;
  }

  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    // Also the end of an uncaught error comes by here, with code 1. `beforeExit` does not: the library's
    // callbacks keep the event loop busy.
    process.on('exit', this.#onExit);
  }

  disarm(): void {
    if (!this.#armed) return;
    this.#armed = false;
    process.off('exit', this.#onExit);
  }
}
