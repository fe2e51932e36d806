import { boolean, readFrom, readOptions } from '../../arguments/argument.js';
import { RtcClosedError, RtcInvalidStateError } from '../../errors/rtc-error.js';
import { type AnyHandle, Handle } from '../../resources/handle.js';
import type { SignalingProgress } from '../../resources/connection/negotiation/signaling.js';
import { type CloseOptions, checkBounds, type WaitOptions } from '../../time/deadline.js';
import { type Clock, holdProcess, systemClock } from '../../time/clock.js';
import { bounded, Deferred, started } from '../../time/wait.js';
import { type OwnedNode, TREE_NODE } from '../../scope/node.js';
import { beforeEndEntry, removeEntry } from '../../scope/user-entry.js';
import { transportOver } from '../acknowledged/attachable-transport.js';
import { Backoff } from '../wire/backoff.js';
import { EventSource } from '../wire/event-source.js';
import type { MessageTransport, WebSocketLike } from '../wire/message-transport.js';
import {
  type Departure,
  type MemberDescription,
  withoutUndefined,
  type JoinRequest,
} from '../wire/room-message.js';
import { RoomSession } from '../wire/room-session.js';
import { type PeerSignaling, RoomPeerSignaling } from './peer-signaling.js';
import {
  anotherMember,
  checkRoomOptions,
  checkSocket,
  DEFAULT_RECONNECT,
  type RoomOptions,
  roomName,
  type SignalingSocket,
} from './room-options.js';

export interface SignalingRoomEvents {
  /** A member is in the room; also emitted for members that joined before. */
  joined: [member: MemberDescription];
  /** A member left, was removed, or was lost; the departure says which. */
  left: [member: MemberDescription, departure: Departure];
  /** The membership has ended; `reason` says why, unless we closed it. */
  close: [reason: unknown];
}

/**
 * Joins a room of the signaling server, over one socket for all its peers. Given a function that makes sockets, such as
 * `() => scope.createWebSocket(url)`, it reconnects by itself.
 */
export function joinRoom(
  socket: SignalingSocket | (() => SignalingSocket),
  options: RoomOptions,
): SignalingRoom {
  return new SignalingRoom(socket, checkRoomOptions(options));
}

/** A membership in a room of the signaling server; see `joinRoom`. */
export class SignalingRoom extends EventSource<SignalingRoomEvents> implements AsyncDisposable {
  /** Our own name in it. */
  readonly peer: string;
  readonly name: string;
  readonly #options: RoomOptions;
  readonly #session: RoomSession;
  readonly #connect: (() => SignalingSocket) | undefined;
  readonly #clock: Clock;
  /** What is torn down before the sockets, whichever of them is in use. */
  readonly #connections = new Set<AnyHandle>();
  readonly #signalings = new Map<string, RoomPeerSignaling>();
  readonly #ready = new Deferred<void>();
  readonly #closed = new Deferred<unknown>();
  #socket!: SignalingSocket;
  /** What the socket in use, or the last one, belongs to. */
  #ownerOfSockets: OwnedNode | undefined;

