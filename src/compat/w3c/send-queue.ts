import type { RtcScope } from '../../runtime/rtc-scope.js';

/**
 * Messages of one connection that wait for the bytes of a Blob, which can be had only later. The end of the connection and
 * of its scope waits for them.
 */
export class SendQueue {
  readonly #scope: RtcScope;
  #pending: Promise<void> | undefined;

  constructor(scope: RtcScope) {
    this.#scope = scope;
  }

  /** Resolves when nothing waits any more; `undefined` when nothing does. */
  get emptied(): Promise<void> | undefined {
    return this.#pending && this.#whenEmpty();
  }

  /** `work` does not reject. */
  hold(work: Promise<void>): void {
    const isFirst = this.#pending === undefined;
    const all = Promise.all([this.#pending, work]).then(() => {
      if (this.#pending === all) this.#pending = undefined;
    });
    this.#pending = all;
    if (!isFirst) return;
    // In a scope of its own, which ends when the messages were sent; an entry of the application's scope would remain.
    const waiting = this.#scope.fork();
    waiting.defer(() => this.#whenEmpty());
    waiting.disposeAsync().catch(() => {}); // what was not sent is reported where it was to be sent
  }

  async #whenEmpty(): Promise<void> {
    while (this.#pending) await this.#pending;
  }
}
