import {
  readFrom,
  wrongType,
  callback,
  type Field,
  type Given,
  integer,
  readOptions,
} from '../../arguments/argument.js';
import { MAX_INT32, MAX_UINT32 } from '../../native/validate/limits.js';
import { DEFAULT_SEND_QUEUE } from '../../resources/channel/channel-options.js';
import type { ReceiveBufferLimits } from '../../resources/channel/inbox.js';
import { type Clock, systemClock } from '../../time/clock.js';
import { checkSignal } from '../../time/deadline.js';
import { checkName } from '../../scope/scope-options.js';
import type { BackoffOptions } from '../wire/backoff.js';

export interface AcknowledgedChannelOptions {
  /** Name for messages of errors. Default `acknowledged`. */
  name?: string | undefined;
  /**
   * How much may wait for the peer's acknowledgement; more rejects with `RTC_OVERFLOW`. Default 1024 messages, 16
   * MiB.
   */
  outbox?: Partial<ReceiveBufferLimits> | undefined;
  /** Largest message, in bytes of its JSON text. Default 60 000, which fits the 64 KiB of the signaling server. */
  maxMessageSize?: number | undefined;
  /** When a message is sent again. Default: first after 500 ms, then doubled up to 10 000 ms, with jitter. */
  retransmit?: BackoffOptions | undefined;
  /** Called when the transport has ended and the channel has not: attach another. */
  onDetached?: ((reason?: unknown) => void) | undefined;
  /** The source of time. Default: the system's. */
  clock?: Clock | undefined;
  /** Aborting it aborts the channel. */
  signal?: AbortSignal | undefined;
}

export interface CheckedAcknowledgedOptions {
  readonly name: string;
  readonly outbox: ReceiveBufferLimits;
  readonly maxMessageSize: number;
  readonly retransmit: Required<Given<BackoffOptions>>;
  readonly onDetached: ((reason?: unknown) => void) | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

const milliseconds = integer(1, MAX_INT32, 'milliseconds');

/** A wait of at least a millisecond: an absent peer must not be sent to in a tight loop. */
export const backoff =
  (defaults: Required<Given<BackoffOptions>>): Field<Required<Given<BackoffOptions>>> =>
  (value, name) => ({
    ...defaults,
    ...readOptions<BackoffOptions>(value, name, { first: milliseconds, longest: milliseconds }),
  });

/** An object that gives the time as a `Clock` does. */
export const clock: Field<Clock> = (value, name) => {
  const { now, after } = readFrom(name, () => {
    const given = (value ?? {}) as Partial<Clock>;
    return { now: given.now, after: given.after };
  });
  if (typeof now === 'function' && typeof after === 'function') return value as Clock;
  throw wrongType(name, 'a clock with now() and after()', value);
};

const outbox: Field<ReceiveBufferLimits> = (value, name) => ({
  ...DEFAULT_SEND_QUEUE,
  ...readOptions<Partial<ReceiveBufferLimits>>(value, name, {
    messages: integer(1, MAX_UINT32, 'messages'),
    bytes: integer(1, Number.MAX_SAFE_INTEGER, 'bytes'),
  }),
});

export const DEFAULT_RETRANSMIT = { first: 500, longest: 10_000 };

export function checkAcknowledgedOptions(options: unknown): CheckedAcknowledgedOptions {
  const checked = readOptions<AcknowledgedChannelOptions>(options, 'options', {
    name: checkName,
    outbox,
    maxMessageSize: integer(1, MAX_INT32, 'bytes'),
    retransmit: backoff(DEFAULT_RETRANSMIT),
    onDetached: callback as Field<(reason?: unknown) => void>,
    clock,
    signal: checkSignal,
  });
  return {
    name: 'acknowledged',
    maxMessageSize: 60_000,
    clock: systemClock,
    onDetached: undefined,
    signal: undefined,
    ...checked,
    outbox: { ...DEFAULT_SEND_QUEUE, ...checked.outbox },
    retransmit: { ...DEFAULT_RETRANSMIT, ...(checked.retransmit as Given<BackoffOptions> | undefined) },
  };
}
