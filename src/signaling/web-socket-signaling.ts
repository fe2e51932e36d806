import { RtcClosedError, RtcInvalidStateError } from '../errors/kinds.js';
import { RtcError } from '../errors/rtc-error.js';
import { outOfRange, readFrom, wrongType } from '../arguments/wrong-argument.js';
import { boolean, type Field, readOptions, secret } from '../arguments/argument.js';
import { type AnyHandle, Handle } from '../resources/handle.js';
import type { MessageChannel } from '../resources/channel/message-channel.js';
import type {
  Signaling,
  SignalingMessage,
  SignalingProgress,
} from '../resources/connection/negotiation/signaling.js';
import { type Clock, systemClock } from '../time/clock.js';
import { type CloseOptions, checkBounds } from '../scope/scope-options.js';
import { AcknowledgedChannel } from './acknowledged/acknowledged-channel.js';
import { backoff, clock, DEFAULT_RETRANSMIT } from './acknowledged/acknowledged-options.js';
import { transportOver } from './acknowledged/attachable-transport.js';
import type { MessageTransport, WebSocketLike } from './wire/message-transport.js';
import { Backoff, type BackoffOptions } from './wire/backoff.js';
import { type Bye, RoomLink } from './room/room-link.js';
import { isName, type JoinRequest, LONGEST_NAME } from './wire/room-message.js';

/** A socket to the signaling server. */
export type SignalingSocket = MessageChannel | WebSocketLike;

export interface WebSocketSignalingOptions {
  /** The room in which the two peers meet. */
  room: string;
  /** Our own name in it. */
  peer: string;
  /** The other peer's name. Default: whoever else is there first. */
  to?: string;
  /** What the server wants to see. */
  token?: string;
  /** See `NegotiateOptions.polite`. */
  polite?: boolean;
  /** Waits before another socket is made. Default: first 250 ms, doubled, 10 000 at the most; with jitter. */
  reconnect?: BackoffOptions;
  /** See `AcknowledgedChannelOptions.retransmit`. */
  retransmit?: BackoffOptions;
  /** The source of time. Default: the system's. */
  clock?: Clock;
}

/** Signaling through the signaling server. */
export interface WebSocketSignaling extends Signaling, AsyncDisposable {
  /** Messages of the application's own may go through it as well, while nobody negotiates. */
  readonly channel: AcknowledgedChannel;
  /** The name of the other peer, once it is known. */
  readonly remotePeer: string | undefined;
  /** Goes on over another socket; needed only when the first was given as such and not as a function. */
  attach(socket: SignalingSocket): void;
  /** Waits until the peer has everything, tells it, and closes the socket. */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Signaling with one peer in a room of the signaling server, which survives the loss of sockets and of the server:
 * what the peer has not acknowledged is said again.
 *
 * Give a function that makes sockets and it reconnects by itself: `() => scope.createWebSocket(url)`. It stops when
 * the scope that the sockets belong to is torn down, and ends with `RTC_CLOSED` when the server refuses us.
 */
export function webSocketSignaling(
  socket: SignalingSocket | (() => SignalingSocket),
  options: WebSocketSignalingOptions,
): WebSocketSignaling {
  return new RoomSignaling(socket, options);
}

const name: Field<string> = (value, where) => {
  if (typeof value !== 'string') throw wrongType(where, 'a string', value);
  if (!isName(value)) throw outOfRange(where, `a name of 1 to ${LONGEST_NAME} characters`, value);
  return value;
};

const DEFAULT_RECONNECT = { first: 250, longest: 10_000 };

class RoomSignaling implements WebSocketSignaling {
  readonly channel: AcknowledgedChannel;
  readonly polite?: boolean;
  readonly #request: JoinRequest;
  readonly #connect: (() => SignalingSocket) | undefined;
  readonly #backoff: Backoff;
  readonly #clock: Clock;
  /** What is torn down before the sockets, whichever of them is in use. */
  readonly #connections = new Set<AnyHandle>();
  #remote: string | undefined;
  #socket!: SignalingSocket;
  #link: RoomLink | undefined;
  #toChannel: { onMessage(message: unknown): void; onClosed(reason?: unknown): void } | undefined;
  #cancelReconnect: (() => void) | undefined;
  #progress: SignalingProgress = {
    state: 'connecting',
    description: 'the signaling server has not answered yet',
  };

  constructor(socket: SignalingSocket | (() => SignalingSocket), options: WebSocketSignalingOptions) {
    const isFunction = typeof socket === 'function';
    if (!isFunction) transportOver(socket, 'socket');
    const given = readOptions<WebSocketSignalingOptions>(options, 'options', {
      room: name,
      peer: name,
      to: name,
      token: secret,
      polite: boolean,
      reconnect: backoff(DEFAULT_RECONNECT),
      retransmit: backoff(DEFAULT_RETRANSMIT),
      clock,
    });
    const { polite, token, to } = given;
    const [room, peer] = [name(given.room, 'options.room'), name(given.peer, 'options.peer')];
    if (polite !== undefined) this.polite = polite;
    this.#remote = to;
    this.#request = token === undefined ? { room, peer } : { room, peer, token };
    this.#connect = isFunction ? socket : undefined;
    this.#clock = given.clock ?? systemClock;
    this.#backoff = new Backoff({ ...DEFAULT_RECONNECT, ...given.reconnect });
    this.channel = new AcknowledgedChannel(undefined, {
      name: `${room}/${peer}`,
      clock: this.#clock,
      ...(given.retransmit ? { retransmit: given.retransmit } : {}),
    });
    this.channel.signal.addEventListener('abort', () => this.#leave());
    this.#enter(isFunction ? this.#made(socket) : socket);
  }

  get remotePeer(): string | undefined {
    return this.#remote;
  }

  get progress(): SignalingProgress {
    return this.#progress;
  }

  usedBy(connection: AnyHandle): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.#keepOrder(connection);
  }

