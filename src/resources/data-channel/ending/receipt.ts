import { TOKEN_BYTES } from '../announcement.js';

/** What one end of a channel says of how far it is. Counts are of messages. */
export interface Receipt {
  /** Sent by now. */
  readonly sent: number;
  /** Received by now. */
  readonly received: number;
  /** Those of them for which the receive buffer had no room. */
  readonly dropped: number;
  /** Nothing more is sent. */
  readonly isLast: boolean;
  /** How many such receipts of the other's were heard by now, modulo 256. */
  readonly heard: number;
}

const VERSION = 1;
/** Bytes of a count: more than any channel sends, and exact in JavaScript. */
const COUNT_BYTES = 6;
const VERSION_AT = TOKEN_BYTES;
const LAST_AT = VERSION_AT + 1;
const HEARD_AT = LAST_AT + 1;
const SENT_AT = HEARD_AT + 1;
const RECEIVED_AT = SENT_AT + COUNT_BYTES;
const DROPPED_AT = RECEIVED_AT + COUNT_BYTES;

/** Bytes. All receipts have as many, so that a look at the length tells almost every message from one. */
export const RECEIPT_BYTES = DROPPED_AT + COUNT_BYTES;

export function writeReceipt(token: string, receipt: Receipt): Buffer {
  const bytes = Buffer.alloc(RECEIPT_BYTES);
  bytes.write(token, 0, 'latin1');
  bytes[VERSION_AT] = VERSION;
  bytes[LAST_AT] = receipt.isLast ? 1 : 0;
  bytes[HEARD_AT] = receipt.heard;
  bytes.writeUIntBE(receipt.sent, SENT_AT, COUNT_BYTES);
  bytes.writeUIntBE(receipt.received, RECEIVED_AT, COUNT_BYTES);
  bytes.writeUIntBE(receipt.dropped, DROPPED_AT, COUNT_BYTES);
  return bytes;
}

/** `undefined` where the message is no receipt of the peer that has `token`. */
export function readReceipt(token: string, message: string | Buffer): Receipt | undefined {
  if (typeof message === 'string' || message.length !== RECEIPT_BYTES) return undefined;
  if (message.toString('latin1', 0, TOKEN_BYTES) !== token) return undefined;
  if (message[VERSION_AT] !== VERSION) return undefined;
  return {
    isLast: message[LAST_AT] === 1,
    heard: message.readUInt8(HEARD_AT),
    sent: message.readUIntBE(SENT_AT, COUNT_BYTES),
    received: message.readUIntBE(RECEIVED_AT, COUNT_BYTES),
    dropped: message.readUIntBE(DROPPED_AT, COUNT_BYTES),
  };
}
