import { domException } from './web-idl.js';
import { afterTurn, nextTurn } from '../../time/clock.js';

/** The W3C's chain of operations (section 4.4.1.2): each begins when the one before it has settled. */
export class Operations {
  readonly #isClosed: () => boolean;
  readonly #onEmpty: () => void;
  #last: Promise<unknown> | undefined;

  constructor(isClosed: () => boolean, onEmpty: () => void) {
    this.#isClosed = isClosed;
    this.#onEmpty = onEmpty;
  }

  get empty(): boolean {
    return this.#last === undefined;
  }

  run<T>(what: string, operation: () => T | Promise<T>): Promise<T> {
    const before = this.#last;
    const assertOpen = () => {
      if (this.#isClosed()) throw domException('InvalidStateError', `${what}: the connection is closed`);
    };
    const step = async () => {
      assertOpen();
      if (before) {
        await before.catch(() => {});
        assertOpen();
      }
      return operation();
    };
    const result = step();
    this.#last = result;
    const done = () => {
      if (this.#last !== result) return;
      this.#last = undefined;
      this.#onEmpty();
    };
    result.then(done, done);
    return result;
  }

  /**
   * Checks at once, and does the work in a task of its own, as the W3C has it: until then nothing is to be seen of it. Never
   * settles when the connection is closed by then.
   */
  runInTask(
    what: string,
    { check, operation }: { readonly check: () => void; readonly operation: () => void | Promise<void> },
  ): Promise<void> {
    return this.run(what, async () => {
      check();
      await nextTurn();
      if (this.#isClosed()) return new Promise<never>(() => {});
      return operation();
    });
  }
}

/** The W3C's negotiation-needed flag (section 4.7.3): one event for all that came since the last negotiation. */
export class NegotiationNeeded {
  readonly #isNeeded: () => boolean | undefined;
  readonly #fire: () => void;
  /** `pending`: the event is on its way. `fired`: nothing was negotiated since. */
  #state: 'clear' | 'pending' | 'fired' = 'clear';

  /** `isNeeded`: undefined where the state of the connection does not let that be asked. */
  constructor(isNeeded: () => boolean | undefined, fire: () => void) {
    this.#isNeeded = isNeeded;
    this.#fire = fire;
  }

  /** Something changed that a negotiation may be needed for. */
  update(): void {
    if (this.#state === 'pending') return;
    const isNeeded = this.#isNeeded();
    // What the event was fired for was taken back: the next change fires it again.
    if (isNeeded === false) this.#state = 'clear';
    if (!isNeeded || this.#state === 'fired') return;
    this.#state = 'pending';
    afterTurn(() => {
      if (this.#state !== 'pending') return;
      this.#state = this.#isNeeded() ? 'fired' : 'clear';
      if (this.#state === 'fired') this.#fire();
    });
  }

  /** A negotiation is complete. */
  clear(): void {
    this.#state = 'clear';
  }
}