  /**
   * A description is waited for until the peer has it, so that a negotiation knows when its answer arrived;
   * candidates are not, so that they do not cost a round trip each. The order is kept.
   */
  send(message: SignalingMessage): void | Promise<void> {
    const sent = this.channel.send(message, { timeout: Number.POSITIVE_INFINITY });
    if ('description' in message) return sent;
    sent.catch(() => {}); // it ended, and whoever subscribed is told so
    return undefined;
  }

  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable {
    return this.channel.subscribe((message) => void onMessage(message), onClosed);
  }

  attach(socket: SignalingSocket): void {
    transportOver(socket, 'socket');
    if (this.#connect) {
      throw new RtcInvalidStateError('the signaling makes its sockets by itself', { path: this.#path });
    }
    if (this.channel.state === 'closed') {
      throw new RtcClosedError('RTC_CLOSED', 'the signaling has ended', { path: this.#path });
    }
    this.#enter(socket);
  }

  async close(options?: CloseOptions): Promise<void> {
    checkBounds(options, 'close()');
    await this.channel.close(options);
    await this.#closeSocket();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #path(): string {
    return `${this.#request.room}/${this.#request.peer}`;
  }

  #made(connect: () => SignalingSocket): SignalingSocket {
    const socket = readFrom('socket', connect);
    transportOver(socket, 'socket()');
    return socket;
  }

  #enter(socket: SignalingSocket): void {
    this.#cancelReconnect?.();
    this.#link?.[Symbol.dispose]();
    this.#socket = socket;
    for (const connection of this.#connections) this.#keepOrder(connection);
    const link: RoomLink = new RoomLink(transportOver(socket, 'socket'), this.#request, {
      joined: (peers) => {
        this.#backoff.reset();
        const remote = this.#remote ?? peers[0];
        const isThere = remote !== undefined && peers.includes(remote);
        this.#progress = isThere ? met(remote) : this.#alone();
        // One that has not been told of yet may still hear us, through another server.
        if (remote !== undefined) this.#meet(link, remote);
      },
      presence: (peer, present) => {
        if (!present || (this.#remote !== undefined && this.#remote !== peer)) return;
        this.#progress = met(peer);
        this.#meet(link, peer);
      },
      message: (from, data) => {
        if (from === this.#remote) this.#toChannel?.onMessage(data);
      },
      closed: (reason, bye) => this.#closed(socket, reason, bye),
    });
    this.#link = link;
  }

  /** The other peer is there, or is there again. */
  #meet(link: RoomLink, remote: string): void {
    this.#remote = remote;
    if (this.channel.state === 'closed') return;
    const transport: MessageTransport = {
      send: (text) => link.send(remote, text),
      subscribe: (onMessage, onClosed) => {
        const target = { onMessage, onClosed };
        this.#toChannel = target;
        return {
          [Symbol.dispose]: () => {
            if (this.#toChannel === target) this.#toChannel = undefined;
          },
        };
      },
    };
    this.channel.attach(transport);
  }

  #alone(): SignalingProgress {
    const { room } = this.#request;
    const who = this.#remote === undefined ? 'nobody else' : `no peer ${JSON.stringify(this.#remote)}`;
    return { state: 'alone', description: `${who} is in the signaling room ${JSON.stringify(room)}` };
  }

  #closed(socket: SignalingSocket, reason: unknown, bye: Bye | undefined): void {
    if (this.#socket !== socket || this.channel.state === 'closed') return;
    this.#progress = notIn(reason, bye);
    this.#toChannel?.onClosed(reason);
    if (bye && !bye.mayComeBack) {
      const why = `the signaling server sent us away: ${bye.reason} (${bye.code})`;
      this.channel.abort(new RtcClosedError('RTC_CLOSED', why, { path: this.#path }));
    } else if (this.#connect) this.#reconnect(this.#connect);
  }

  #reconnect(connect: () => SignalingSocket): void {
    this.#cancelReconnect = this.#clock.after(this.#backoff.next(), () => {
      try {
        this.#enter(this.#made(connect));
      } catch (cause) {
        // The scope that makes the sockets has ended, or the function is of no use.
        this.channel.abort(
          cause instanceof RtcError
            ? cause
            : new RtcClosedError('RTC_CLOSED', 'no further socket could be made', {
                path: this.#path,
                cause,
              }),
        );
      }
    });
  }

  #keepOrder(connection: AnyHandle): void {
    if (!(this.#socket instanceof Handle) || this.#socket.state === 'closed') return; // the next one, then
    try {
      connection.dependsOn(this.#socket);
    } catch {
      // One of them is about to go, or they are in different trees: there is no order to keep.
    }
  }

  #leave(): void {
    this.#cancelReconnect?.();
    this.#link?.[Symbol.dispose]();
    // Nobody waits here: who wants to know how it went asks `close()`.
    if (this.#connect) this.#closeSocket().catch(() => {});
  }

  async #closeSocket(): Promise<void> {
    await this.#socket.close();
  }
}

const met = (peer: string): SignalingProgress => ({
  state: 'met',
  description: `the peer ${JSON.stringify(peer)} was met through the signaling`,
});

function notIn(cause: unknown, bye: Bye | undefined): SignalingProgress {
  if (bye) {
    const state = bye.mayComeBack ? 'unreachable' : 'refused';
    return { state, description: `the signaling server sent us away: ${bye.reason} (${bye.code})` };
  }
  const description = 'the signaling server cannot be reached';
  return { state: 'unreachable', description, ...(cause === undefined ? {} : { cause }) };
}
