import type { Reliability } from './configuration.js';
import type { NativeLoop } from './native-loop.js';

/** One message, or one control signal of size 0, on its way to the other side. */
export interface Packet {
  readonly stream: number;
  readonly size: number;
  readonly type: 'message' | 'reset' | 'resetAnswer' | 'open' | 'ack' | 'end';
  readonly data?: string | Buffer;
  readonly label?: string;
  readonly protocol?: string;
  /** Reliable and in order without it. */
  readonly reliability?: Reliability;
  /** Event-loop turns that it, and all behind it, comes late. */
  readonly delay?: number;
  readonly reorder?: boolean;
}

interface InFlight extends Packet {
  /** The turn of the loop, and the time where packets take any, from which on it may arrive. */
  readonly due: number;
  readonly arrival: number;
  /** Bytes that were sent before it. */
  readonly from: number;
}

interface PipeEnds {
  /** Hands over one packet; false leaves it and everything behind it in the pipe. */
  deliver(packet: Packet): boolean;
  /** Those that have come at this time are handed over. */
  delivered(): void;
  buffered(stream: number, amount: number): void;
  blocked(stream: number): boolean;
  /**
   * The receiver takes nothing for now, and does not say when it does again. One that is gone takes nothing either, so what was
   * sent to it makes no room in the send buffer.
   */
  unreachable(): boolean;
  random(): number;
  /** Milliseconds that a packet of `size` bytes is on its way. */
  latency(size: number): number;
  loses(): boolean;
}

/**
 * One direction of a transport. What fits in its send buffer counts as sent, though it has not arrived (H7);
 * the rest waits in front of it and is the stream's buffered amount. Each turn the buffer empties once.
 */
export class SendPipe {
  readonly #loop: NativeLoop;
  readonly #capacity: number;
  readonly #ends: PipeEnds;
  readonly #amounts = new Map<number, number>();
  #waiting: Packet[] = [];
  #inFlight: InFlight[] = [];
  #launched = 0;
  /** Bytes up to the first that has not arrived: those behind it stay in the send buffer, also what has overtaken it. */
  #acknowledged = 0;
  #lastDue = 0;
  /** Before which nothing in order arrives, and nothing at all. */
  #lastArrival = 0;
  #lastReset = 0;
  /** When the last of what overtakes others arrives. */
  #latest = 0;
  #latestDue = 0;
  #averageLatency: number | undefined;
  #scheduled = false;
  #stopped = false;

  constructor(loop: NativeLoop, capacity: number, ends: PipeEnds) {
    this.#loop = loop;
    this.#capacity = capacity;
    this.#ends = ends;
  }

  /** Milliseconds that packets were on their way, smoothed as SCTP does with its round trips (RFC 9260, section 6.3.1). */
  get latency(): number {
    return this.#averageLatency ?? 0;
  }

  /** True when the send buffer took it, false when it waits in front. */
  send(packet: Packet): boolean {
    if (this.#stopped) return false;
    this.wake();
    if (this.#waiting.length === 0 && this.#fits(packet)) {
      this.#launch(packet);
      return true;
    }
    this.#waiting.push(packet);
    this.#count(packet.stream, packet.size);
    return false;
  }

  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#loop.enqueue(() => this.#flush());
  }

  /** Drops what still waits in front; what was sent arrives, and `last` behind it. */
  finish(last: Packet): void {
    this.#waiting = [];
    this.#launch(last);
    this.wake();
  }

