import { RtcClosedError } from '../errors/rtc-error.js';
import type {
  SignalingMessage,
  SignalingProgress,
} from '../resources/connection/negotiation/signaling-vocabulary.js';
import { Backoff, type BackoffOptions } from '../signaling/wire/backoff.js';
import { EventSource } from '../signaling/wire/event-source.js';
import { overWebSocketLike, type WebSocketLike } from '../signaling/wire/message-transport.js';
import type { Departure, JoinRequest, MemberDescription } from '../signaling/wire/room-message.js';
import { RoomSession } from '../signaling/wire/room-session.js';
import { AcknowledgedChannel } from './acknowledged-channel.js';
import { pageClock } from './page-clock.js';

export interface RoomOptions extends JoinRequest {
  /** Delays before the next attempt to reconnect. Default: 250 ms, doubled each time up to 10 000 ms, with jitter. */
  readonly reconnect?: BackoffOptions | undefined;
  /**
   * Delays before a message that is not acknowledged is sent again. Default: 500 ms, doubled each time up to 10 000 ms,
   * with jitter.
   */
  readonly retransmit?: BackoffOptions | undefined;
}

export interface RoomEvents {
  /** A member is in the room; emitted for earlier members, too. */
  joined: [member: MemberDescription];
  /** A member has left, was removed, or was lost; `departure` says which. */
  left: [member: MemberDescription, departure: Departure];
  /** The membership has ended; `reason` says why, unless this end closed it. */
  close: [reason: unknown];
}

/** Signaling with one peer of a room, for `negotiate`. */
export interface PeerSignaling {
  /** The application may send messages of its own through it while no negotiation runs. */
  readonly channel: AcknowledgedChannel;
  readonly remotePeer: string;
  readonly progress: SignalingProgress;
  readonly polite?: boolean | undefined;
  send(message: SignalingMessage): Promise<void>;
  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable;
  close(): Promise<void>;
}

/** Joins a room of the signaling server and reconnects by itself. `url` may be a function that makes a socket. */
export function joinRoom(url: string | URL | (() => WebSocketLike), options: RoomOptions): Room {
  return new Room(url, options);
}

/** A membership in a room; see `joinRoom`. */
export class Room extends EventSource<RoomEvents> {
  readonly name: string;
  readonly peer: string;
  /** Resolves when the server has admitted this member; rejects with the server's reason if not. */
  readonly ready: Promise<void>;
  readonly #session: RoomSession;
  readonly #retransmit: BackoffOptions | undefined;
  readonly #signalings = new Map<string, PeerSignaling>();
  #socket: WebSocketLike | undefined;

  /** @internal */
  constructor(url: string | URL | (() => WebSocketLike), options: RoomOptions) {
    const { reconnect, retransmit, ...request } = options;
    super(`${request.room}/${request.peer}`, 'Room', { joined: true, left: true, close: true });
    this.name = request.room;
    this.peer = request.peer;
    this.#retransmit = retransmit;
    let entered!: () => void;
    let refused!: (reason: unknown) => void;
    this.ready = new Promise((resolve, reject) => {
      entered = resolve;
      refused = reject;
    });
    this.ready.catch(() => {});
    this.#session = new RoomSession(request, {
      clock: pageClock,
      backoff: new Backoff({ first: 250, longest: 10_000 }, reconnect),
      connect: () => {
        this.#socket = typeof url === 'function' ? url() : new globalThis.WebSocket(url);
        return overWebSocketLike(this.#socket);
      },
      beforeNextSocket: (ms, connect) => pageClock.after(ms, connect),
      entered,
      joined: (member) => void this.emit('joined', member),
      left: (member, departure) => void this.emit('left', member, departure),
      ended: (reason) => {
        refused(reason ?? new RtcClosedError('RTC_CLOSED', 'the room was left'));
        this.emit('close', reason);
        this.#socket?.close();
      },
    });
    this.#session.connect();
  }

  /** The other members, by name. */
  get members(): ReadonlyMap<string, MemberDescription> {
    return this.#session.members;
  }

  /** `lost`: reconnecting to the server. `over`: the room was left, or the server has refused this member. */
  get state(): 'connecting' | 'joined' | 'lost' | 'over' {
    return this.#session.state;
  }

  /** Signaling with one peer of the room. Each side calls it with the name of the other. */
  connect(peer: string, { polite }: { polite?: boolean } = {}): PeerSignaling {
    const before = this.#signalings.get(peer);
    if (before?.channel.state === 'open') return before;
    if (this.state === 'over') throw new RtcClosedError('RTC_CLOSED', 'the room was left');
    const channel = new AcknowledgedChannel(undefined, { name: peer, retransmit: this.#retransmit });
    const route = this.#session.route(peer, channel);
    void channel.closed.then(() => {
      route[Symbol.dispose]();
      if (this.#signalings.get(peer) === signaling) this.#signalings.delete(peer);
    });
    const signaling: PeerSignaling = {
      ...{ channel, remotePeer: peer, polite },
      get progress() {
        return route.progress;
      },
      send(message) {
        const sent = channel.send(message);
        route.track(sent);
        return sent;
      },
      subscribe: (onMessage, onClosed) => channel.subscribe((message) => void onMessage(message), onClosed),
      close() {
        const closing = channel.close();
        route.shortenClosing();
        return closing;
      },
    };
    this.#signalings.set(peer, signaling);
    return signaling;
  }

  /** Leaves the room when all peers that are there, or may come back, have what was sent to them. */
  async close(): Promise<void> {
    await Promise.all([...this.#signalings.values()].map((signaling) => signaling.close()));
    this.#session.end();
  }
}
