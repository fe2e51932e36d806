import type { AnyHandle } from '../../resources/handle.js';
import type {
  Signaling,
  SignalingMessage,
  SignalingProgress,
} from '../../resources/connection/negotiation/signaling.js';
import type { CloseOptions } from '../../time/deadline.js';
import { AcknowledgedChannel } from '../acknowledged/acknowledged-channel.js';
import type { AcknowledgedChannelOptions } from '../acknowledged/acknowledged-options.js';
import type { PeerRoute } from '../wire/peer-route.js';
import type { RoomSession } from '../wire/room-session.js';

/** Signaling with one peer of a room. */
export interface PeerSignaling extends Signaling, AsyncDisposable {
  /** An application may send messages of its own through it as well, while no connection negotiates. */
  readonly channel: AcknowledgedChannel;
  /** The name of the other peer, once it is known. */
  readonly remotePeer: string | undefined;
  readonly progress: SignalingProgress;
  /** Waits until the peer has everything, where it is there or may come back, and notifies it. */
  close(options?: CloseOptions): Promise<void>;
}

export interface PeerSignalingSettings {
  readonly peer: string | undefined;
  readonly polite: boolean | undefined;
  readonly channel: AcknowledgedChannelOptions;
  /** Keeps the order of teardown: connections before the sockets that they negotiate over. */
  usedBy(connection: AnyHandle): void;
}

/** Acknowledged messages to one peer of a room, as the signaling of a connection. */
export class RoomPeerSignaling implements PeerSignaling {
  readonly channel: AcknowledgedChannel;
  readonly polite?: boolean;
  readonly usedBy: (connection: AnyHandle) => void;
  readonly #route: PeerRoute;

  constructor(session: RoomSession, { peer, polite, channel, usedBy }: PeerSignalingSettings) {
    if (polite !== undefined) this.polite = polite;
    this.usedBy = usedBy;
    this.channel = new AcknowledgedChannel(undefined, channel);
    this.#route = session.route(peer, this.channel);
    this.channel.signal.addEventListener('abort', () => this.#route[Symbol.dispose]());
  }

  get remotePeer(): string | undefined {
    return this.#route.peer;
  }

  get progress(): SignalingProgress {
    return this.#route.progress;
  }

  /**
   * A description is waited for until the peer has it, so that a negotiation knows when its answer arrived;
   * candidates are not, so that they do not cost a round trip each. The order is kept.
   */
  send(message: SignalingMessage): void | Promise<void> {
    const sent = this.channel.send(message, { timeout: Number.POSITIVE_INFINITY });
    this.#route.track(sent);
    if ('description' in message) return sent;
    return undefined; // a rejection: it ended, which the subscriber is notified of
  }

  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable {
    return this.channel.subscribe((message) => void onMessage(message), onClosed);
  }

  close(options?: CloseOptions): Promise<void> {
    const closing = this.channel.close(options);
    this.#route.shortenClosing();
    return closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
