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
