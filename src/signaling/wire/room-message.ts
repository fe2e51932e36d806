import { parseObject } from './json.js';

/** Version of what clients and the signaling server say to each other; docs/protocol.md describes it. */
export const ROOM_PROTOCOL_VERSION = 2;

/** What a client says to the signaling server. */
export type ClientMessage =
  | { readonly join: ClientJoin }
  | { readonly to: string; readonly data: unknown }
  | { readonly stopped: true };

export interface JoinRequest {
  readonly room: string;
  /** The name of who joins. */
  readonly peer: string;
  readonly token?: string | undefined;
  /** What the others get of who joins: any JSON value. */
  readonly data?: unknown | undefined;
}

/** A request to join as it is sent. */
export interface ClientJoin extends JoinRequest {
  /** Version of the protocol. Version 1 had none, and neither `id` nor `data`. */
  readonly v?: number;
  /** Random, new for each object that joins: distinguishes a member that is back from another one by the same name. */
  readonly id?: string;
}

/** What others get of a member of a room. */
export interface MemberDescription {
  readonly peer: string;
  readonly id?: string | undefined;
  readonly data?: unknown;
}

/** Why a member is in its room no more. */
export interface Departure {
  /** 1000: it left. 1006: its connection was lost. Otherwise a close code of the signaling server. */
  readonly code: number;
  readonly reason: string;
}

/** What the server says to a client; to one of version 1 without what that does not know. */
export type ServerMessage =
  | { readonly joined: RoomDescription | FormerRoomDescription }
  | ({ readonly present: true } & MemberDescription)
  | ({ readonly present: false; readonly peer: string } & Partial<Departure>)
  | { readonly from: string; readonly data: unknown }
  | { readonly stop: true }
  | { readonly bye: Departure };

export interface RoomDescription {
  readonly v: number;
  readonly room: string;
  readonly peer: string;
  readonly members: readonly MemberDescription[];
}

/** Of version 1. */
export interface FormerRoomDescription {
  readonly room: string;
  readonly peer: string;
  readonly peers: readonly string[];
}

/** Characters of the name of a room or a peer. */
export const LONGEST_NAME = 128;

/** Close codes of the server, with what each says. Those below 4000 are RFC 6455's. */
export const BYE = {
  1001: 'the server stops',
  1002: 'the WebSocket protocol was violated',
  1007: 'the text was no UTF-8',
  1009: 'the message was too large',
  4000: 'the message was not understood',
  4001: 'the token was refused',
  4002: 'it did not join in time',
  4003: 'another connection has joined by the same name',
  4004: 'the room is full',
  4005: 'there are too many rooms',
  4006: 'the server speaks versions 1 and 2 of the protocol',
  4007: 'the server refused it',
  4008: 'it did not answer',
  4010: 'the server removed it',
  4012: 'the server cannot let it in at the moment',
  4013: 'it did not read what was sent to it',
  4029: 'it sent too many messages',
} as const;

export type ByeCode = keyof typeof BYE;

/** Whoever was sent away with one of these may come back; the others would happen again. */
export const MAY_COME_BACK: ReadonlySet<number> = new Set([1001, 4002, 4008, 4012, 4013, 4029]);

export const LEFT: Departure = { code: 1000, reason: 'it left' };
export const LOST: Departure = { code: 1006, reason: 'its connection was lost' };

/** Reads what a client sent; `undefined` for what is no message. */
export function readClientMessage(text: string): ClientMessage | undefined {
  const given = parseObject(text);
  if (!given) return undefined;
  if (given.stopped === true) return { stopped: true };
  if (isName(given.to) && 'data' in given) return { to: given.to, data: given.data };
  const { v, room, peer, token, id, data } = (given.join ?? {}) as Record<string, unknown>;
  if (!isName(room) || !isName(peer)) return undefined;
  if (!(token === undefined || typeof token === 'string')) return undefined;
  if (!(v === undefined || typeof v === 'number') || !(id === undefined || isName(id))) return undefined;
  return { join: withoutUndefined({ v, room, peer, token, id, data }) as unknown as ClientJoin };
}

/** The same object without what is `undefined`. */
export const withoutUndefined = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** A lone surrogate is no text: a broker might carry it as the same bytes as another one. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && !/\p{Surrogate}/u.test(value);
