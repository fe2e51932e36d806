/** What a channel hands over: text as a string, binary data as a `Buffer` of its own. */
export type Message = string | Buffer;

/** Bytes a waiting message takes in memory: two a code unit for text. */
export function sizeOfMessage(message: Message): number {
  return typeof message === 'string' ? message.length * 2 : message.length;
}

/** What `send` takes. */
export type Sendable = string | ArrayBuffer | ArrayBufferView;
