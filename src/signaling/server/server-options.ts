import { createHash, timingSafeEqual } from 'node:crypto';
import {
  wrongType,
  arrayOf,
  boolean,
  callback,
  type Field,
  integer,
  nonEmptyString,
  readOptions,
  secret,
  singleLine,
} from '../../arguments/argument.js';
import { MAX_INT32, MAX_UINT16 } from '../../native/validate/limits.js';
import { type Clock, systemClock } from '../../time/clock.js';
import { clock } from '../acknowledged/acknowledged-options.js';
import type { JoinRequest } from '../wire/room-message.js';
import type { SignalingBroker } from './broker.js';

export interface SignalingLimits {
  /** Bytes of one message. Default 65 536. */
  messageSize: number;
  /** Messages a second of one peer, in the long run. Default 100. */
  messagesPerSecond: number;
  /** Messages of one peer in a burst. Default 256: as many as a peer may have in flight to four others. */
  burst: number;
  /** Peers in one room. Default 16. */
  peersPerRoom: number;
  /** Rooms that have members. Default 1000. */
  rooms: number;
  /** Connections, from the first packet on, whether they have joined or not; more are closed at once. Default 4000. */
  connections: number;
  /** Bytes of JSON in the `data` of a member. Default 1024. */
  memberData: number;
  /** Bytes that wait because a peer does not read. Default 4 MiB. */
  unread: number;
}

/** Where a connection comes from. */
export interface ConnectionInfo {
  readonly remoteAddress: string | undefined;
  /** Of the web page, as its browser sends it; programs may send anything. */
  readonly origin: string | undefined;
}

export interface SignalingServerOptions {
  /** Default 8443; 0 takes a free one. */
  port?: number | undefined;
  /** Address to listen on. Default: all. */
  host?: string | undefined;
  /** PEM text of the certificate; with `key`. Without, the server speaks `ws:`, for use behind a proxy with TLS. */
  certificate?: string | undefined;
  /** PEM text of the private key. */
  key?: string | undefined;
  /**
   * Origins of the web pages that may connect, e.g. `https://example.org`. Default: all. Clients that send no
   * `Origin` are not browsers and are let in: use `token` to keep those out.
   */
  origins?: readonly string[] | undefined;
  /**
   * The token that a peer must send when it joins, or a function that decides for each token. Default: none. A function that
   * throws or rejects sends the client away with the code to come back later.
   */
  token?: (string | ((request: JoinRequest) => boolean | Promise<boolean>)) | undefined;
  /**
   * Decides who may join, after the token: `true` lets in; a text refuses, and the client gets it as the reason.
   * One that throws or rejects sends the client away with the code to come back later.
   */
  accept?:
    | ((request: JoinRequest, from: ConnectionInfo) => boolean | string | Promise<boolean | string>)
    | undefined;
  /** Serves the browser's module at `/scoped-rtc.js`, for `import` from a page. Default false. */
  serveClient?: boolean | undefined;
  limits?: { [K in keyof SignalingLimits]?: SignalingLimits[K] | undefined } | undefined;
  /**
   * Milliseconds without any sign of life after which a peer is cut off; it is asked for one three times before.
   * Default 30 000.
   */
  idleTimeout?: number | undefined;
  /** Milliseconds that a connection has until it is a WebSocket, and that again to join a room. Default 10 000. */
  joinTimeout?: number | undefined;
  /** Joins this server with others; see `natsBroker` and `redisBroker`. */
  broker?: SignalingBroker | undefined;
  /** The source of time. Default: the system's. */
  clock?: Clock | undefined;
}

export interface CheckedServerOptions {
  readonly port: number;
  readonly host: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly origins: readonly string[] | undefined;
  readonly admits: (request: JoinRequest) => boolean | Promise<boolean>;
  readonly accept: NonNullable<SignalingServerOptions['accept']>;
  readonly serveClient: boolean;
  readonly limits: SignalingLimits;
  readonly idleTimeout: number;
  readonly joinTimeout: number;
  readonly broker: SignalingBroker | undefined;
  readonly clock: Clock;
}

const DEFAULT_LIMITS: SignalingLimits = {
  messageSize: 65_536,
  messagesPerSecond: 100,
  burst: 256,
  peersPerRoom: 16,
  rooms: 1000,
  connections: 4000,
  memberData: 1024,
  unread: 4 * 1024 * 1024,
};

const count = integer(1, MAX_INT32);
const milliseconds = integer(1, MAX_INT32, 'milliseconds');

const limits: Field<SignalingLimits> = (value, name) => ({
  ...DEFAULT_LIMITS,
  ...readOptions<Partial<SignalingLimits>>(value, name, {
    messageSize: count,
    messagesPerSecond: count,
    burst: count,
    peersPerRoom: count,
    rooms: count,
    connections: count,
    memberData: count,
    unread: count,
  }),
});

const token: Field<NonNullable<SignalingServerOptions['token']>> = (value, name) =>
  typeof value === 'function'
    ? (value as (request: JoinRequest) => boolean)
    : secret(nonEmptySecret(value, name), name);

function nonEmptySecret(value: unknown, name: string): unknown {
  if (value === '') throw new TypeError(`${name} must not be empty`);
  return value;
}

const broker: Field<SignalingBroker> = (value, name) => {
  const { publish, subscribe } = (value ?? {}) as Partial<SignalingBroker>;
  if (typeof publish === 'function' && typeof subscribe === 'function') return value as SignalingBroker;
  throw wrongType(name, 'a broker with publish() and subscribe()', value);
};

export function checkServerOptions(options: unknown): CheckedServerOptions {
  const given = readOptions<SignalingServerOptions>(options, 'options', {
    port: integer(0, MAX_UINT16),
    host: singleLine,
    certificate: nonEmptyString,
    key: secret,
    origins: arrayOf(nonEmptyString),
    token,
    accept: callback as Field<NonNullable<SignalingServerOptions['accept']>>,
    serveClient: boolean,
    limits: limits as Field<Partial<SignalingLimits>>,
    idleTimeout: milliseconds,
    joinTimeout: milliseconds,
    broker,
    clock,
  });
  const { certificate: cert, key } = given;
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('options.certificate and options.key must be given together');
  }
  return {
    port: given.port ?? 8443,
    host: given.host,
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    origins: given.origins,
    admits: admission(given.token),
    accept: given.accept ?? (() => true),
    serveClient: given.serveClient ?? false,
    limits: (given.limits as SignalingLimits | undefined) ?? DEFAULT_LIMITS,
    idleTimeout: given.idleTimeout ?? 30_000,
    joinTimeout: given.joinTimeout ?? 10_000,
    broker: given.broker,
    clock: given.clock ?? systemClock,
  };
}

function admission(token: SignalingServerOptions['token']): CheckedServerOptions['admits'] {
  if (token === undefined) return () => true;
  if (typeof token === 'function') return token;
  const expected = digest(token);
  // Equal lengths and equal time, whatever was guessed.
  return (request) => timingSafeEqual(digest(request.token ?? ''), expected);
}

const digest = (text: string) => createHash('sha256').update(text).digest();
