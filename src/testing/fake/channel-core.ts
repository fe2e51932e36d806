import { RELIABLE, type Reliability } from './configuration.js';
import type { FaultTarget } from './faults.js';
import { Inbox } from './inbox.js';
import type { Packet } from './send-pipe.js';
import { StoredCallback } from './stored-callback.js';

/** What a channel needs of its connection. */
export interface ChannelOwner {
  readonly connected: boolean;
  readonly remoteMaxMessageSize: number;
  send(packet: Packet, from: FaultTarget): boolean;
  mayConfirmReset(channel: FaultTarget): boolean;
  /** The channel takes messages again. */
  unstall(): void;
}

/** How a channel came to be: agreed out of band, announced by this side, or announced by the peer. */
export type ChannelOrigin = 'negotiated' | 'outgoing' | 'incoming';

/** The library's half of a DataChannel; the JavaScript object in front of it may be gone or not made yet. */
export class ChannelCore implements FaultTarget {
  readonly kind = 'DataChannel';
  readonly id: number;
  readonly name: string;
  readonly protocol: string;
  readonly origin: ChannelOrigin;
  readonly onOpen = new StoredCallback<[]>();
  readonly onClosed = new StoredCallback<[]>();
  readonly onError = new StoredCallback<[string]>();
  readonly onBufferedAmountLow = new StoredCallback<[]>();
  readonly #owner: ChannelOwner;
  readonly #reliability: Reliability;
  stream: number | undefined;
  /** For a stack that keeps ids in use: whether the peer has reset its half of the stream, and answered the reset of ours. */
  resetByPeer = false;
  resetAnswered = false;
  /** No JavaScript object holds it any more. */
  destroyed = false;
  bufferedAmount = 0;
  lowThreshold = 0;
  #open = false;
  #closed = false;
  #attached = false;
  readonly #inbox = new Inbox();

  constructor(
    owner: ChannelOwner,
    id: number,
    label: string,
    protocol: string,
    origin: ChannelOrigin,
    reliability = RELIABLE,
  ) {
    this.#owner = owner;
    this.#reliability = reliability;
    this.id = id;
    this.name = label;
    this.protocol = protocol;
    this.origin = origin;
  }

  get isOpen(): boolean {
    return this.#open && !this.#closed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** True while messages must wait on the wire. */
  get full(): boolean {
    return !this.#closed && this.#inbox.full;
  }

  get maxMessageSize(): number {
    return this.#owner.remoteMaxMessageSize;
  }

  onMessage(callback: (data: string | Buffer) => void): void {
    const wasFull = this.full;
    if (!this.#closed) this.#inbox.setCallback(callback);
    if (wasFull) this.#owner.unstall();
  }

  /** The transport is up: a negotiated channel is open, an announced one when the peer acknowledges it. */
  attach(): void {
    this.#attached = true;
    if (this.origin === 'outgoing') {
      const { name: label, protocol } = this;
      const reliability = this.#reliability;
      this.#owner.send({ stream: this.stream!, size: 0, type: 'open', label, protocol, reliability }, this);
    } else if (this.origin === 'negotiated') this.#becomeOpen();
  }

  /** The peer announced this channel: acknowledge it. The announcing callback takes the first open event. */
  accept(): void {
    this.#attached = true;
    this.#owner.send({ stream: this.stream!, size: 0, type: 'ack' }, this);
    this.#open = true;
  }

  triggerOpen(): void {
    this.onOpen.call();
    this.#inbox.open();
  }

  send(data: string | Buffer): boolean {
    if (this.#closed) throw new Error('DataChannel is closed');
    if (!this.#attached || !this.#owner.connected) throw new Error('DataChannel not open');
    const size = Buffer.byteLength(data);
    if (size > this.maxMessageSize) throw new Error('Message size exceeds limit');
    const copy = typeof data === 'string' ? data : Buffer.from(data);
    const reliability = this.#reliability;
    return this.#owner.send({ stream: this.stream!, size, type: 'message', data: copy, reliability }, this);
  }

  receive(packet: Packet): void {
    if (this.#closed) return;
    if (packet.type === 'ack') this.#becomeOpen();
    else if (packet.type === 'reset') this.close(this.#owner.mayConfirmReset(this));
    else if (packet.data !== undefined) this.#inbox.push(packet.data);
  }

  /** Resets the stream behind the data already queued on it. */
  close(reset = true): void {
    if (this.#closed) return;
    this.#closed = true;
    const stream = this.stream;
    if (reset && this.#attached && stream !== undefined)
      this.#owner.send({ stream, size: 0, type: 'reset' }, this);
    this.onClosed.call();
    for (const callback of [this.onOpen, this.onClosed, this.onError, this.onBufferedAmountLow])
      callback.reset();
    this.#inbox.reset();
  }

  changeBuffered(amount: number): void {
    const before = this.bufferedAmount;
    this.bufferedAmount = amount;
    if (before > this.lowThreshold && amount <= this.lowThreshold) this.onBufferedAmountLow.call();
  }

  #becomeOpen(): void {
    if (this.#open || this.#closed) return;
    this.#open = true;
    this.triggerOpen();
  }
}
