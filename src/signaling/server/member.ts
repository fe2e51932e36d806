import type { WebSocket } from 'ws';
import type { Clock } from '../../time/clock.js';
import { BYE, type ByeCode, type ServerMessage } from '../wire/room-message.js';
import type { SignalingLimits } from './server-options.js';
import { TokenBucket } from './token-bucket.js';

/** One socket of the server, and what it may do. */
export class Member {
  readonly socket: WebSocket;
  /** Its name in its room, once it has joined. */
  name = '';
  /** It has said that it knows of the stop, or has gone. */
  stopped = false;
  readonly #bucket: TokenBucket;
  readonly #unread: number;
  #unanswered = 0;
  readonly #onGone: (member: Member) => void;
  #gone = false;

  constructor(socket: WebSocket, clock: Clock, limits: SignalingLimits, onGone: (member: Member) => void) {
    this.#onGone = onGone;
    this.socket = socket;
    this.#unread = limits.unread;
    this.#bucket = new TokenBucket(clock, limits.messagesPerSecond, limits.burst);
  }

  /** It was sent away; nothing of it counts any more. */
  get gone(): boolean {
    return this.#gone;
  }

  /** It showed a sign of life. */
  seen(): void {
    this.#unanswered = 0;
  }

  /**
   * Asks for a sign of life, or cuts it off when it has not answered the last ones. Counted, not timed: where this
   * process was busy, nobody else is to blame.
   */
  ask(): void {
    if (this.#gone) return;
    if (this.#unanswered >= MOST_UNANSWERED) {
      this.cutOff(4008);
      return;
    }
    this.#unanswered++;
    this.socket.ping();
  }

  /** False when it sends too much. */
  maySend(): boolean {
    return this.#bucket.take();
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    if (this.#gone) return;
    this.socket.send(text, () => {}); // an error is followed by "close"
    if (this.socket.bufferedAmount > this.#unread) this.cutOff(4013);
  }

  /**
   * Says why and closes; who floods is not read any more, and has to wait at its own end. What does not close within
   * the socket's `closeTimeout` is destroyed.
   */
  cutOff(code: ByeCode): void {
    if (this.#gone) return;
    this.#gone = true;
    this.socket.close(code, BYE[code]);
    if (code === 4029) this.socket.pause();
    this.#onGone(this);
  }
}

/** Questions without an answer. */
const MOST_UNANSWERED = 3;
