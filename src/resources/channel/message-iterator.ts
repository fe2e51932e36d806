import { Fifo } from './fifo.js';
import { type Message, sizeOfMessage } from '../../native/validate/message.js';

/** One `for await` over a channel. */
export class MessageIterator implements AsyncIterableIterator<Message> {
  #buffer: Fifo<Message>;
  /** Number of the first message that it shares with other consumers. */
  readonly from: number;
  #unshared: number;
  #passed = 0;
  readonly #onStop: (unread: MessageIterator) => void;
  readonly #wanting: {
    resolve(result: IteratorResult<Message, undefined>): void;
    reject(error: unknown): void;
  }[] = [];
  #end: { error: unknown } | undefined;

  /** Takes over `waiting`, which no other consumer gets. `onStop` is called when the iteration is left. */
  constructor(from: number, waiting: Fifo<Message>, onStop: (iterator: MessageIterator) => void) {
    this.from = from;
    this.#buffer = waiting;
    this.#unshared = waiting.length;
    this.#onStop = onStop;
  }

  /** What it has not returned: what waited before it began, then every message from number `from` on. */
  get buffer(): Fifo<Message> {
    return this.#buffer;
  }

  get buffered(): number {
    return this.#buffer.length;
  }

  /** It returns no more of them. */
  giveUp(): Fifo<Message> {
    const unread = this.#buffer;
    this.#buffer = new Fifo(sizeOfMessage);
    return unread;
  }

  /** How many of those that are buffered no other consumer gets. */
  get unshared(): number {
    return this.#unshared;
  }

  /** Number of the message from `from` on that it returns next. */
  get at(): number {
    return this.from + this.#passed;
  }

  /** True while a `next()` waits: a message goes straight to it. */
  get wanting(): boolean {
    return this.#wanting.length > 0;
  }

  push(message: Message): void {
    const waiter = this.#wanting.shift();
    if (!waiter) {
      this.#buffer.push(message);
      return;
    }
    this.#passed++;
    waiter.resolve({ value: message, done: false });
  }

  end(error: unknown): void {
    if (this.#end) return;
    // An iterator throws once, then it is done: a `next()` that waits is the one that gets the error.
    this.#end = { error: this.wanting ? undefined : error };
    for (const waiter of this.#wanting.splice(0)) {
      if (error === undefined) waiter.resolve({ value: undefined, done: true });
      else waiter.reject(error);
    }
  }

  /** What `next()` would return at once. */
  take(): Message | undefined {
    const message = this.#buffer.shift();
    if (message === undefined) return undefined;
    if (this.#unshared > 0) this.#unshared--;
    else this.#passed++;
    return message;
  }

  // Not async, which would add a promise to each message, and three turns of microtasks.
  next(): Promise<IteratorResult<Message, undefined>> {
    const value = this.take();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#end) {
      const { error } = this.#end;
      this.#end = { error: undefined };
      return error === undefined ? Promise.resolve({ value, done: true }) : Promise.reject(error);
    }
    return new Promise((resolve, reject) => this.#wanting.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.end(undefined);
    this.#onStop(this);
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<Message, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
