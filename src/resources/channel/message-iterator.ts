import { Fifo } from './fifo.js';
import { type Message, sizeOfMessage } from '../../native/validate/message.js';

/** One `for await` over a channel. */
export class MessageIterator implements AsyncIterableIterator<Message> {
  readonly buffer = new Fifo<Message>(sizeOfMessage);
  readonly #onStop: (unread: Message[]) => void;
  readonly #wanting: {
    resolve(result: IteratorResult<Message, undefined>): void;
    reject(error: unknown): void;
  }[] = [];
  #end: { error: unknown } | undefined;

  /** `onStop` gets what was buffered and not read when the iteration is left. */
  constructor(onStop: (unread: Message[]) => void) {
    this.#onStop = onStop;
  }

  get buffered(): number {
    return this.buffer.length;
  }

  /** True while a `next()` waits: a message goes straight to it. */
  get wanting(): boolean {
    return this.#wanting.length > 0;
  }

  push(message: Message): void {
    const waiter = this.#wanting.shift();
    if (waiter) waiter.resolve({ value: message, done: false });
    else this.buffer.push(message);
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
    return this.buffer.shift();
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
    this.#onStop(this.buffer.drain());
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
