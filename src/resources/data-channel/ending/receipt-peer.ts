import type { NativeRecord } from '../../../library/release-ledger.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { type Receipt, readReceipt, TOKEN_BYTES, writeReceipt } from './receipt.js';

type DescribedPeer = Pick<NativePeerConnection, 'localDescription' | 'remoteDescription'>;

/**
 * Whether the peer of a connection gives receipts, and how one is told from a message of the application.
 *
 * Each end announces that it does by an attribute of its description, which a peer that does not know it ignores
 * (RFC 8866, section 5.13). The attribute repeats the start of the certificate's fingerprint, and counts only beside
 * that: something in the middle that ends the DTLS itself and forwards attributes that it does not know is not taken for a
 * peer. The same bytes begin each receipt.
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
    const token = tokenOf(sdp);
    if (!token) return sdp;
    this.#ours = token;
    const line = `${ATTRIBUTE}${inHex(token)}`;
    // Not among the lines of a section: the whole session is meant.
    return sdp.includes(line) ? sdp : sdp.replace(/^(?=m=)/m, `${line}\r\n`);
  }

  /** A description of the peer's was taken. */
  described(sdp: string): void {
    this.#theirs = tokenOf(sdp);
    this.#announced = this.#theirs !== undefined && sdp.includes(`${ATTRIBUTE}${inHex(this.#theirs)}`);
  }

  /** The peer has announced it, and can be told from us. */
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

/** Version 1 of the receipts, and in hexadecimal digits the first bytes of the fingerprint. */
const ATTRIBUTE = 'a=x-scoped-rtc-receipts:1 ';
const FINGERPRINT = /^a=fingerprint:sha-256 ([0-9a-f]{2}(?::[0-9a-f]{2}){31})/im;

/** Of a description for data channels. */
function tokenOf(sdp: string): string | undefined {
  const fingerprint = APPLICATION.test(sdp) ? FINGERPRINT.exec(sdp)?.[1] : undefined;
  if (fingerprint === undefined) return undefined;
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('latin1', 0, TOKEN_BYTES);
}

function inHex(token: string): string {
  return Buffer.from(token, 'latin1').toString('hex');
}

const APPLICATION = /^m=application [1-9]/m;
