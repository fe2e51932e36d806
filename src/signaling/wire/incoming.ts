import { WINDOW } from './frame.js';

/** Gets every message, in order; the next when it has returned, and what it returned has settled. */
export type MessageConsumer = (message: unknown) => unknown;

interface Reader {
  /** The iteration that asked. */
  readonly iteration: object;
  resolve(result: IteratorResult<unknown, undefined>): void;
  reject(error: unknown): void;
}

interface End {
  readonly reason: unknown;
  readonly error: unknown;
  /** A reader has thrown `error`. */
  thrown: boolean;
}

export interface IncomingOwner {
  /** The peer is owed an acknowledgement of a message that arrived, or that the application has taken. */
  changed(): void;
  /** The application's own code threw. */
  uncaught(error: unknown): void;
}

/** Messages of the peer, each once and in order, until the application has them. */
export class Incoming {
  readonly #owner: IncomingOwner;
  readonly #waiting: unknown[] = [];
  #readers: Reader[] = [];
  #consumer:
    { readonly onMessage: MessageConsumer; readonly onClosed: (reason?: unknown) => void } | undefined;
  #delivering = false;
  #end: End | undefined;
  #got = 0;
  #had = 0;

  constructor(owner: IncomingOwner) {
    this.#owner = owner;
  }

  get got(): number {
    return this.#got;
  }

  get had(): number {
    return this.#had;
  }

  /** Messages that nobody has taken. */
  get untaken(): number {
    return this.#waiting.length;
  }

  /** A repeated one, one behind a gap, and one beyond what the peer may send are not taken. */
  accept(n: number, message: unknown): void {
    this.#owner.changed();
    if (n !== this.#got + 1 || this.#got - this.#had >= WINDOW || this.#end) return;
    this.#got++;
    this.#waiting.push(message);
    this.#deliver();
  }

  /** `undefined` when somebody consumes already. */
  consume(onMessage: MessageConsumer, onClosed: (reason?: unknown) => void): Disposable | undefined {
    if (this.#consumer) return undefined;
    const consumer = { onMessage, onClosed };
    this.#consumer = consumer;
    // Not within the call: its result is not in the caller's hands yet.
    queueMicrotask(() => this.#deliver());
    return {
      [Symbol.dispose]: () => {
        if (this.#consumer === consumer) this.#consumer = undefined;
      },
    };
  }

  /** One iteration of the messages; several share them out. */
  iterate(): AsyncIterableIterator<unknown> {
    const DONE = { value: undefined, done: true } as const;
    let left = false;
    const iteration: AsyncIterableIterator<unknown> = {
      next: () =>
        left
          ? Promise.resolve(DONE)
          : new Promise((resolve, reject) => {
              this.#readers.push({ iteration, resolve, reject });
              this.#deliver();
            }),
      return: () => {
        left = true;
        // A `next()` that still waits must not take a message away from whoever reads from now on.
        const mine = this.#readers.filter((reader) => reader.iteration === iteration);
        this.#readers = this.#readers.filter((reader) => reader.iteration !== iteration);
        for (const reader of mine) reader.resolve(DONE);
        return Promise.resolve(DONE);
      },
      throw: async (error) => {
        await iteration.return?.();
        throw error;
      },
      [Symbol.asyncIterator]: () => iteration,
    };
    return iteration;
  }

  /** Nothing more comes; what waits may still be taken. Readers throw `error`, where there is one, once. */
  end(reason: unknown, error: unknown): void {
    if (this.#end) return;
    this.#end = { reason, error, thrown: false };
    this.#deliver();
  }

  /** One message after the other: the peer takes an acknowledgement for the first that has none. */
  #deliver(): void {
    while (!this.#delivering && this.#waiting.length > 0) {
      const reader = this.#readers.shift();
      if (!reader && !this.#consumer) return;
      const message = this.#waiting.shift();
      reader?.resolve({ value: message, done: false });
      if (reader || !this.#feed(message)) this.#count();
    }
    if (this.#end && !this.#delivering) this.#notifyEnd(this.#end);
  }

  /** True when the consumer is not done with it: then the message is counted later. */
  #feed(message: unknown): boolean {
    this.#delivering = true; // also within the call, in which the next one may arrive
    const busy = this.#consumer && this.#call(this.#consumer.onMessage, message);
    // Never rejects: what the consumer throws was reported, and neither call below throws.
    void busy?.then(() => {
      this.#delivering = false;
      this.#count();
      this.#deliver();
    });
    if (!busy) this.#delivering = false;
    return busy !== undefined;
  }

  /** What a consumer throws is an uncaught error like any other; the message counts as had. */
  #call(onMessage: MessageConsumer, message: unknown): Promise<void> | undefined {
    try {
      const result = onMessage(message);
      if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return undefined;
      return Promise.resolve(result).then(
        () => {},
        (error) => this.#owner.uncaught(error),
      );
    } catch (error) {
      this.#owner.uncaught(error);
      return undefined;
    }
  }

  #count(): void {
    this.#had++;
    this.#owner.changed();
  }

  #notifyEnd(end: End): void {
    for (const reader of this.#readers.splice(0)) {
      if (end.error === undefined || end.thrown) reader.resolve({ value: undefined, done: true });
      else reader.reject(end.error);
      end.thrown = true;
    }
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (!consumer) return;
    try {
      consumer.onClosed(end.reason);
    } catch (error) {
      this.#owner.uncaught(error);
    }
  }
}
