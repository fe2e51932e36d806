/** What one end of a channel says when it closes: that it sends no more, and how far it is. Counts are of messages. */
export interface CloseFrame {
  /** Sent in all; nothing follows. */
  readonly sent: number;
  /** Received by now. */
  readonly received: number;
}

/** Bytes of a token: what a frame begins with, so that no message of an application passes for one. */
export const TOKEN_BYTES = 16;

const VERSION = 1;
/** Bytes of a count: more than any channel sends, and exact in JavaScript. */
const COUNT_BYTES = 6;
const VERSION_AT = TOKEN_BYTES;
const SENT_AT = VERSION_AT + 1;
const RECEIVED_AT = SENT_AT + COUNT_BYTES;

/** Bytes. All frames have as many, so that a look at the length tells almost every message from one. */
export const FRAME_BYTES = RECEIVED_AT + COUNT_BYTES;

export function writeCloseFrame(token: Buffer, { sent, received }: CloseFrame): Buffer {
  const bytes = Buffer.alloc(FRAME_BYTES);
  token.copy(bytes);
  bytes[VERSION_AT] = VERSION;
  bytes.writeUIntBE(sent, SENT_AT, COUNT_BYTES);
  bytes.writeUIntBE(received, RECEIVED_AT, COUNT_BYTES);
  return bytes;
}

/** `undefined` where the message is no frame of the peer that has `token`. */
export function readCloseFrame(token: Buffer, message: string | Buffer): CloseFrame | undefined {
  if (typeof message === 'string' || message.length !== FRAME_BYTES) return undefined;
  if (message.compare(token, 0, TOKEN_BYTES, 0, TOKEN_BYTES) !== 0) return undefined;
  if (message[VERSION_AT] !== VERSION) return undefined;
  return {
    sent: message.readUIntBE(SENT_AT, COUNT_BYTES),
    received: message.readUIntBE(RECEIVED_AT, COUNT_BYTES),
  };
}
