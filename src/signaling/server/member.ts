import type { WebSocket } from 'ws';
import type { Clock } from '../../time/clock.js';
import {
  BYE,
  type ByeCode,
  type ClientJoin,
  type Departure,
  LEFT,
  LOST,
  type MemberDescription,
  type ServerMessage,
  withoutUndefined,
} from '../wire/room-message.js';
import type { SignalingLimits } from './server-options.js';

/** One socket of the server, and what it may do. */
export class Member {
  readonly socket: WebSocket;
  /** What it asked for, once it has joined. */
  join: ClientJoin | undefined;
  /** When it joined, in milliseconds since 1970, for comparison with members of other servers. */
  joinedAt = 0;
  /** The peer has confirmed that the server stops, or has gone. */
  stopped = false;
  readonly #bucket: TokenBucket;
  readonly #unread: number;
  #unanswered = 0;
  readonly #onGone: (member: Member) => void;
  #departure: Departure | undefined;

  constructor(socket: WebSocket, clock: Clock, limits: SignalingLimits, onGone: (member: Member) => void) {
    this.#onGone = onGone;
    this.socket = socket;
    this.#unread = limits.unread;
    this.#bucket = new TokenBucket(clock, limits.messagesPerSecond, limits.burst);
  }

  /** Its name in its room; empty before it has joined. */
  get name(): string {
    return this.join?.peer ?? '';
  }

  /** Version of the protocol that the peer uses. */
  get #version(): number {
    return this.join?.v ?? 1;
  }

  /** Its data for the other members. */
  get description(): MemberDescription {
    const { peer = '', id, data } = this.join ?? {};
    return withoutUndefined({ peer, id, data }) as MemberDescription;
  }

  /** The peer was removed or has gone; what it sends is ignored. */
  get gone(): boolean {
    return this.#departure !== undefined;
  }

  /** Why it has gone. */
  get departure(): Departure {
    return this.#departure ?? LOST;
  }

  /** Its socket has closed. */
  closed(code: number): void {
    this.#departure ??= code === 1000 || code === 1001 || code === 1005 ? LEFT : LOST;
  }

  /** The peer showed a sign of life. */
  seen(): void {
    this.#unanswered = 0;
  }

  /**
   * Asks the peer for a sign of life, or cuts it off when it has not answered the last ones. Questions are counted, not
   * timed: a peer must not be cut off because this process was busy.
   */
  ask(): void {
    if (this.gone) return;
    if (this.#unanswered >= MOST_UNANSWERED) {
      this.cutOff(4008);
      return;
    }
    this.#unanswered++;
    this.socket.ping();
  }

  /** Counts something that it sent, a ping too; false when it has sent too much. */
  maySend(): boolean {
    if (!this.#bucket.take()) this.cutOff(4029);
    else if (this.socket.bufferedAmount > this.#unread) this.cutOff(4013); // the answers to its pings
    return !this.gone;
  }

  /** The last that it sent was an acknowledgement: others made it send that, and each of them has a limit of its own. */
  acknowledged(): void {
    this.#bucket.giveBack(1 - ACKNOWLEDGEMENT);
  }

  /** It has joined; these are the others. */
  welcome(room: string, others: readonly MemberDescription[]): void {
    const { name: peer } = this;
    if (this.#version > 1) this.send({ joined: { v: this.#version, room, peer, members: others } });
    else this.send({ joined: { room, peer, peers: others.map((other) => other.peer) } });
  }

  /** Another one came, or left for a reason. */
  notify(other: MemberDescription, left?: Departure): void {
    if (this.#version === 1) this.send({ peer: other.peer, present: left === undefined });
    else if (left) this.send({ peer: other.peer, present: false, ...left });
    else this.send({ ...other, present: true });
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    if (this.gone) return;
    this.socket.send(text, () => {}); // an error is followed by "close"
    if (this.socket.bufferedAmount > this.#unread) this.cutOff(4013);
  }

  /**
   * Another connection has joined by its name, with that id. The same client gets a code after which it comes back: the
   * connection that it uses may be this one.
   */
  replaced(id: string | undefined): void {
    if (id !== undefined && id === this.join?.id) this.cutOff(4012, 'it has joined over another connection');
    else this.cutOff(4003);
  }

  /**
   * Says why and closes; who floods is not read any more, and has to wait at its own end. What does not close within
   * the socket's `closeTimeout` is destroyed.
   */
  cutOff(code: ByeCode, reason: string = BYE[code]): void {
    if (this.gone) return;
    const text = reasonOf(reason);
    this.#departure = { code, reason: text };
    this.socket.close(code, text);
    if (code === 4029) this.socket.pause();
    this.#onGone(this);
  }
}

/** As much of a text as a close frame has room for, in one line. */
function reasonOf(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]/gu, ' ');
  return new TextDecoder().decode(Buffer.from(line).subarray(0, LONGEST_REASON)).replace(/\uFFFD+$/, '');
}

/** Bytes: RFC 6455, section 5.5, less the two of the code. */
const LONGEST_REASON = 123;
/** What an acknowledgement counts as, in messages: 15 others, as a room has by default, may each send at their limit. */
const ACKNOWLEDGEMENT = 1 / 16;
/** Questions without an answer. */
const MOST_UNANSWERED = 3;

/** A rate limit: `burst` at once and `perSecond` in the long run. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = clock.now();
  }

  take(): boolean {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** A part of what was taken last. */
  giveBack(tokens: number): void {
    this.#tokens += tokens;
  }
}
