import type { SignalingProgress } from '../../resources/connection/negotiation/signaling-vocabulary.js';
import type { MessageTransport } from './message-transport.js';

/** What goes to one peer of the room, over whichever socket is in use. */
export interface PeerChannel {
  readonly state: 'open' | 'closing' | 'closed';
  /** Messages that the peer does not have. */
  readonly pending: number;
  attach(transport: MessageTransport): void;
  close(options: { timeout: number }): Promise<void>;
  abort(): unknown;
  /** Ends it by an error; what the peer does not have rejects with `RTC_UNDELIVERED`. */
  fail(error: unknown): void;
}

/** The way to one peer of a room. */
export interface PeerRoute extends Disposable {
  /** Its name, once it is known. */
  readonly peer: string | undefined;
  readonly progress: SignalingProgress;
  /** Counts a message about a connection until the peer has it. */
  track(sent: Promise<void>): void;
  /**
   * Lets a close of the channel that goes on wait for no more than is worth it: for nothing where the peer has left, was removed,
   * or was lost so long ago that it does not come back. What is about a connection is worth nothing without a peer
   * that is there to connect, and little to one that does not answer.
   */
  shortenClosing(): void;
}

/** The room as its routes see it. */
interface RouteRoom {
  now(): number;
  progressTo(peer: string | undefined): SignalingProgress;
}

export class Route implements PeerRoute {
  peer: string | undefined;
  /** The member's, where it gave one. */
  id: string | undefined;
  /** When it left the room, as `clock.now()`; for good: `-Infinity`. */
  absentFrom = Number.POSITIVE_INFINITY;
  readonly channel: PeerChannel;
  readonly #room: RouteRoom;
  readonly #forget: () => void;
  #ofNegotiation = 0;
  target: { onMessage(message: unknown): void; onClosed(reason?: unknown): void } | undefined;

  constructor(
    room: RouteRoom,
    peer: string | undefined,
    channel: PeerChannel,
    forget: (route: Route) => void,
  ) {
    this.#room = room;
    this.peer = peer;
    this.channel = channel;
    this.#forget = () => forget(this);
  }

  get progress(): SignalingProgress {
    return this.#room.progressTo(this.peer);
  }

  track(sent: Promise<void>): void {
    this.#ofNegotiation++;
    const settled = () => void this.#ofNegotiation--;
    sent.then(settled, settled);
  }

  shortenClosing(): void {
    const { channel } = this;
    const isGone = this.#room.now() - this.absentFrom >= COMES_BACK_MS;
    if (channel.state !== 'closing' || (!isGone && channel.pending > this.#ofNegotiation)) return;
    const timeout = !isGone && this.progress.state === 'met' ? NEGOTIATION_MS : 0;
    void channel.close({ timeout });
  }

  [Symbol.dispose](): void {
    this.#forget();
  }
}

/** Milliseconds after which a peer that reconnects by itself should be back: the longest of its waits by default. */
const COMES_BACK_MS = 10_000;
/** Milliseconds in which a peer that is there has acknowledged the last candidates, also from far away. */
const NEGOTIATION_MS = 1000;
