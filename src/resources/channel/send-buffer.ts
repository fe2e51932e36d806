import type { NativeRecord } from '../../library/release-ledger.js';
import { Deferred } from '../../time/wait.js';
import type { NativeChannel } from '../../native/binding.js';
import { reportUncaught } from '../../native/firewall.js';
import type { QueueDetails } from '../../diagnostics/handle-details.js';
import { RtcMessageError } from '../../errors/rtc-error.js';
import type { DeliveryLedger } from './delivery-ledger.js';
import type { ReceiveBufferLimits } from './inbox.js';

interface Queued {
  readonly data: string | Uint8Array;
  readonly byteLength: number;
  readonly accepted: Deferred<void>;
}

/** Messages sent before the channel was open, in order; bounded. Their promises are settled here, and the ledger counts those that are dropped. */
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

  /** What waits in the queue, and its limits. */
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

/** The library's send buffer of one channel, and the calls that wait for room in it. */
export class SendBuffer {
  readonly #native: NativeChannel;
  readonly #record: NativeRecord;
  readonly #onLow: () => void;
  #highWaterMark: number;
  /** At least what the library has buffered: only `sent` adds to it, and asking costs a native call. */
  #atMost = 0;
  #room: Deferred<void> | undefined;
  #watchesLow = false;

  constructor(native: NativeChannel, record: NativeRecord, highWaterMark: number, onLow: () => void) {
    this.#native = native;
    this.#record = record;
    this.#highWaterMark = highWaterMark;
    this.#onLow = onLow;
  }

  get highWaterMark(): number {
    return this.#highWaterMark;
  }

  set highWaterMark(bytes: number) {
    this.#highWaterMark = bytes;
    if (!this.#watchesLow || this.#record.state !== 'held') return;
    this.#native.setBufferedAmountLowThreshold(this.#lowWaterMark);
    this.#takeRoomIfLow();
  }

  /** At or over the mark. */
  get isFull(): boolean {
    if (this.#atMost < this.#highWaterMark) return false;
    this.#atMost = this.#native.bufferedAmount();
    return this.#atMost >= this.#highWaterMark;
  }

  /** Bytes that may be in it, at the most. */
  get atMost(): number {
    return this.#atMost;
  }

  get awaited(): boolean {
    return this.#room !== undefined;
  }

  /** The library was given a message. `forwarded`: the transport took it at once, so nothing was waiting before it. */
  sent(bytes: number, forwarded: boolean): void {
    this.#atMost = forwarded ? 0 : this.#atMost + bytes;
  }

  /** One promise for all callers that wait; `undefined` when there is room by now. */
  room(): Promise<void> | undefined {
    if (!this.#room) {
      this.#room = new Deferred();
      this.watchLow();
      this.#takeRoomIfLow();
    }
    return this.#room?.promise;
  }

  refuse(error: unknown): void {
    this.#room?.reject(error);
    this.#room = undefined;
  }

  /** Registers the native callback, once it is of use to somebody (H15). */
  watchLow(): void {
    if (this.#watchesLow || this.#record.state !== 'held') return;
    this.#watchesLow = true;
    this.#native.setBufferedAmountLowThreshold(this.#lowWaterMark);
    this.#native.onBufferedAmountLow(() => {
      try {
        // What was sent since may have filled the buffer again; then the library calls again.
        if (this.#record.state === 'held' && this.#native.bufferedAmount() > this.#lowWaterMark) return;
        this.#takeRoom();
        this.#onLow();
      } catch (error) {
        reportUncaught(error, this.#record.path());
      }
    });
  }

  get #lowWaterMark(): number {
    return this.#highWaterMark >>> 1;
  }

  /** The library calls only when the amount falls below the mark; an amount that is below it already has to be read. */
  #takeRoomIfLow(): void {
    if (this.#native.bufferedAmount() <= this.#lowWaterMark) this.#takeRoom();
  }

  #takeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
