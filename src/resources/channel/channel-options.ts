import { type Field, integer, readOptions, takeOptions } from '../../arguments/argument.js';
import { MAX_UINT32 } from '../../native/validate/limits.js';
import { checkSignal } from '../../time/deadline.js';
import { DEFAULT_RECEIVE_BUFFER, type ReceiveBufferLimits } from './inbox.js';

/** Settings that every kind of message channel has. */
export interface ChannelOptions {
  /**
   * Bytes that may wait in the native send buffer before `send` waits and `trySend` refuses.
   * Default 1 MiB. Waiting ends at half of it.
   */
  highWaterMark?: number | undefined;
  /** How much may wait for a listener or iterator before the channel fails with `RTC_OVERFLOW`. */
  receiveBuffer?: Partial<ReceiveBufferLimits> | undefined;
  /** How much may be sent before the channel is open; more rejects with `RTC_OVERFLOW`. */
  sendQueue?: Partial<ReceiveBufferLimits> | undefined;
  /** Aborting it aborts the channel. */
  signal?: AbortSignal | undefined;
}

export interface CheckedChannelOptions {
  readonly highWaterMark: number;
  readonly receiveBuffer: ReceiveBufferLimits;
  readonly sendQueue: ReceiveBufferLimits;
  readonly signal: AbortSignal | undefined;
  /** Why a message of `bytes` may not wait: too much waits in other channels. */
  readonly refuses?: (bytes: number) => string | undefined;
}

/** 1 MiB: as much again as the library's SCTP send buffer (`sctptransport.cpp`, 1 MiB), so that it never runs dry. */
export const DEFAULT_HIGH_WATER_MARK = 1024 * 1024;

/** What may wait for the channel to open: 1024 messages, as many as the library queues on its receiving side. */
export const DEFAULT_SEND_QUEUE: ReceiveBufferLimits = { messages: 1024, bytes: 16 * 1024 * 1024 };

/** Checks some limits; the rest are the defaults. */
export const limits = (defaults: ReceiveBufferLimits) => (value: unknown, name: string) => ({
  ...defaults,
  ...readOptions<Partial<ReceiveBufferLimits>>(value, name, {
    messages: integer(0, MAX_UINT32, 'messages'),
    bytes: integer(0, Number.MAX_SAFE_INTEGER, 'bytes'),
  }),
});

export const highWaterMarkField = integer(1, MAX_UINT32, 'bytes');

/** Takes the channel settings out of `options`; the caller checks the rest, which depends on the kind of channel. */
export function splitChannelOptions(options: unknown, name: string): [CheckedChannelOptions, unknown] {
  const [taken, rest] = takeOptions<Omit<CheckedChannelOptions, 'refuses'>>(options, name, {
    highWaterMark: highWaterMarkField,
    receiveBuffer: limits(DEFAULT_RECEIVE_BUFFER),
    sendQueue: limits(DEFAULT_SEND_QUEUE),
    signal: checkSignal,
  });
  return [{ ...DEFAULT_CHANNEL_OPTIONS, ...taken }, rest];
}

export const DEFAULT_CHANNEL_OPTIONS: CheckedChannelOptions = {
  highWaterMark: DEFAULT_HIGH_WATER_MARK,
  receiveBuffer: DEFAULT_RECEIVE_BUFFER,
  sendQueue: DEFAULT_SEND_QUEUE,
  signal: undefined,
};

/** Channel settings that stand alone, as an option of something else. */
export const channelOptionsField: Field<CheckedChannelOptions> = (value, name) => {
  const [options, rest] = splitChannelOptions(value, name);
  readOptions(rest ?? {}, name, {});
  return options;
};
