import { domException } from './web-idl.js';

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
    const step = async () => {
      if (before) await before.catch(() => {});
      if (this.#isClosed()) throw domException('InvalidStateError', `${what}: the connection is closed`);
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
}

/** The W3C's negotiation-needed flag (section 4.7.3): one event for all that came since the last negotiation. */
export class NegotiationNeeded {
  readonly #isNeeded: () => boolean;
  readonly #fire: () => void;
  /** `pending`: the event is on its way. `fired`: nothing was negotiated since. */
  #state: 'clear' | 'pending' | 'fired' = 'clear';

  constructor(isNeeded: () => boolean, fire: () => void) {
    this.#isNeeded = isNeeded;
    this.#fire = fire;
  }

  /** Something changed that a negotiation may be needed for. */
  update(): void {
    if (this.#state !== 'clear' || !this.#isNeeded()) return;
    this.#state = 'pending';
    setImmediate(() => {
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
