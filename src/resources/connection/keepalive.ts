import { RtcPeerUnreachableError } from '../../errors/rtc-error.js';
import { type Field, integer, readOptions, outOfRange } from '../../arguments/argument.js';
import { LONGEST_TIMER } from '../../time/clock.js';
import { hasPath } from '../data-channel/native-state.js';
import type { Probe } from './library-probe.js';
import type { IceConnectionState } from './peer-connection-events.js';

/** How a vanished peer is detected. */
export interface KeepaliveOptions {
  /** Milliseconds without a sign of life after which the peer is asked for one, at most half of `timeout`. Default: a third. */
  interval?: number | undefined;
  /** Milliseconds without a sign of life after which the peer counts as vanished. Default 15 000, or three intervals. */
  timeout?: number | undefined;
}

/** The connection as the keepalive sees it. Each call costs a few native getters at the most. */
export interface KeepaliveSubject {
  readonly path: string;
  now(): number;
  transportUp(): boolean;
  /** A value that only a living peer changes: bytes received, and the round-trip time of its acknowledgements. */
  signs(): string;
  /** Milliseconds of a round trip as last measured; 0 where that is unknown. */
  roundTrip(): number;
  /** Bytes that wait to be sent. Fewer than before is a sign of life. */
  waiting(): number;
  /** Asks the program at the other end. False where it does not know how to answer. */
  ping(): boolean;
  /** Asks the library at the other end, whose threads answer while the program is busy. Undefined where it cannot be asked. */
  probe(): Probe | undefined;
  /** What ICE says of the peer. */
  iceState(): IceConnectionState;
  end(error: Error): void;
}

export interface CheckedKeepalive {
  readonly interval: number;
  readonly timeout: number;
}

/**
 * Detects that the peer of a connection has vanished, within the time that was asked for.
 *
 * Data that arrives anyway is the cheapest sign of life. Without one for `interval` the peer is asked: one of this package by
 * a `ping`, then by a probe of its library, so that a program that is busy for long is not taken for a vanished one. Any
 * other peer that runs the same library is asked by the probe. Of the rest only what ICE says is known, and that the send
 * buffer does not shrink.
 *
 * It is asked again and again until there is a sign: SCTP repeats a lost question after a second, and then after twice as
 * long each time, but what is sent behind it shows at once that it was lost, and that the network is back. The process-wide watcher calls; there is no timer for a connection.
 */
export class Keepalive {
  readonly #subject: KeepaliveSubject;
  readonly #options: CheckedKeepalive;
  readonly #step: number;
  #lookAt = 0;
  #lastSignAt: number | undefined;
  #signs = '';
  #waiting = 0;
  /** When the peer was first asked for a sign of life that has not come yet. */
  #askedAt: number | undefined;
  #askAgainAt = 0;
  /** Milliseconds that the slowest of the last answers took. */
  #slowest = 0;
  /** When ICE had found the peer, while the handshakes go on. */
  #foundAt: number | undefined;
  /** Milliseconds that the handshakes took: all that is known of the network until the first sign of life. */
  #handshakes = 0;
  /** Questions to the library that have not been answered, also those from before the last sign. */
  #probes: Probe[] = [];

  constructor(subject: KeepaliveSubject, options: CheckedKeepalive) {
    this.#subject = subject;
    this.#options = options;
    this.#step = options.timeout / LOOKS;
  }

