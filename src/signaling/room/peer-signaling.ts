import type { AnyHandle } from '../../resources/handle.js';
import type {
  Signaling,
  SignalingMessage,
  SignalingProgress,
} from '../../resources/connection/negotiation/signaling.js';
import type { CloseOptions } from '../../arguments/bounds.js';
import { AcknowledgedChannel } from '../acknowledged/acknowledged-channel.js';
import type { AcknowledgedChannelOptions } from '../acknowledged/acknowledged-options.js';
import type { PeerChannel, PeerRoute, RoomSession } from '../wire/room-session.js';

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
  /** Messages of `send` that the peer does not have. */
  #ofNegotiation = 0;

  constructor(session: RoomSession, { peer, polite, channel, usedBy }: PeerSignalingSettings) {
    if (polite !== undefined) this.polite = polite;
    this.usedBy = usedBy;
    const acknowledged = new AcknowledgedChannel(undefined, channel);
    this.channel = acknowledged;
    const way: PeerChannel = {
      attach: (transport) => {
        if (acknowledged.state !== 'closed') acknowledged.attach(transport);
      },
      absent: () => this.#shortenClosing(),
      fail: (error) => void acknowledged.abort(error),
    };
    this.#route = session.route(peer, way);
    acknowledged.signal.addEventListener('abort', () => this.#route[Symbol.dispose]());
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
    this.#ofNegotiation++;
    const settled = () => void this.#ofNegotiation--;
    sent.then(settled, settled);
    if ('description' in message) return sent;
    return undefined; // a rejection: it ended, which the subscriber is notified of
  }

  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable {
    return this.channel.subscribe((message) => void onMessage(message), onClosed);
  }

  close(options?: CloseOptions): Promise<void> {
    const closing = this.channel.close(options);
    this.#shortenClosing();
    return closing;
  }

  #shortenClosing(): void {
    const { state, pending } = this.channel;
    const timeout = this.#route.patience(pending, this.#ofNegotiation);
    if (state === 'closing' && timeout !== undefined) void this.channel.close({ timeout });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
