import type { Clock } from '../../time/clock.js';
import { Fifo } from '../channel/fifo.js';

export interface Pace {
  readonly bitsPerSecond: number;
  /** Milliseconds between two bursts. */
  readonly interval: number;
}

/** What was sent by one call, and has to leave as several packets. */
interface Sending {
  refused: boolean;
  error?: unknown;
}

interface Waiting {
  readonly packet: Buffer;
  readonly sending: Sending;
}

/**
 * Spreads the packets of a track over time. The library's own pacer ends the process when a packet is refused (H63);
 * here the message of that packet is given up, and the next one goes on.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #send: (packet: Buffer) => void;
  readonly #dropped: () => void;
  readonly #queue = new Fifo<Waiting>(({ packet }) => packet.length);
  #pace: Pace;
  /** Bytes that may leave now; the last packet of a burst may overdraw it. */
  #budget = 0;
  #lastRun: number;
  #cancel: (() => void) | undefined;
  /** Called when the bytes that wait fall to `lowMark`. */
  onLow: (() => void) | undefined;
  lowMark = 0;

  /** `send` throws for a packet that is refused; `dropped` is called for a message that was accepted and is not sent. */
  constructor(clock: Clock, pace: Pace, send: (packet: Buffer) => void, dropped: () => void) {
    this.#clock = clock;
    this.#send = send;
    this.#dropped = dropped;
    this.#pace = pace;
    this.#lastRun = clock.now() - pace.interval;
  }

  get bytes(): number {
    return this.#queue.bytes;
  }

  /** For what waits as well. */
  set pace(pace: Pace) {
    this.#pace = pace;
  }

  /** Takes the packets of one message. Throws when one that leaves at once is refused; the rest is dropped then. */
  push(packets: readonly Buffer[]): void {
    const sending: Sending = { refused: false };
    for (const packet of packets) this.#queue.push({ packet, sending });
    if (!this.#cancel) this.#run(sending);
    if (sending.refused) throw sending.error;
  }

  /** Sends all that waits now. */
  flush(): void {
    this.#stopTimer();
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#sendOne(next);
    this.onLow?.();
  }

  /** Drops what waits: a message of which a packet has not left counts as dropped. */
  stop(): void {
    this.#stopTimer();
    for (const { sending } of this.#queue.drain()) this.#giveUp(sending, undefined);
  }

  /** `own`: the message whose sender learns at once that it was refused. */
  #run(own?: Sending): void {
    const now = this.#clock.now();
    const { bitsPerSecond, interval } = this.#pace;
    const bytesPerMs = bitsPerSecond / 8 / 1000;
    // Timers are late; what an idle track has not used is worth one interval only.
    const longest = own ? interval : interval + LATE_MS;
    const earned = Math.min(now - this.#lastRun, longest) * bytesPerMs;
    this.#budget = Math.min(this.#budget + earned, longest * bytesPerMs);
    this.#lastRun = now;
    const before = this.#queue.bytes;
    while (this.#budget > 0) {
      const next = this.#queue.shift();
      if (!next) break;
      if (this.#sendOne(next, own)) this.#budget -= next.packet.length;
    }
    this.#cancel =
      this.#queue.length === 0
        ? undefined
        : this.#clock.after(interval, () => {
            this.#cancel = undefined;
            this.#run();
          });
    if (!own && before > this.lowMark && this.#queue.bytes <= this.lowMark) this.onLow?.();
  }

  #sendOne({ packet, sending }: Waiting, own?: Sending): boolean {
    if (sending.refused) return false;
    try {
      this.#send(packet);
      return true;
    } catch (error) {
      this.#giveUp(sending, error, own);
      return false;
    }
  }

  #giveUp(sending: Sending, error: unknown, own?: Sending): void {
    if (sending.refused) return;
    sending.refused = true;
    sending.error = error;
    if (sending !== own) this.#dropped();
  }

  #stopTimer(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/** Milliseconds that a timer of a busy program may be late for; later ones are made up for in part. */
const LATE_MS = 50;
