import { boolean, readOptions } from '../arguments/argument.js';
import { RtcClosedError } from '../errors/rtc-error.js';
import type { AnyHandle } from '../resources/handle.js';
import type { SignalingMessage, SignalingProgress } from '../resources/connection/negotiation/signaling.js';
import { type CloseOptions, checkBounds } from '../time/deadline.js';
import type { AcknowledgedChannel } from './acknowledged/acknowledged-channel.js';
import { transportOver } from './acknowledged/attachable-transport.js';
import type { PeerSignaling } from './room/peer-signaling.js';
import {
  anotherMember,
  checkSocket,
  ROOM_FIELDS,
  type RoomOptions,
  roomName,
  type SignalingSocket,
} from './room/room-options.js';
import { SignalingRoom } from './room/signaling-room.js';

export interface WebSocketSignalingOptions extends RoomOptions {
  /** The other peer's name. Default: the first other member of the room. */
  to?: string | undefined;
  /** See `NegotiateOptions.polite`. */
  polite?: boolean | undefined;
}

/** Signaling through the signaling server. */
export interface WebSocketSignaling extends PeerSignaling {
  /** Goes on over another socket; needed only when the first was given as such and not as a function. */
  attach(socket: SignalingSocket): void;
  /** Waits until the peer has everything, notifies it, and closes the socket. */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Signaling with one peer in a room of the signaling server, which survives the loss of sockets and of the server:
 * what the peer has not acknowledged is sent again. For more than one peer there is `joinRoom`.
 *
 * Give a function that makes sockets and it reconnects by itself: `() => scope.createWebSocket(url)`. It stops when
 * the scope that the sockets belong to is torn down, and ends with `RTC_CLOSED` when the server refuses us.
 */
export function webSocketSignaling(
  socket: SignalingSocket | (() => SignalingSocket),
  options: WebSocketSignalingOptions,
): WebSocketSignaling {
  if (typeof socket !== 'function') checkSocket(socket, 'socket');
  const given = readOptions<WebSocketSignalingOptions>(options, 'options', {
    ...ROOM_FIELDS,
    to: roomName,
    polite: boolean,
  });
  const { to, polite, ...more } = given;
  const names = { room: roomName(given.room, 'options.room'), peer: roomName(given.peer, 'options.peer') };
  if (to !== undefined) anotherMember(to, names.peer, 'options.to');
  return new OnePeerSignaling(new SignalingRoom(socket, { ...more, ...names }), to, polite);
}

/** A membership in a room for the sake of one of its peers. */
class OnePeerSignaling implements WebSocketSignaling {
  readonly polite?: boolean;
  readonly #room: SignalingRoom;
  readonly #signaling: PeerSignaling;

  constructor(room: SignalingRoom, to: string | undefined, polite: boolean | undefined) {
    this.#room = room;
    const signaling = room.signalingTo(to, polite);
    this.#signaling = signaling;
    if (polite !== undefined) this.polite = polite;
    signaling.channel.signal.addEventListener('abort', () => room.leave());
  }

  get channel(): AcknowledgedChannel {
    return this.#signaling.channel;
  }

  get remotePeer(): string | undefined {
    return this.#signaling.remotePeer;
  }

  get progress(): SignalingProgress {
    return this.#signaling.progress;
  }

  usedBy(connection: AnyHandle): void {
    this.#signaling.usedBy?.(connection);
  }

  send(message: SignalingMessage): void | Promise<void> {
    return this.#signaling.send(message);
  }

  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable {
    return this.#signaling.subscribe(onMessage, onClosed);
  }

  attach(socket: SignalingSocket): void {
    if (this.channel.state === 'closed' && this.#room.state === 'closed') {
      transportOver(socket, 'socket');
      throw new RtcClosedError('RTC_CLOSED', 'the signaling has ended', { path: this.#room.name });
    }
    this.#room.attach(socket);
  }

  async close(options?: CloseOptions): Promise<void> {
    checkBounds(options, 'close()');
    await this.#signaling.close(options);
    await this.#room.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