  /** Drops everything that has not arrived. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#inFlight = [];
  }

  #fits(packet: Packet): boolean {
    if (this.#ends.blocked(packet.stream)) return false;
    const inFlight = this.#launched - this.#acknowledged;
    return inFlight === 0 || inFlight + packet.size <= this.#capacity;
  }

  #launch(packet: Packet): void {
    const latency = this.#ends.latency(packet.size);
    this.#averageLatency =
      this.#averageLatency === undefined ? latency : this.#averageLatency * 0.875 + latency * 0.125;
    const isLost = this.#ends.loses();
    const { unordered = false, lossy = false } = packet.reliability ?? {};
    const isMessage = packet.type === 'message';
    if (isLost && isMessage && lossy) return;
    const sentAgain = isLost ? RETRANSMITTED_MS + 2 * latency : 0;
    let due = this.#loop.turn + 1 + (packet.delay ?? 0);
    let arrival = latency + sentAgain > 0 ? this.#loop.now() + latency + sentAgain : 0;
    if (isMessage && unordered) {
      // It overtakes what is in order, but nothing that waits behind a reset does (RFC 6525, section 5.2.2).
      arrival = Math.max(this.#lastReset, arrival);
      this.#latest = Math.max(this.#latest, arrival);
      this.#latestDue = Math.max(this.#latestDue, due);
    } else {
      due = this.#lastDue = Math.max(this.#lastDue, due);
      arrival = this.#lastArrival = Math.max(this.#lastArrival, arrival);
      // A reset is carried out when everything that was sent before it has come.
      if (packet.type === 'reset') {
        due = this.#lastDue = Math.max(due, this.#latestDue);
        arrival = this.#lastArrival = this.#lastReset = Math.max(arrival, this.#latest);
      }
    }
    this.#inFlight.push({ ...packet, due, arrival, from: this.#launched });
    this.#launched += packet.size;
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const due = this.#takeDue();
    let arrived = 0;
    while (arrived < due.length && !this.#stopped && this.#ends.deliver(due[arrived]!)) arrived += 1;
    if (arrived > 0) this.#ends.delivered();
    const stalled = arrived < due.length;
    if (stalled) this.#inFlight.unshift(...due.slice(arrived));
    if (arrived > 0)
      this.#acknowledged = this.#inFlight.reduce((least, { from }) => Math.min(least, from), this.#launched);
    if (this.#stopped) return;
    while (this.#waiting.length > 0 && this.#fits(this.#waiting[0]!)) {
      const packet = this.#waiting.shift()!;
      this.#launch(packet);
      this.#count(packet.stream, -packet.size);
    }
    // A receiver that takes no more wakes the pipe itself; a fault that blocks it is looked at now and then.
    if (stalled) {
      if (this.#ends.unreachable()) this.#loop.retry(() => this.wake());
      return;
    }
    let next = Number.POSITIVE_INFINITY;
    for (const { arrival } of this.#inFlight) next = Math.min(next, arrival);
    const wait = next - this.#loop.now();
    if (Number.isFinite(next) && wait > 0) this.#loop.after(wait, () => this.wake());
    else if (Number.isFinite(next)) this.wake();
    else if (this.#waiting.length > 0) this.#loop.retry(() => this.wake());
  }

  #takeDue(): InFlight[] {
    const isTimed = this.#lastArrival > 0 || this.#latest > 0;
    const [turn, now] = [this.#loop.turn, isTimed ? this.#loop.now() : 0];
    const isDue = (packet: InFlight) => packet.due <= turn && packet.arrival <= now;
    const due = this.#inFlight.filter(isDue);
    if (due.length > 0) this.#inFlight = this.#inFlight.filter((packet) => !isDue(packet));
    const places = due.flatMap((packet, at) => (packet.reorder === true ? [at] : []));
    for (let i = places.length - 1; i > 0; i -= 1) {
      const from = places[i]!;
      const to = places[Math.floor(this.#ends.random() * (i + 1))]!;
      [due[from], due[to]] = [due[to]!, due[from]!];
    }
    return due;
  }

  #count(stream: number, change: number): void {
    const amount = (this.#amounts.get(stream) ?? 0) + change;
    this.#amounts.set(stream, amount);
    this.#ends.buffered(stream, amount);
  }
}

/** Milliseconds, besides two ways, until a packet that was lost is sent again: a gap that later packets show. */
const RETRANSMITTED_MS = 10;
