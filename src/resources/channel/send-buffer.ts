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
  #hearsLow = false;

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
    if (!this.#hearsLow || this.#record.state !== 'held') return;
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

  /** The library was given a message. `passedOn`: the transport took it at once, so nothing was waiting before it. */
  sent(bytes: number, passedOn: boolean): void {
    this.#atMost = passedOn ? 0 : this.#atMost + bytes;
  }

  /** One promise for all who wait; `undefined` when there is room by now. */
  room(): Promise<void> | undefined {
    if (!this.#room) {
      this.#room = new Deferred();
      this.hearLow();
      this.#takeRoomIfLow();
    }
    return this.#room?.promise;
  }

  refuse(error: unknown): void {
    this.#room?.reject(error);
    this.#room = undefined;
  }

  /** Registers the native callback, once it is of use to somebody (H15). */
  hearLow(): void {
    if (this.#hearsLow || this.#record.state !== 'held') return;
    this.#hearsLow = true;
    this.#native.setBufferedAmountLowThreshold(this.#lowWaterMark);
    this.#native.onBufferedAmountLow(() => {
      try {
        // What was sent since may have filled it again; the library tells again then.
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

  /** The library tells only of falling below the mark: what is below it already must be looked at. */
  #takeRoomIfLow(): void {
    if (this.#native.bufferedAmount() <= this.#lowWaterMark) this.#takeRoom();
  }

  #takeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
