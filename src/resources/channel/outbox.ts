import { Latch } from '../../time/wait.js';
import { RtcMessageError } from '../../errors/kinds.js';
import type { ReceiveBufferLimits } from './inbox.js';

interface Queued {
  readonly data: string | Uint8Array;
  readonly byteLength: number;
  readonly accepted: Latch<void>;
}

/** Messages sent before the channel was open, in order; bounded. */
export class Outbox {
  readonly #path: () => string;
  readonly #limits: ReceiveBufferLimits;
  #queue: Queued[] = [];
  #bytes = 0;

  constructor(path: () => string, limits: ReceiveBufferLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  get length(): number {
    return this.#queue.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoom(byteLength: number): boolean {
    return this.#queue.length < this.#limits.messages && this.#bytes + byteLength <= this.#limits.bytes;
  }

  /** Takes a copy of binary data: the caller may reuse its buffer before the channel is open. */
  add(data: string | Uint8Array, byteLength: number): Latch<void> {
    const accepted = new Latch<void>();
    if (!this.hasRoom(byteLength)) {
      accepted.reject(
        new RtcMessageError(
          'RTC_OVERFLOW',
          `the channel is not open yet and ${this.#queue.length} messages with ${this.#bytes} bytes wait already; ` +
            'await opened() before sending, or raise sendQueue',
          { path: this.#path() },
        ),
      );
      return accepted;
    }
    this.#queue.push({ data: typeof data === 'string' ? data : Buffer.from(data), byteLength, accepted });
    this.#bytes += byteLength;
    return accepted;
  }

  /** Hands every message to `send`, in order. One that `send` throws for rejects alone. */
  flush(send: (data: string | Uint8Array, byteLength: number) => void): void {
    for (const { data, byteLength, accepted } of this.#take()) {
      try {
        send(data, byteLength);
        accepted.resolve();
      } catch (error) {
        accepted.reject(error);
      }
    }
  }

  /** The channel will not open: every waiting `send` rejects with `RTC_UNDELIVERED`. */
  reject(cause: unknown): number {
    const queue = this.#take();
    for (const { accepted } of queue) {
      accepted.reject(
        new RtcMessageError(
          'RTC_UNDELIVERED',
          'the channel ended before it was open; the message was not sent',
          {
            path: this.#path(),
            cause,
          },
        ),
      );
    }
    return queue.length;
  }

  #take(): Queued[] {
    const queue = this.#queue;
    this.#queue = [];
    this.#bytes = 0;
    return queue;
  }
}
