import { RtcMessageError } from '../../errors/rtc-error.js';
import type { Clock } from '../../time/clock.js';
import type { Backoff } from './backoff.js';
import { WINDOW } from './frame.js';

interface Entry {
  readonly json: string;
  readonly byteLength: number;
  /** The peer's application has it. */
  had(): void;
  lost(error: unknown): void;
}

/** How much may wait for the peer's acknowledgement. */
export interface OutgoingLimits {
  readonly messages: number;
  readonly bytes: number;
}

export interface OutgoingOwner {
  readonly path: string;
  /** True when something sent now may arrive. */
  ready(): boolean;
  transmit(n: number, json: string): void;
}

/**
 * Messages that the peer's application does not have yet, and when they are sent again.
 *
 * Repeated from the first message that the peer has not got ("go back n"): transports keep the order, so where one
 * is missing the ones behind it are too. After silence one message is sent until the peer shows that it is there.
 */
export class Outgoing {
  readonly #owner: OutgoingOwner;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #limits: OutgoingLimits;
  readonly #entries = new Map<number, Entry>();
  #bytes = 0;
  #last = 0;
  /** The last that was ever sent. */
  #everSent = 0;
  /** The last that counts as sent on this transport. */
  #sent = 0;
  #got = 0;
  #had = 0;
  #silent = false;
  #cancelTimer: (() => void) | undefined;
  readonly #whenEmpty: (() => void)[] = [];

  constructor(owner: OutgoingOwner, clock: Clock, backoff: Backoff, limits: OutgoingLimits) {
    this.#owner = owner;
    this.#clock = clock;
    this.#backoff = backoff;
    this.#limits = limits;
  }

  /** Messages that the peer's application does not have. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Resolves when the peer's application has it. */
  add(json: string, byteLength: number): Promise<void> {
    if (this.#entries.size >= this.#limits.messages || this.#bytes + byteLength > this.#limits.bytes) {
      throw new RtcMessageError(
        'RTC_OVERFLOW',
        `${this.#entries.size} messages with ${this.#bytes} bytes wait for the peer's acknowledgement; ` +
          `the limit is ${this.#limits.messages} messages or ${this.#limits.bytes} bytes`,
        { path: this.#owner.path },
      );
    }
    const acknowledged = new Promise<void>((had, lost) => {
      this.#entries.set(++this.#last, { json, byteLength, had, lost });
    });
    acknowledged.catch(() => {}); // a caller that does not wait is not to be ended by it
    this.#bytes += byteLength;
    this.#pump();
    return acknowledged;
  }

  /** The peer acknowledges what it has; false when that is impossible. */
  confirmed(got: number, had: number): boolean {
    if (got > this.#everSent) return false;
    const progress = got > this.#got || had > this.#had;
    for (; this.#had < had; this.#had++) {
      const entry = this.#entries.get(this.#had + 1) as Entry;
      this.#entries.delete(this.#had + 1);
      this.#bytes -= entry.byteLength;
      entry.had();
    }
    this.#got = Math.max(this.#got, got);
    this.#sent = Math.max(this.#sent, this.#got);
    if (this.#entries.size === 0) this.#emptied();
    if (!progress) return true;
    this.#silent = false;
    this.#restartTimer();
    this.#pump();
    return true;
  }

  /** A new transport, or the peer is back: what it has not got is sent at once. */
  resume(): void {
    this.#sent = this.#got;
    this.#silent = false;
    this.#restartTimer();
    this.#pump();
  }

  /** No transport: nothing is repeated until `resume`. */
  pause(): void {
    this.#stopTimer();
  }

  /** Resolves when nothing is pending. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#entries.size === 0) resolve();
      else this.#whenEmpty.push(resolve);
    });
  }

  /** Nothing more is sent; every wait rejects. */
  end(error: unknown): void {
    this.#stopTimer();
    for (const { lost } of this.#entries.values()) lost(error);
    this.#emptied();
  }

  #emptied(): void {
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #pump(): void {
    const most = this.#silent ? this.#got + 1 : this.#had + WINDOW;
    while (this.#owner.ready() && this.#sent < Math.min(this.#last, most)) {
      const n = ++this.#sent;
      this.#everSent = Math.max(this.#everSent, n);
      this.#owner.transmit(n, (this.#entries.get(n) as Entry).json);
    }
    if (this.#sent > this.#had) this.#startTimer();
  }

  #startTimer(): void {
    if (this.#cancelTimer || !this.#owner.ready()) return;
    this.#cancelTimer = this.#clock.after(this.#backoff.next(), () => {
      this.#cancelTimer = undefined;
      this.#repeat();
    });
  }

  #repeat(): void {
    if (this.#got < this.#sent) {
      this.#silent = true;
      this.#sent = this.#got;
      this.#pump();
      return;
    }
    // All of them arrived and the application has not taken them, or the word of it was lost: ask with the oldest.
    const oldest = this.#entries.get(this.#had + 1);
    if (oldest && this.#owner.ready()) this.#owner.transmit(this.#had + 1, oldest.json);
    this.#startTimer();
  }

  #restartTimer(): void {
    this.#stopTimer();
    this.#backoff.reset();
    if (this.#sent > this.#had) this.#startTimer();
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
