import { afterTurn } from '../time/clock.js';

/**
 * Calls `onExit` when the process ends; holds its listeners only while it is armed. `failed` says that an uncaught
 * error ends the process.
 */
export class ExitGuard {
  readonly #onExit: (failed: boolean) => void;
  #armed = false;
  #failed = false;

  constructor(onExit: (failed: boolean) => void) {
    this.#onExit = onExit;
  }

  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    // Also the end of an uncaught error comes by here, with code 1. `beforeExit` does not: the library's
    // callbacks keep the event loop busy.
    process.on('exit', this.#exit);
    process.on('uncaughtExceptionMonitor', this.#uncaught);
  }

  disarm(): void {
    if (!this.#armed) return;
    this.#armed = false;
    process.off('exit', this.#exit);
    process.off('uncaughtExceptionMonitor', this.#uncaught);
  }

  readonly #exit = (): void => this.#onExit(this.#failed);

  /** Where somebody catches it after all, the process goes on. */
  readonly #uncaught = (): void => {
    this.#failed = true;
    afterTurn(() => {
      this.#failed = false;
    }).unref();
  };
}
