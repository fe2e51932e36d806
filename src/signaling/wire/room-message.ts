import { parseObject } from './json.js';

/** What a client says to the signaling server; docs/protocol.md describes it. */
export type ClientMessage =
  | { readonly join: JoinRequest }
  | { readonly to: string; readonly data: unknown }
  | { readonly stopped: true };

export interface JoinRequest {
  readonly room: string;
  /** The name of who joins. */
  readonly peer: string;
  readonly token?: string;
}

/** What the server says to a client. */
export type ServerMessage =
  | { readonly joined: { readonly room: string; readonly peer: string; readonly peers: readonly string[] } }
  | { readonly peer: string; readonly present: boolean }
  | { readonly from: string; readonly data: unknown }
  | { readonly stop: true }
  | { readonly bye: { readonly code: number; readonly reason: string } };

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
  4008: 'it did not answer',
  4013: 'it did not read what was sent to it',
  4029: 'it sent too many messages',
} as const;

export type ByeCode = keyof typeof BYE;

/** Whoever was sent away with one of these may come back; the others would happen again. */
export const MAY_COME_BACK: ReadonlySet<number> = new Set([1001, 4002, 4008, 4013, 4029]);

/** Reads what a client sent; `undefined` for what is no message. */
export function readClientMessage(text: string): ClientMessage | undefined {
  const given = parseObject(text);
  if (!given) return undefined;
  if (given.stopped === true) return { stopped: true };
  if (isName(given.to) && 'data' in given) return { to: given.to, data: given.data };
  const { room, peer, token } = (given.join ?? {}) as Partial<JoinRequest>;
  if (!isName(room) || !isName(peer)) return undefined;
  if (token === undefined) return { join: { room, peer } };
  return typeof token === 'string' ? { join: { room, peer, token } } : undefined;
}

export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
