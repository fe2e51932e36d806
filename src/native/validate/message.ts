import { types } from 'node:util';
import { wrongType } from '../../arguments/argument.js';
import { RtcMessageError } from '../../errors/rtc-error.js';

export interface CheckedMessage {
  /** Shares its memory with what was given. */
  readonly data: string | Uint8Array;
  /** As sent; a string counts in UTF-8. */
  readonly byteLength: number;
}

const EXPECTED = 'a string, an ArrayBuffer or a view of one';

/**
 * Size is for the caller to judge. A lone surrogate in a string arrives as U+FFFD, as it does with a browser's
 * `send`; it counts as the three bytes of that.
 */
export function validateMessage(data: unknown, name = 'data'): CheckedMessage {
  if (typeof data === 'string') return { data, byteLength: Buffer.byteLength(data) };
  if (ArrayBuffer.isView(data)) {
    // A DataView's own getter throws when it is detached, without naming the argument.
    if (types.isDataView(data) && isDetached(data.buffer)) throw detached(name);
    const { byteLength } = data;
    // Empty views are checked here only, so that the usual message costs no more.
    if (byteLength === 0 && isDetached(data.buffer)) throw detached(name);
    if (isShared(data.buffer)) throw shared(name);
    // The addon takes the view of bytes only; for others it would read elements for bytes.
    if (data instanceof Uint8Array) return { data, byteLength };
    return { data: new Uint8Array(data.buffer, data.byteOffset, byteLength), byteLength };
  }
  // Recognised by its internal slots rather than by its properties, so that no impostor and no proxy gets further.
  if (types.isArrayBuffer(data)) {
    if (data.byteLength === 0 && isDetached(data)) throw detached(name);
    return { data: new Uint8Array(data), byteLength: data.byteLength };
  }
  if (isShared(data)) throw shared(name);
  throw wrongType(name, EXPECTED, data);
}

/** `ArrayBuffer.prototype.detached` came with Node 22; before, a view of a detached buffer cannot be made. */
function isDetached(buffer: ArrayBufferLike): boolean {
  if (isShared(buffer)) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

const isShared = (buffer: unknown): boolean => types.isSharedArrayBuffer(buffer);

const detached = (name: string): TypeError =>
  new TypeError(`${name} must be ${EXPECTED}; got a detached one: its memory was transferred elsewhere`);

/** Another thread could change it while it is read; Web IDL refuses it for `send` as well. */
const shared = (name: string): TypeError =>
  new TypeError(
    `${name} must be ${EXPECTED}; got one on a SharedArrayBuffer, which another thread may change`,
  );

/** What a channel hands over: text as a string, binary data as a `Buffer` of its own. */
export type Message = string | Buffer;

/** Bytes a waiting message takes in memory: two a code unit for text. */
export function sizeOfMessage(message: Message): number {
  return typeof message === 'string' ? message.length * 2 : message.length;
}

/** What `send` takes. */
export type Sendable = string | ArrayBuffer | ArrayBufferView;

/** Throws `RTC_MESSAGE_TOO_LARGE`; `path` is that of the channel. */
export function assertFits(byteLength: number, limit: number, path: string): void {
  if (byteLength <= limit) return;
  throw new RtcMessageError(
    'RTC_MESSAGE_TOO_LARGE',
    `the message has ${byteLength} bytes, the limit agreed with the peer is ${limit}`,
    { path },
  );
}
