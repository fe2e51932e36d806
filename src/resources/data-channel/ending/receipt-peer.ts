import type { NativeRecord } from '../../../library/release-ledger.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { announcementIn, tokenOf, withAnnouncement } from '../announcement.js';
import { type Receipt, readReceipt, writeReceipt } from './receipt.js';

type DescribedPeer = Pick<NativePeerConnection, 'localDescription' | 'remoteDescription'>;

/**
 * Whether the peer of a connection gives receipts, and how one is told from a message of the application.
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
