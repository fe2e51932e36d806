import type { Engine } from '../../library/engine.js';
import { poll } from '../../time/poll.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import { RtcInvalidStateError } from '../../errors/kinds.js';
import type { NativeDataChannel, NativePeerConnection } from '../../native/binding.js';
import { callNative } from '../../native/guard.js';
import type { validateDataChannelInit } from '../../native/validate/data-channel-init.js';
import type { Deadline } from '../../time/deadline.js';
import { type OwnedNode, TREE_NODE } from '../../scope/node.js';
import type { CheckedChannelOptions } from '../channel/channel-options.js';
import { ReceiptPeer } from '../data-channel/ending/receipt-peer.js';
import { type ChannelConnection, type ChannelOrigin, DataChannel } from '../data-channel/data-channel.js';
import { OpeningMark } from '../data-channel/opening-mark.js';

type CheckedInit = NonNullable<ReturnType<typeof validateDataChannelInit>['init']>;

/** The data channels of one connection, and what they need of it to be drained. */
export class ConnectionChannels implements ChannelConnection {
  readonly node: OwnedNode;
  readonly receiptPeer: ReceiptPeer;
  readonly #engine: Engine;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #open = new Set<DataChannel>();
  readonly #mark: OpeningMark;
  readonly #incoming: CheckedChannelOptions;
  #keepUntil = 0;
  #leastRoundTrip = Number.POSITIVE_INFINITY;

  /** `incoming`: options of the channels that the peer opens. */
  constructor(
    engine: Engine,
    node: OwnedNode,
    native: NativePeerConnection,
    record: NativeRecord,
    incoming: CheckedChannelOptions,
  ) {
    this.#incoming = incoming;
    this.#engine = engine;
    this.node = node;
    this.#native = native;
    this.#record = record;
    this.receiptPeer = new ReceiptPeer(native, record);
    this.#mark = new OpeningMark(engine, native, record.path);
  }

  /** Hands the peer's description to the library by `give`, with what must come before or after it. */
  describe(remoteSdp: string, isOffer: boolean, give: () => void): void {
    // An answer may connect in another thread at once, so what it says is read before. For an offer the mark must come
    // after: the library would make an offer of its own for a channel that is there before.
    if (!isOffer) this.#read(remoteSdp);
    give();
    if (isOffer) this.#read(remoteSdp);
  }

  /** A description of ours, as the peer is to be given it. */
  announced<T extends { readonly sdp: string }>(description: T | null): T | null {
    return description && { ...description, sdp: this.receiptPeer.announce(description.sdp) };
  }

  /** The connection is about to be closed. */
  end(): void {
    this.#mark.remove();
  }

  /** Makes a channel. `RTC_INVALID_STATE` where its id is in use. */
  create(label: string, init: CheckedInit | undefined, options: CheckedChannelOptions): DataChannel {
    if (init?.id !== undefined) this.#assertFree(init.id);
    if (!init?.negotiated) this.#mark.wait(); // otherwise it would be announced twice
    const native = callNative(this.node.path, 'createDataChannel', () =>
      this.#native.createDataChannel(label, ...(init ? [init] : [])),
    );
    const lossy = (init?.maxRetransmits ?? init?.maxPacketLifeTime ?? null) !== null;
    return this.own(native, init?.negotiated ? 'negotiated' : 'created', options, lossy);
  }

  /** `lossy`: it may give up messages by design. Nobody can tell that of an incoming channel. */
  own(
    native: NativeDataChannel,
    origin: ChannelOrigin,
    options: CheckedChannelOptions,
    lossy = false,
  ): DataChannel {
    const channel = new DataChannel(this.#engine, this, native, origin, options, lossy);
    this.#open.add(channel);
    channel[TREE_NODE].ending.onSettled(() => this.#open.delete(channel));
    return channel;
  }

  /** A channel that the peer made. One that comes too late for anybody to use it is given back. */
  incoming(native: NativeDataChannel): DataChannel | undefined {
    if (this.node.inTeardown) {
      this.#hold(native).tryClose();
      return undefined;
    }
    return this.own(native, 'incoming', this.#incoming);
  }

  transportUp(): boolean {
    return this.#record.state === 'held' && this.#native.state() === 'connected';
  }

  leastRoundTrip(): number {
    if (this.#record.state === 'held') {
      const now = this.#native.rtt();
      if (now >= 0 && now < this.#leastRoundTrip) this.#leastRoundTrip = now;
    }
    return Number.isFinite(this.#leastRoundTrip) ? this.#leastRoundTrip : 0;
  }

  resetStream(id: number): boolean {
    try {
      // The library does not enter a second channel for a stream in its table, but closing it resets the stream.
      this.#hold(this.#native.createDataChannel('', { negotiated: true, id })).close();
      return true;
    } catch {
      return false; // the transport went down just now
    }
  }

  keepUntilArrived(bytes: number, bytesPerMs: number): void {
    const byRate = bytesPerMs > 0 ? (2 * bytes) / bytesPerMs : 0;
    const byRoundTrip = this.#record.state === 'held' ? 4 * this.#native.rtt() : 0;
    const ms = Math.max(LEAST_ARRIVAL_MS, byRoundTrip, byRate);
    this.#keepUntil = Math.max(this.#keepUntil, this.#engine.clock.now() + ms);
  }

  /** Waits for the data of channels that were closed without confirmation. */
  arrival(deadline: Deadline): Promise<boolean> | undefined {
    const wait = this.#keepUntil - deadline.clock.now();
    if (wait <= 0 || deadline.expired || !this.transportUp()) return undefined;
    return poll(() => !this.transportUp(), deadline, wait);
  }

  #read(remoteSdp: string): void {
    // The certificate of a transport that is up stays, whatever a later description says.
    if (!this.transportUp()) this.receiptPeer.described(remoteSdp);
    this.#mark.place(remoteSdp, (id) => this.#userOf(id) === undefined);
  }

  /** The library takes a second channel with an id that is in use and mixes up the two (H12). */
  #assertFree(id: number): void {
    const user = id === this.#mark.id ? 'this package' : this.#userOf(id);
    if (user === undefined) return;
    throw new RtcInvalidStateError(`stream id ${id} is in use by ${user}`, { path: this.node.path });
  }

  #userOf(id: number): string | undefined {
    for (const channel of this.#open) if (channel.id === id) return channel.path;
    return undefined;
  }

  #hold(native: NativeDataChannel): NativeRecord {
    const record = this.#engine.ledger.hold(undefined, native, () => this.node.path);
    native.onClosed(() => record.released());
    return record;
  }
}

/** Milliseconds that unconfirmed data gets to arrive at the least. */
const LEAST_ARRIVAL_MS = 50;
