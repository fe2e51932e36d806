import type { QueueDetails } from '../../diagnostics/handle-details.js';
import { Deferred } from '../../time/wait.js';
import { RtcMessageError } from '../../errors/rtc-error.js';
import type { DeliveryLedger } from './delivery-ledger.js';
import type { ReceiveBufferLimits } from './inbox.js';

interface Queued {
  readonly data: string | Uint8Array;
  readonly byteLength: number;
  readonly accepted: Deferred<void>;
}

/** Messages sent before the channel was open, in order; bounded. Each is settled here, and the ledger is notified. */
export class Outbox {
  readonly #path: () => string;
  readonly #limits: ReceiveBufferLimits;
  readonly #ledger: DeliveryLedger;
  #queue: Queued[] = [];
  #bytes = 0;

  constructor(path: () => string, limits: ReceiveBufferLimits, ledger: DeliveryLedger) {
    this.#path = path;
    this.#limits = limits;
    this.#ledger = ledger;
  }

  get length(): number {
    return this.#queue.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What waits in it, with what may. */
  get queue(): QueueDetails {
    return { messages: this.#queue.length, bytes: this.#bytes, limit: this.#limits };
  }

  hasRoom(byteLength: number): boolean {
    return this.#queue.length < this.#limits.messages && this.#bytes + byteLength <= this.#limits.bytes;
  }

  /** Takes a copy of binary data: the caller may reuse its buffer before the channel is open. */
  add(data: string | Uint8Array, byteLength: number): Deferred<void> {
    const accepted = new Deferred<void>();
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
    for (const queued of this.#take()) {
      try {
        send(queued.data, queued.byteLength);
        queued.accepted.resolve();
      } catch (error) {
        this.#drop(queued, error);
      }
    }
  }

  /** The channel will not open: every waiting `send` rejects with `RTC_UNDELIVERED`. */
  reject(cause: unknown): void {
    for (const queued of this.#take()) {
      const why = 'the channel ended before it was open; the message was not sent';
      this.#drop(queued, new RtcMessageError('RTC_UNDELIVERED', why, { path: this.#path(), cause }));
    }
  }

  /** Nobody waits for a message of `trySend()`, so each is counted as well. */
  #drop({ accepted }: Queued, error: unknown): void {
    this.#ledger.dropped();
    accepted.reject(error);
  }

  #take(): Queued[] {
    const queue = this.#queue;
    this.#queue = [];
    this.#bytes = 0;
    return queue;
  }
}
