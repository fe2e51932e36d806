import {
  outOfRange,
  readFrom,
  wrongType,
  type Field,
  readOptions,
  secret,
} from '../../arguments/argument.js';
import type { MessageChannel } from '../../resources/channel/message-channel.js';
import type { Clock } from '../../time/clock.js';
import { transportOver } from '../acknowledged/attachable-transport.js';
import { backoff, clock, DEFAULT_RETRANSMIT } from '../acknowledged/acknowledged-options.js';
import type { BackoffOptions } from '../wire/backoff.js';
import type { WebSocketLike } from '../wire/message-transport.js';
import { isName, LONGEST_NAME } from '../wire/room-message.js';

/** A socket to the signaling server. */
export type SignalingSocket = MessageChannel | WebSocketLike;

export interface RoomOptions {
  /** The room in which the peers meet. */
  room: string;
  /** Our own name in it. */
  peer: string;
  /** The token that the server asks for. */
  token?: string | undefined;
  /** Data for the other members: any JSON value, at most 1024 bytes of text. */
  data?: unknown | undefined;
  /** Waits before another socket is made. Default: first 250 ms, doubled, 10 000 at the most; with jitter. */
  reconnect?: BackoffOptions | undefined;
  /** See `AcknowledgedChannelOptions.retransmit`. */
  retransmit?: BackoffOptions | undefined;
  /** The source of time. Default: the system's. */
  clock?: Clock | undefined;
}

export const roomName: Field<string> = (value, where) => {
  if (typeof value !== 'string') throw wrongType(where, 'a string', value);
  if (!isName(value)) throw outOfRange(where, `a name of 1 to ${LONGEST_NAME} characters`, value);
  return value;
};

/** Throws for what neither is a socket nor makes one; names what was meant where an address is given. */
export function checkSocket(given: unknown, where: string): void {
  if (typeof given === 'string' || readFrom(where, () => given instanceof URL)) {
    throw wrongType(
      where,
      'a function that makes the socket, such as () => rtc.createWebSocket(url), or a socket',
      given,
    );
  }
  transportOver(given, where);
}

/** A name other than one's own. */
export function anotherMember(peer: string, own: string, where: string): string {
  if (peer !== own) return peer;
  throw new TypeError(`${where} must be another member; ${JSON.stringify(peer)} is this member's own name`);
}

/** A copy: the caller may change its object afterwards. */
const jsonValue: Field<unknown> = (value, name) => {
  const json = readFrom(name, () => JSON.stringify(value));
  if (json === undefined) throw wrongType(name, 'a JSON value', value);
  return JSON.parse(json) as unknown;
};

export const DEFAULT_RECONNECT = { first: 250, longest: 10_000 };

/** The fields of the options that every way into a room has. */
export const ROOM_FIELDS = {
  room: roomName,
  peer: roomName,
  token: secret,
  data: jsonValue,
  reconnect: backoff(DEFAULT_RECONNECT),
  retransmit: backoff(DEFAULT_RETRANSMIT),
  clock,
};

export function checkRoomOptions(options: unknown): RoomOptions {
  const given = readOptions<RoomOptions>(options, 'options', ROOM_FIELDS);
  const [room, peer] = [roomName(given.room, 'options.room'), roomName(given.peer, 'options.peer')];
  return { ...given, room, peer };
}
