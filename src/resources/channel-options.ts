import { integer, readOptions } from '../native/validate/argument.js';
import { MAX_UINT32 } from '../native/validate/limits.js';
import { DEFAULT_RECEIVE_BUFFER, type ReceiveBufferLimits } from './inbox.js';

/** Settings that every kind of message channel has. */
export interface ChannelOptions {
  /**
   * Bytes that may wait in the native send buffer before `send` waits and `trySend` refuses.
   * Default 1 MiB. Waiting ends at half of it.
   */
  highWaterMark?: number;
  /** How much may wait for a listener or iterator before the channel fails with `RTC_OVERFLOW`. */
  receiveBuffer?: Partial<ReceiveBufferLimits>;
  /** How much may be sent before the channel is open; more rejects with `RTC_OVERFLOW`. */
  sendQueue?: Partial<ReceiveBufferLimits>;
  /** Aborting it aborts the channel. */
  signal?: AbortSignal;
}

export interface CheckedChannelOptions {
  readonly highWaterMark: number;
  readonly receiveBuffer: ReceiveBufferLimits;
  readonly sendQueue: ReceiveBufferLimits;
  readonly signal: AbortSignal | undefined;
}

/** 1 MiB: as much again as the library's SCTP send buffer (`sctptransport.cpp`, 1 MiB), so that it never runs dry. */
export const DEFAULT_HIGH_WATER_MARK = 1024 * 1024;

/** What may wait for the channel to open: 1024 messages, as many as the library queues on its receiving side. */
export const DEFAULT_SEND_QUEUE: ReceiveBufferLimits = { messages: 1024, bytes: 16 * 1024 * 1024 };

const limits = (defaults: ReceiveBufferLimits) => (value: unknown, name: string) => ({
  ...defaults,
  ...readOptions<Partial<ReceiveBufferLimits>>(value, name, {
    messages: integer(0, MAX_UINT32, 'messages'),
    bytes: integer(0, Number.MAX_SAFE_INTEGER, 'bytes'),
  }),
});

const abortSignal = (value: unknown, name: string): AbortSignal => {
  if (value instanceof AbortSignal) return value;
  throw new TypeError(`${name} must be an AbortSignal; got ${typeof value}`);
};

export const highWaterMarkField = integer(1, MAX_UINT32, 'bytes');

/** Takes the channel settings out of `options`; the rest is for whoever knows the kind of channel. */
export function splitChannelOptions(options: unknown, name: string): [CheckedChannelOptions, unknown] {
  if (options === undefined || options === null || typeof options !== 'object' || Array.isArray(options)) {
    return [DEFAULTS, options];
  }
  const { highWaterMark, receiveBuffer, sendQueue, signal, ...rest } = options as ChannelOptions;
  const checked: CheckedChannelOptions = {
    highWaterMark:
      highWaterMark === undefined
        ? DEFAULT_HIGH_WATER_MARK
        : highWaterMarkField(highWaterMark, `${name}.highWaterMark`),
    receiveBuffer:
      receiveBuffer === undefined
        ? DEFAULT_RECEIVE_BUFFER
        : limits(DEFAULT_RECEIVE_BUFFER)(receiveBuffer, `${name}.receiveBuffer`),
    sendQueue:
      sendQueue === undefined
        ? DEFAULT_SEND_QUEUE
        : limits(DEFAULT_SEND_QUEUE)(sendQueue, `${name}.sendQueue`),
    signal: signal === undefined ? undefined : abortSignal(signal, `${name}.signal`),
  };
  return [checked, rest];
}

const DEFAULTS: CheckedChannelOptions = {
  highWaterMark: DEFAULT_HIGH_WATER_MARK,
  receiveBuffer: DEFAULT_RECEIVE_BUFFER,
  sendQueue: DEFAULT_SEND_QUEUE,
  signal: undefined,
};
