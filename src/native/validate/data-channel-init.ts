import type * as ndc from 'node-datachannel';
import { boolean, integer, nullable, readOptions, string } from '../../arguments/argument.js';
import { MAX_UINT16 } from './limits.js';

/** Settings of a data channel; names and meanings are those of the W3C's `RTCDataChannelInit`. */
export interface DataChannelInit {
  /** Name of the protocol spoken on it; at most 65535 bytes of UTF-8. Default `''`. */
  protocol?: string | undefined;
  /** Both sides create the channel themselves, with the same `id`. Default false. */
  negotiated?: boolean | undefined;
  /** Stream id, 0 to 65534; needed with `negotiated`. The library offers 1024 streams unless the peer has fewer. */
  id?: number | undefined;
  /** Default true. */
  ordered?: boolean | undefined;
  /** The opposite of `ordered`, as the binding calls it. */
  unordered?: boolean | undefined;
  /** Milliseconds, 0 to 65535, after which an unacknowledged message is abandoned. `null` is "not given". */
  maxPacketLifeTime?: number | null | undefined;
  /** Retransmissions, 0 to 65535, after which a message is abandoned. `null` is "not given". */
  maxRetransmits?: number | null | undefined;
}

/** 65535 is reserved (RFC 8831, section 6.4). */
const MAX_STREAM_ID = 65_534;

/** The open message has 16 bits for each of the lengths (RFC 8832); the library fails with more, but later (H12). */
function shortText(value: unknown, name: string): string {
  const text = string(value, name);
  // No string has fewer bytes than characters, so a long one need not be counted.
  const bytes = text.length > MAX_UINT16 ? text.length : Buffer.byteLength(text);
  if (bytes > MAX_UINT16)
    throw new RangeError(`${name} must have at most ${MAX_UINT16} bytes of UTF-8; got at least ${bytes}`);
  return text;
}

export interface CheckedDataChannel {
  readonly label: string;
  /** Absent when there is nothing to say: the addon refuses `undefined` as an argument. */
  readonly init?: ndc.DataChannelInitConfig;
}

export function validateDataChannelInit(label: unknown, init?: unknown, name = 'init'): CheckedDataChannel {
  const checkedLabel = shortText(label, 'label');
  if (init === undefined) return { label: checkedLabel };
  const { ordered, ...given } = readOptions<DataChannelInit>(init, name, {
    protocol: shortText,
    negotiated: boolean,
    id: integer(0, MAX_STREAM_ID),
    ordered: boolean,
    unordered: boolean,
    maxPacketLifeTime: nullable(integer(0, MAX_UINT16, 'milliseconds')),
    maxRetransmits: nullable(integer(0, MAX_UINT16)),
  });
  if (given.negotiated && given.id === undefined)
    throw new TypeError(`${name}.id is missing; a channel with ${name}.negotiated needs it`);
  if (given.maxPacketLifeTime !== undefined && given.maxRetransmits !== undefined)
    throw new TypeError(`${name}.maxPacketLifeTime and ${name}.maxRetransmits exclude each other`);
  if (ordered !== undefined && given.unordered === ordered)
    throw new TypeError(`${name}.ordered and ${name}.unordered contradict each other`);
  const checked = given as ndc.DataChannelInitConfig;
  if (ordered !== undefined) checked.unordered = !ordered;
  return Object.keys(checked).length > 0 ? { label: checkedLabel, init: checked } : { label: checkedLabel };
}
