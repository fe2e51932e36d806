import { RtcMessageError } from '../../errors/rtc-error.js';

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
