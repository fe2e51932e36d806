import type { NativeRecord } from '../../library/release-ledger.js';
import { Deferred } from '../../time/wait.js';
import type { NativeChannel } from '../../native/binding.js';
import { reportUncaught } from '../../native/firewall.js';

/** The library's send buffer of one channel, and who waits for room in it. */
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

  /** One promise for all who wait; `undefined` when there is room by now. */
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