  /** @internal */
  constructor(socket: SignalingSocket | (() => SignalingSocket), options: RoomOptions) {
    super(`${options.room}/${options.peer}`, 'SignalingRoom', { joined: true, left: true, close: true });
    const connect = typeof socket === 'function' && !isClass(socket) ? socket : undefined;
    if (!connect) checkSocket(socket, 'socket');
    this.name = options.room;
    this.peer = options.peer;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#connect = connect;
    const { room, peer, token, data } = options;
    const next = connect && (() => this.#use(this.#unended(connect()), 'socket()'));
    this.#session = new RoomSession(withoutUndefined({ room, peer, token, data }) as JoinRequest, {
      clock: this.#clock,
      backoff: new Backoff(DEFAULT_RECONNECT, options.reconnect),
      connect: next,
      beforeNextSocket: (ms, next) => this.#beforeNextSocket(ms, next),
      entered: () => this.#ready.resolve(),
      joined: (member) => void this.emit('joined', member),
      left: (member, departure) => void this.emit('left', member, departure),
      ended: (reason) => this.#ended(reason),
    });
    this.#session.enter(next ? next() : this.#use(socket as SignalingSocket, 'socket'));
  }

  /** The other members, by name. */
  get members(): ReadonlyMap<string, MemberDescription> {
    return this.#session.members;
  }

  /** `lost`: between two sockets. */
  get state(): 'connecting' | 'joined' | 'lost' | 'closed' {
    const { state } = this.#session;
    return state === 'over' ? 'closed' : state;
  }

  /** How far the membership has got on the way to the server and to a peer. */
  get progress(): SignalingProgress {
    return this.#session.progressTo(this.members.keys().next().value);
  }

  /** Resolves when the server has let us in; rejects with `RTC_CLOSED` and its reason when it refuses. */
  ready(options?: WaitOptions): Promise<void> {
    return started(() => {
      const bounds = checkBounds(options, 'ready()');
      return bounded(this.#ready, bounds, this.#clock, this.#path, 'joining the room', () => {
        const { description, cause } = this.progress;
        return { reason: description, ...(cause === undefined ? {} : { cause }) };
      });
    });
  }

  /** Resolves when the membership has ended, with the reason, unless it was closed here. */
  closed(options?: WaitOptions): Promise<unknown> {
    return started(() => {
      const bounds = { timeout: Number.POSITIVE_INFINITY, ...checkBounds(options, 'closed()') };
      return bounded(this.#closed, bounds, this.#clock, this.#path, 'leaving the room');
    });
  }

  /**
   * The signaling with one peer of the room, for `negotiate`. Both sides call it with each other's name; whoever does
   * so first need not wait for the other. The same object until it has ended.
   *
   * It ends with `RTC_CLOSED` when the peer joins as another one: then there is an event `joined`, and another can be made.
   */
  connect(peer: string, options: { polite?: boolean } = {}): PeerSignaling {
    anotherMember(roomName(peer, 'peer'), this.peer, 'peer');
    const { polite } = readOptions<{ polite?: boolean }>(options, 'options', { polite: boolean });
    const before = this.#signalings.get(peer);
    if (before && before.channel.state === 'open') return before;
    const signaling = this.signalingTo(peer, polite);
    this.#signalings.set(peer, signaling);
    signaling.channel.signal.addEventListener('abort', () => {
      if (this.#signalings.get(peer) === signaling) this.#signalings.delete(peer);
    });
    return signaling;
  }

  /** Without a name: to the first that is there. @internal */
  signalingTo(peer: string | undefined, polite: boolean | undefined): RoomPeerSignaling {
    if (this.state === 'closed') throw this.#error('connect()');
    const { retransmit } = this.#options;
    return new RoomPeerSignaling(this.#session, {
      ...{ peer, polite },
      channel: {
        name: peer === undefined ? this.#path : `${this.#path}/${peer}`,
        clock: this.#clock,
        ...(retransmit ? { retransmit } : {}),
      },
      usedBy: (connection) => this.#usedBy(connection),
    });
  }

  /** Goes on over another socket; needed only when the first was given as such and not as a function. */
  attach(socket: SignalingSocket): void {
    transportOver(socket, 'socket');
    if (this.#connect) {
      throw new RtcInvalidStateError('the signaling makes its sockets by itself', { path: this.#path });
    }
    if (this.state === 'closed') throw this.#error('attach()');
    this.#session.enter(this.#use(socket, 'socket'));
  }

  /** Waits until the peers that are there, or may come back, have what was sent to them, leaves the room and closes the socket. */
  async close(options?: CloseOptions): Promise<void> {
    checkBounds(options, 'close()');
    await Promise.all([...this.#signalings.values()].map((signaling) => signaling.close(options)));
    this.#session.end();
    await this.#socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Leaves at once. @internal */
  leave(error?: unknown): void {
    this.#session.end(error);
  }

  get #path(): string {
    return `${this.name}/${this.peer}`;
  }

  /** The same socket again would end again, and so on: nothing would ever come of it, nor let the process exit. */
  #unended(socket: SignalingSocket): SignalingSocket {
    const ended = readFrom('socket()', () => {
      if (socket instanceof Handle) return socket.state;
      return (socket as Partial<WebSocketLike> | undefined)?.readyState;
    });
    if (ended !== 'closing' && ended !== 'closed' && ended !== CLOSING && ended !== CLOSED) return socket;
    throw new RtcClosedError(
      'RTC_CLOSED',
      'the function for sockets returned one that has ended; let it make a new one each time: () => scope.createWebSocket(url)',
      { path: this.#path },
    );
  }

  #use(socket: SignalingSocket, name: string): MessageTransport {
    const transport = transportOver(socket, name);
    this.#socket = socket;
    // A handle of another copy of the package has no node here.
    this.#ownerOfSockets = socket instanceof Handle ? socket[TREE_NODE]?.parent : undefined;
    for (const connection of this.#connections) this.#keepOrder(connection);
    return transport;
  }

  /**
   * A member of the room keeps the process alive as its socket did, so that it comes back, unless the scope that the sockets belong
   * to ends: then there is no next one, which `connect` finds out.
   */
  #beforeNextSocket(ms: number, connect: () => void): () => void {
    const owner = this.#ownerOfSockets;
    const scopeEnds = owner?.inTeardown === true;
    const letProcessGo = holdProcess();
    const beforeEnd = beforeEndEntry(() => go(), { name: this.#path });
    const stop = () => {
      cancelTimer();
      letProcessGo();
      removeEntry(beforeEnd);
    };
    const go = () => {
      stop();
      connect();
    };
    const cancelTimer = this.#clock.after(scopeEnds ? 0 : ms, go);
    if (!scopeEnds) owner?.adoptNode(beforeEnd);
    return stop;
  }

  #usedBy(connection: AnyHandle): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.#keepOrder(connection);
  }

  #keepOrder(connection: AnyHandle): void {
    if (!(this.#socket instanceof Handle) || this.#socket.state === 'closed') return; // the next one, then
    try {
      connection.dependsOn(this.#socket);
    } catch {
      // One of them is about to go, or they are in different trees: there is no order to keep.
    }
  }

  #ended(reason: unknown): void {
    this.#ready.reject(reason ?? this.#error('ready()'));
    this.#closed.resolve(reason);
    this.emit('close', reason);
    // Nobody waits here: who wants to know how it went asks `close()`.
    if (this.#connect) Promise.resolve(this.#socket.close()).catch(() => {});
  }

  #error(what: string): RtcClosedError {
    return new RtcClosedError('RTC_CLOSED', `${what} is not possible, the room was left`, {
      path: this.#path,
    });
  }
}

/** `readyState` of a WebSocket. */
const CLOSING = 2;
const CLOSED = 3;

/** A class is refused as a function that makes sockets: calling it would throw an unrelated error. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}
