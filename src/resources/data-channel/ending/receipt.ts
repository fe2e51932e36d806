import { announcementIn, TOKEN_BYTES, tokenOf, withAnnouncement } from '../../sdp.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import type { NativePeerConnection } from '../../../native/binding.js';

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
  /** Final receipts of the other end that have arrived by now, modulo 256. */
  readonly finals: number;
}

const VERSION = 1;
/** Bytes of a count: more than any channel sends, and exact in JavaScript. */
const COUNT_BYTES = 6;
const VERSION_AT = TOKEN_BYTES;
const LAST_AT = VERSION_AT + 1;
const FINALS_AT = LAST_AT + 1;
const SENT_AT = FINALS_AT + 1;
const RECEIVED_AT = SENT_AT + COUNT_BYTES;
const DROPPED_AT = RECEIVED_AT + COUNT_BYTES;

/** Bytes. All receipts have as many, so that the length alone distinguishes almost every message from a receipt. */
export const RECEIPT_BYTES = DROPPED_AT + COUNT_BYTES;

/** Messages after which, and bytes after which a receipt is given while a channel is in use. */
const RECEIPT_EVERY = 64;
const RECEIPT_EVERY_BYTES = 64 * 1024;

/** Whether as much as has come since the last receipt deserves one: not each of the messages that come now and then. */
export function deservesReceipt(messages: number, bytes: number): boolean {
  return messages >= RECEIPT_EVERY || bytes >= RECEIPT_EVERY_BYTES;
}

export function writeReceipt(token: string, receipt: Receipt): Buffer {
  const bytes = Buffer.alloc(RECEIPT_BYTES);
  bytes.write(token, 0, 'latin1');
  bytes[VERSION_AT] = VERSION;
  bytes[LAST_AT] = receipt.isLast ? 1 : 0;
  bytes[FINALS_AT] = receipt.finals;
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
    finals: message.readUInt8(FINALS_AT),
    sent: message.readUIntBE(SENT_AT, COUNT_BYTES),
    received: message.readUIntBE(RECEIVED_AT, COUNT_BYTES),
    dropped: message.readUIntBE(DROPPED_AT, COUNT_BYTES),
  };
}

type DescribedPeer = Pick<NativePeerConnection, 'localDescription' | 'remoteDescription'>;

/**
 * Whether the peer of a connection gives receipts, and how a receipt is distinguished from a message of the application.
 *
 * Each end announces that it does in its description. The token of the announcement begins each receipt.
 */
export class ReceiptPeer {
  readonly #native: DescribedPeer;
  readonly #record: NativeRecord;
  #ours: string | undefined;
  #theirs: string | undefined;
  #announced = false;

  constructor(native: DescribedPeer, record: NativeRecord) {
    this.#native = native;
    this.#record = record;
  }

  /** A description of ours as the peer is to be given it. */
  announce(sdp: string): string {
    this.#ours = tokenOf(sdp) ?? this.#ours;
    return withAnnouncement(sdp, 'receipts');
  }

  /** A description of the peer's was taken. */
  described(sdp: string): void {
    this.#theirs = tokenOf(sdp);
    this.#announced = announcementIn(sdp, 'receipts') !== undefined;
  }

  /** The peer has announced receipts, and its token is not ours. */
  get givesReceipts(): boolean {
    this.#lookAtTheirs();
    this.#lookAtOurs();
    return this.#announced && this.#ours !== undefined && this.#ours !== this.#theirs;
  }

  /** Of two ends that see each other so, exactly one goes first. */
  get goesFirst(): boolean {
    return this.#ours !== undefined && this.#theirs !== undefined && this.#ours > this.#theirs;
  }

  write(receipt: Receipt): Buffer | undefined {
    this.#lookAtOurs();
    return this.#ours === undefined ? undefined : writeReceipt(this.#ours, receipt);
  }

  /** Also of a peer whose announcement was lost on its way. */
  read(message: string | Buffer): Receipt | undefined {
    this.#lookAtTheirs();
    const receipt = this.#theirs === undefined ? undefined : readReceipt(this.#theirs, message);
    if (receipt) this.#announced = true;
    return receipt;
  }

  /** Of a connection that was adopted nobody has shown us the descriptions. */
  #lookAtOurs(): void {
    if (this.#ours || this.#record.state !== 'held') return;
    this.#ours = tokenOf(this.#native.localDescription()?.sdp ?? '');
  }

  #lookAtTheirs(): void {
    if (this.#theirs || this.#record.state !== 'held') return;
    const description = this.#native.remoteDescription();
    if (description) this.described(description.sdp);
  }
}