  checkClosed(): void {
    const now = this.#subject.now();
    if (now < this.#lookAt) return;
    this.#lookAt = now + this.#step;
    if (!this.#subject.transportUp()) this.#connecting(now);
    else if (this.#lastSignAt === undefined) this.#connected(now);
    else if (this.#hasSign()) this.#gotSign(now);
    else this.#silent(now, now - this.#lastSignAt);
  }

  #connecting(now: number): void {
    this.#lastSignAt = undefined;
    this.#foundAt = hasPath(this.#subject.iceState()) ? (this.#foundAt ?? now) : undefined;
  }

  #connected(now: number): void {
    this.#handshakes = this.#foundAt === undefined ? 0 : now - this.#foundAt + this.#step; // the look that saw it came late
    this.#foundAt = undefined;
    this.#hasSign(); // what it is compared with from now on
    this.#lastSignAt = now;
  }

  #gotSign(now: number): void {
    if (this.#askedAt !== undefined)
      this.#slowest = Math.max(now - this.#askedAt, this.#slowest * FORGETTING);
    this.#lastSignAt = now;
    this.#handshakes = 0;
    this.#askedAt = undefined;
  }

  #silent(now: number, silence: number): void {
    if (LOST.test(this.#subject.iceState())) {
      this.#end(silence);
      return;
    }
    const { interval, timeout } = this.#options;
    if (silence < interval) return;
    const patience = timeout - 2 * this.#step; // a look comes late, and so did the last that saw a sign
    const waited = this.#askedAt === undefined ? 0 : now - this.#askedAt;
    const isPressing = waited >= (patience - interval) / 2;
    if (now >= this.#askAgainAt || this.#askedAt === undefined) {
      if (this.#ask(isPressing)) this.#askedAt ??= now;
      this.#askAgainAt = now + Math.min(this.#step, MOST_PAUSE_MS);
    }
    // The answer to a question that went out late, because this process was busy, gets as long. On a slow network, or one
    // that loses packets, it gets what answers took there: SCTP doubles its pause with each loss in a row.
    const roundTrips =
      (this.#probes.length > 0 ? PROBE_ROUND_TRIPS : PING_ROUND_TRIPS) * this.#subject.roundTrip();
    const usual = Math.max(roundTrips, 3 * this.#slowest, 2 * this.#handshakes);
    const least = Math.max(patience - interval, Math.min(usual, MOST_WAIT_MS));
    if (silence >= patience && this.#askedAt !== undefined && waited >= least) this.#end(silence);
  }

  /** True where a living peer gives a sign soon. */
  #ask(isPressing: boolean): boolean {
    const isAsked = this.#subject.ping();
    const probe = !isAsked || isPressing ? this.#subject.probe() : undefined;
    if (probe) this.#probes.push(probe);
    return isAsked || this.#probes.length > 0 || this.#waiting > 0;
  }

  #hasSign(): boolean {
    const [signs, waiting] = [this.#subject.signs(), this.#subject.waiting()];
    const unanswered = this.#probes.filter((probe) => !probe.isAnswered);
    const isSign =
      signs !== this.#signs || waiting < this.#waiting || unanswered.length < this.#probes.length;
    this.#signs = signs;
    this.#waiting = waiting;
    this.#probes = unanswered;
    return isSign;
  }

  #end(silence: number): void {
    const { path } = this.#subject;
    const seconds = (silence / 1000).toFixed(1);
    this.#subject.end(
      new RtcPeerUnreachableError(
        `the peer has given no sign of life for ${seconds} s; it has vanished, or the network between has`,
        { path },
      ),
    );
  }
}

export const keepaliveField: Field<CheckedKeepalive> = (value, name) => {
  const given = readOptions<KeepaliveOptions>(value, name, {
    interval: integer(LEAST_MS, LONGEST_TIMER, 'milliseconds'),
    timeout: integer(2 * LEAST_MS, LONGEST_TIMER, 'milliseconds'),
  });
  const { timeout = given.interval === undefined ? DEFAULT_TIMEOUT_MS : 3 * given.interval } = given;
  const { interval = Math.floor(timeout / 3) } = given;
  if (2 * interval > timeout) {
    throw outOfRange(`${name}.interval`, `at most half of timeout, which is ${timeout}`, interval);
  }
  return { interval, timeout };
};

const LOST = /^(?:disconnected|failed)$/;
/** Of what the slowest answer took, with each answer that is faster. */
const FORGETTING = 0.8;
/** Milliseconds: after about as many the library itself ends a connection. */
const MOST_WAIT_MS = 15_000;
/** Milliseconds between two questions, at the most. */
const MOST_PAUSE_MS = 250;
/** Looks in the time of `timeout`. */
const LOOKS = 20;
const PING_ROUND_TRIPS = 2;
/**
 * SCTP resets streams one request after the other (RFC 6525, section 5.1.1): the answer to a probe may wait for those of
 * the probes before it. Up to 2 round trips were measured between two answers, on a link with a round trip of 1.8 s.
 */
const PROBE_ROUND_TRIPS = 4;
const DEFAULT_TIMEOUT_MS = 15_000;
/** A peer on the other side of the world, behind a busy link, answers in less than a second. */
const LEAST_MS = 100;
