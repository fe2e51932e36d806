import { poll } from '../../../time/poll.js';
import { Latch } from '../../../time/wait.js';
import type { NativeDataChannel } from '../../../native/binding.js';
import type { Deadline } from '../../../time/deadline.js';
import type { Inbox } from '../../channel/inbox.js';
import type { SendAccount } from '../../channel/send-account.js';
import type { Receipt } from './receipt.js';
import type { ReceiptPeer } from './receipt-peer.js';

/** A channel, as far as its receipts are concerned. */
export interface ReceiptChannel {
  readonly native: NativeDataChannel;
  readonly sent: SendAccount;
  readonly inbox: Inbox;
  transportUp(): boolean;
  /** Of the two ends this is the one that resets the stream. */
  resets(): boolean;
  /** Everything has arrived, in both directions. */
  done(): void;
  /** `done` was called, and nothing of ours waits for an acknowledgement of SCTP's. */
  reset(): void;
}

/**
 * Closes one channel together with the peer: each end says when it sends no more and how much that was, and says how
 * much it has received when the other's last message has come. Either then knows what became of every message it
 * sent, also where both close at once. A reset of the stream cannot say that: one of the peer's own accord looks
 * like the answer to ours.
 *
 * While the channel is open a receipt goes out now and then, so that an end without a handshake, too, leaves little in
 * doubt.
 */
export class CloseHandshake {
  readonly #channel: ReceiptChannel;
  readonly #peer: ReceiptPeer;
  readonly #ended = new Latch<void>();
  #peerSent: number | undefined;
  #told = 0;
  #toldBytes = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #isHeard = false;
  #begun = false;
  /** Last receipts of ours, of these the ones that the peer has heard, and those of the peer's that we have. */
  #lasts = 0;
  #answered = 0;
  #heard = 0;
  #owesAnswer = false;
  #isReset = false;

  constructor(channel: ReceiptChannel, peer: ReceiptPeer) {
    this.#channel = channel;
    this.#peer = peer;
  }

  /** The peer has said something. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /** Messages that we have acknowledged. */
  get told(): number {
    return this.#told;
  }

  /** Bytes that had come by then. */
  get toldBytes(): number {
    return this.#toldBytes;
  }

  /** Everything has arrived, in both directions. */
  get isOver(): boolean {
    return this.#ended.settled;
  }

  hear({ sent, received, dropped, isLast, heard }: Receipt): void {
    this.#isHeard = true;
    this.#channel.sent.acknowledge(received, dropped);
    if (isLast) {
      this.#peerSent = sent;
      this.#answered = heard;
      this.#heard++;
      this.#owesAnswer = true;
    }
    this.step();
  }

  /** Gives a receipt, at most one a second. */
  tellNowAndThen(now: number): void {
    if (now - this.#toldAt < RECEIPT_EVERY_MS) return;
    this.#toldAt = now;
    this.#tell(false);
  }

  /** We send nothing more. False when the peer cannot be told so. */
  begin(): boolean {
    this.#begun = true;
    if (this.#lasts === 0) this.tellLast();
    this.step();
    return this.#lasts > 0;
  }

  /** To be called when something has come. */
  step(): void {
    if (!this.#begun || this.#isReset) return;
    const channel = this.#channel;
    if (this.#peerSent === undefined || channel.inbox.received < this.#peerSent) return;
    const resets = channel.resets();
    if (this.#told !== channel.inbox.received || (this.#owesAnswer && !resets)) this.tellLast();
    if (channel.sent.arrived < channel.sent.messages) return;
    if (!this.#ended.settled) {
      this.#ended.resolve();
      channel.done();
    }
    // A stream is not reset before SCTP has acknowledged what was sent on it, and alone that takes 20 ms: it comes at
    // once with an answer.
    if (!resets || this.#answered !== this.#lasts % 256) return;
    this.#isReset = true;
    channel.reset();
  }

  /** Also before the channel is closed without a handshake: then the peer's count is exact. */
  tellLast(): void {
    if (!this.#tell(true)) return;
    this.#lasts++;
    this.#owesAnswer = false;
  }

  /** Waits for the peer. True: everything has arrived. */
  async end(deadline: Deadline): Promise<boolean> {
    const { native } = this.#channel;
    const over = () => this.#ended.settled || !native.isOpen() || !this.#channel.transportUp();
    // Again, since a channel that is not reliable may lose it.
    for (let pause = AGAIN_MS; !over() && !deadline.expired; pause *= 2) {
      if (!(await poll(over, deadline, pause, this.#ended.promise))) this.tellLast();
    }
    return this.#ended.settled;
  }

  #tell(isLast: boolean): boolean {
    const { native, sent, inbox } = this.#channel;
    const { received, dropped, receivedBytes } = inbox;
    const heard = this.#heard % 256;
    const message = this.#peer.write({ sent: sent.messages, received, dropped, isLast, heard });
    if (!message) return false;
    try {
      native.sendMessageBinary(message);
    } catch {
      return false; // it has just been closed, or takes no message of this size
    }
    this.#told = received;
    this.#toldBytes = receivedBytes;
    return true;
  }
}

/** Whether as much as has come since the last receipt deserves one: not each of the messages that come now and then. */
export function deservesReceipt(messages: number, bytes: number): boolean {
  return messages >= RECEIPT_EVERY || bytes >= RECEIPT_EVERY_BYTES;
}

/** Milliseconds without an answer after which a peer is told again; twice as many each time. */
const AGAIN_MS = 500;
const RECEIPT_EVERY_MS = 1000;
const RECEIPT_EVERY = 64;
const RECEIPT_EVERY_BYTES = 64 * 1024;
