import { poll } from '../../engine/poll.js';
import { Latch } from '../../engine/wait.js';
import type { NativeDataChannel } from '../../native/binding.js';
import type { Deadline } from '../../scope/deadline.js';
import type { SendAccount } from '../send-account.js';
import type { CloseFrame } from './close-frame.js';
import type { ClosePeer } from './close-peer.js';

/** A channel, as far as its close handshake is concerned. */
export interface HandshakeChannel {
  readonly native: NativeDataChannel;
  readonly sent: SendAccount;
  /** Messages of the peer's that were handed over. */
  taken(): number;
  transportUp(): boolean;
  /** Everything has arrived, in both directions; nothing more will come but the reset of the stream. */
  done(): void;
}

/**
 * Closes one channel together with the peer: each end says when it sends no more and how much that was, and says how
 * much it has received when the other's last message has come. Either then knows what became of every message it
 * sent, also where both close at once. A reset of the stream cannot say that: one of the peer's own accord looks
 * like the answer to ours.
 */
export class CloseHandshake {
  readonly #channel: HandshakeChannel;
  readonly #peer: ClosePeer;
  readonly #ended = new Latch<void>();
  #peerSent: number | undefined;
  #told: number | undefined;
  #begun = false;

  constructor(channel: HandshakeChannel, peer: ClosePeer) {
    this.#channel = channel;
    this.#peer = peer;
  }

  /** Everything has arrived, in both directions. */
  get isOver(): boolean {
    return this.#ended.settled;
  }

  hear({ sent, received }: CloseFrame): void {
    this.#peerSent = sent;
    this.#channel.sent.acknowledge(received);
    this.step();
  }

  /** We send nothing more. False when the peer cannot be told so. */
  begin(): boolean {
    this.#begun = true;
    if (this.#told === undefined) this.tell();
    this.step();
    return this.#told !== undefined;
  }

  /** To be called when something has come. */
  step(): void {
    if (!this.#begun || this.#ended.settled) return;
    const { sent, taken, done } = this.#channel;
    if (this.#peerSent === undefined || taken() < this.#peerSent) return;
    if (this.#told !== taken()) this.tell();
    if (sent.acknowledged < sent.messages) return;
    this.#ended.resolve();
    done.call(this.#channel);
  }

  /** Says how far we are. Before the channel is closed without a handshake, too: then the peer's count is exact. */
  tell(): void {
    const received = this.#channel.taken();
    const frame = this.#peer.frame({ sent: this.#channel.sent.messages, received });
    if (!frame) return;
    try {
      this.#channel.native.sendMessageBinary(frame);
      this.#told = received;
    } catch {} // it has just been closed, or takes no message of this size
  }

  /** Waits for the peer. True: everything has arrived. */
  async end(deadline: Deadline): Promise<boolean> {
    const { native } = this.#channel;
    const over = () => this.#ended.settled || !native.isOpen() || !this.#channel.transportUp();
    // Again, since a channel that is not reliable may lose it.
    for (let pause = AGAIN_MS; !over() && !deadline.expired; pause *= 2) {
      if (!(await poll(over, deadline, pause, this.#ended.promise))) this.tell();
    }
    return this.#ended.settled;
  }
}

/** Milliseconds without an answer after which a peer is told again; twice as many each time. */
const AGAIN_MS = 500;
