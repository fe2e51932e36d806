import type {
  AcknowledgedChannel,
  AcknowledgedChannelOptions,
  MessageTransport,
  WebSocketSignalingOptions,
} from 'scoped-rtc';
import { codeOf } from '../support/event.js';
import {
  argument,
  BAG,
  BOOLEAN,
  bounds,
  FUNCTION,
  NAME,
  NOTHING_OF_THESE,
  options,
  SIGNAL,
} from './argument.js';
import { type Members, reads } from './member.js';
import { type ValueName, WRONG_VALUES } from './wrong-values.js';

/** A socket over which nothing comes. */
export const idleSocket = (): MessageTransport & { close(): void } => ({
  send() {},
  subscribe: () => ({ [Symbol.dispose]() {} }),
  close() {},
});

/** What is no JSON, among the wrong values; the rest is. */
const NO_JSON: readonly ValueName[] = [
  ...(['undefined', 'bigint', 'symbol', 'function', 'class'] as const),
  ...(['proxy that throws', 'array proxy that throws', 'revoked proxy', 'pretended URL'] as const),
];

const JSON_VALUES = (Object.keys(WRONG_VALUES) as ValueName[]).filter((name) => !NO_JSON.includes(name));

const MESSAGE = argument(0, 'message', { accepts: JSON_VALUES });

const OPTIONAL_FUNCTION = { accepts: ['undefined', ...FUNCTION.accepts] as const };
const WAITS = { ...BAG };

export const acknowledgedChannelMembers: Members<AcknowledgedChannel> = {
  state: reads,
  attached: reads,
  pending: reads,
  signal: reads,
  attach: {
    given: () => [idleSocket()],
    wrong: [argument(0, 'transport', { accepts: [] })],
    closed: 'RTC_CLOSED',
  },
  send: {
    given: () => ['x'],
    wrong: [MESSAGE, ...bounds(1, 'send()')],
    live: async (channel) => {
      const code = await codeOf(channel.send('x', { timeout: 1 }));
      if (code !== 'RTC_TIMEOUT') throw new Error(`send() ended with ${code}`);
    },
    closed: 'RTC_CLOSED',
  },
  subscribe: {
    given: () => [() => {}, () => {}],
    wrong: [argument(0, 'onMessage', FUNCTION), argument(1, 'onClosed', OPTIONAL_FUNCTION)],
    closed: 'works',
  },
  closed: {
    wrong: bounds(0, 'closed()'),
    live: async (channel) => {
      const code = await codeOf(channel.closed({ timeout: 0 }));
      if (code !== 'RTC_TIMEOUT') throw new Error(`closed() ended with ${code}`);
    },
    closed: 'works',
  },
  close: { wrong: bounds(0, 'close()'), live: false, closed: 'works' },
  abort: { live: false, closed: 'works' },
  [String(Symbol.asyncIterator)]: {
    live: async (channel) => void (await channel[Symbol.asyncIterator]().return?.()),
    closed: 'works',
  },
  [String(Symbol.asyncDispose)]: { live: false, closed: 'works' },
};

const waits = (key: string) => ({
  [key]: WAITS,
  [`${key}.first`]: NOTHING_OF_THESE,
  [`${key}.longest`]: NOTHING_OF_THESE,
});

const channelOptions: Record<keyof AcknowledgedChannelOptions, typeof BAG> & Record<string, typeof BAG> = {
  name: NAME,
  outbox: WAITS,
  'outbox.messages': NOTHING_OF_THESE,
  'outbox.bytes': { accepts: ['undefined', 'ten billion'] },
  maxMessageSize: NOTHING_OF_THESE,
  retransmit: WAITS,
  ...waits('retransmit'),
  onDetached: OPTIONAL_FUNCTION,
  clock: { ...NOTHING_OF_THESE, and: [{ now: () => 0 }] },
  signal: SIGNAL,
};

export const acknowledgedChannelArguments = [
  argument(0, 'transport', { accepts: ['undefined'] }),
  ...options(1, 'options', channelOptions),
];

const ROOM = { accepts: ['text', 'text with a NUL'] as const };

const signalingOptions: Record<keyof WebSocketSignalingOptions, typeof BAG> & Record<string, typeof BAG> = {
  room: ROOM,
  peer: ROOM,
  to: { accepts: ['undefined', ...ROOM.accepts] },
  token: { accepts: ['undefined', 'empty string', 'text', 'long text'] },
  polite: BOOLEAN,
  data: { accepts: ['undefined', ...JSON_VALUES] },
  reconnect: WAITS,
  ...waits('reconnect'),
  retransmit: WAITS,
  ...waits('retransmit'),
  clock: { ...NOTHING_OF_THESE, and: [{ now: () => 0 }] },
};

export const webSocketSignalingArguments = [
  argument(0, 'socket', { accepts: [] }),
  argument(1, 'options', { accepts: [] }),
  ...options(1, 'options', signalingOptions).slice(1),
];

/** Those of a room that is for one of its peers, without what is about that one. */
export const joinRoomArguments = webSocketSignalingArguments.filter(
  ({ named }) => !/options\.(to|polite)$/.test(named),
);
