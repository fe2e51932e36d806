import type { LibraryContext } from '../../library/library-context.js';
import { poll } from '../../time/wait.js';
import type { Watched } from '../../library/close-watcher.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import { RtcInvalidStateError, RtcMessageError } from '../../errors/rtc-error.js';
import type { NativeDataChannel, NativePeerConnection } from '../../native/binding.js';
import { callNative } from '../../native/call-native.js';
import type { Deadline } from '../../time/deadline.js';
import { type OwnedNode, TREE_NODE } from '../../scope/node.js';
import { type CheckedChannelOptions, DEFAULT_CHANNEL_OPTIONS } from '../channel/channel-options.js';
import { type ReceiveBufferLimits, DEFAULT_UNREAD, UnreadLimit } from '../channel/inbox.js';
import { announcementIn, isOfGStreamer, isOfLibdatachannel, withAnnouncement } from '../sdp.js';
import { CONTROL_ID, ControlChannel, type ControlMessage } from '../data-channel/control/control-channel.js';
import { NegotiatedChannels } from '../data-channel/control/negotiated-channels.js';
import { ResetFlush } from '../data-channel/control/reset-flush.js';
import { type CheckedKeepalive, Keepalive, type KeepaliveSubject } from './keepalive.js';
import { CloseDoubt } from './close-doubt.js';
import { LibraryProbe } from './library-probe.js';
import { INFORMED_MS } from '../data-channel/ending/ending.js';
import { ReceiptPeer } from '../data-channel/ending/receipt.js';
import type { ChannelConnection, ChannelOrigin, ChannelTraits } from '../data-channel/channel-connection.js';
import { DataChannel } from '../data-channel/data-channel.js';
import { type CheckedInit, traitsAsked } from '../data-channel/facts.js';
import { endRefused } from '../data-channel/refused-channels.js';
import { StreamIds } from '../data-channel/stream-ids.js';

export interface ConnectionChannelOptions {
  /** Of the channels that the peer opens. */
  readonly incoming?: CheckedChannelOptions;
  /** What may wait in all of these together. */
  readonly receiveBuffer?: ReceiveBufferLimits | undefined;
  readonly keepalive?: CheckedKeepalive | undefined;
  /** Bytes that a message of the peer may have; the library makes SCTP's send buffer as large (`sctptransport.cpp`). */
  readonly maxMessageSize?: number;
}

/** The data channels of one connection, and what they need of it to be drained. */
export class ConnectionChannels implements ChannelConnection, Watched {
  readonly node: OwnedNode;
  readonly receiptPeer: ReceiptPeer;
  readonly #context: LibraryContext;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #open = new Map<DataChannel, ChannelOrigin>();
  readonly #control: ControlChannel;
  readonly #negotiated: NegotiatedChannels;
  readonly #flush: ResetFlush;
  #announcesControl = false;
  readonly #ids = new StreamIds();
  /** Channels that are over and whose streams are not reset yet. */
  readonly #leftOpen = new Map<number, NativeRecord>();
  /** Those among them whose last receipt may be on its way still. */
  readonly #uninformed = new Set<number>();
  readonly #withoutId = new Set<DataChannel>();
  readonly #options: ConnectionChannelOptions;
  readonly #incoming: CheckedChannelOptions;
  readonly #keepalive: Keepalive | undefined;
  readonly #probe: LibraryProbe;
  readonly #doubt: CloseDoubt;
  #peerIsLibrary = false;
  #peerDiscards = false;
  #keepUntil = 0;
  #isEnded = false;
  #leastRoundTrip = Number.POSITIVE_INFINITY;

  constructor(
    context: LibraryContext,
    node: OwnedNode,
    native: NativePeerConnection,
    record: NativeRecord,
    options: ConnectionChannelOptions & { readonly untaken: () => Iterable<DataChannel> },
  ) {
    this.#options = options;
    this.#context = context;
    this.node = node;
    this.#native = native;
    this.#record = record;
    this.receiptPeer = new ReceiptPeer(native, record);
    this.#control = new ControlChannel(context, native, record.path, (message) => this.#onControl(message));
    this.#probe = new LibraryProbe(context, native, record.path, {
      firstId: () => this.#control.firstId ?? 0,
      mayUse: (id) => this.#peerIsLibrary && this.#userOf(id) === undefined,
    });
    this.#doubt = new CloseDoubt(native, () => this.#open.keys(), this.#probe);
    record.doubt = () => (context.watcher.isLate && this.transportUp() ? this.#doubt.raise() : undefined);
    this.#keepalive = options.keepalive && new Keepalive(this.#keepaliveSubject(), options.keepalive);
    context.watcher.watch(this);
    const unread = new UnreadLimit(options.receiveBuffer ?? DEFAULT_UNREAD, () => {
      // Of those that are over only what nobody has the channel of: nobody else keeps it.
      const channels = new Set(options.untaken());
      for (const [channel, origin] of this.#open) if (origin === 'incoming') channels.add(channel);
      return [...channels].map((channel) => channel.unread);
    });
    const { incoming = DEFAULT_CHANNEL_OPTIONS } = options;
    this.#incoming = { ...incoming, refuses: (bytes) => unread.refuses(bytes) };
    this.#negotiated = new NegotiatedChannels(context.clock, (message) => this.#control.send(message));
    this.#flush = new ResetFlush(context.clock, {
      roundTrip: () => this.roundTrip().now,
      isComplete: () => this.#leftOpen.size === 0,
      ask: (number) => this.#control.send({ type: 'ping', number }),
    });
  }

  get peerDiscards(): boolean {
    return this.#peerDiscards;
  }

  get openChannels(): number {
    return this.#open.size;
  }

  get mostInFlight(): number {
    return Math.max(this.#context.sctpSendBuffer, this.#options.maxMessageSize ?? 0);
  }

  /** Hands the peer's description to the library by `give`, with what must come before or after it. */
  describe(remoteSdp: string, isOffer: boolean, give: () => void): void {
    // An answer may connect in another thread at once, so what it says is read before. For an offer the mark must come
    // after: the library would make an offer of its own for a channel that is there before.
    if (!isOffer) this.#read(remoteSdp);
    give();
    if (isOffer) this.#read(remoteSdp);
    else if (/^m=application 0 /m.test(remoteSdp)) endRefused(this.#open.keys());
  }

  /** A description of ours, as the peer is to be given it. */
  announced<T extends { readonly sdp: string }>(description: T | null): T | null {
    if (!description) return description;
    const sdp = this.receiptPeer.announce(description.sdp);
    this.#announcesControl ||= this.#control.id === CONTROL_ID || this.#userOf(CONTROL_ID) === undefined;
    if (!this.#announcesControl) return { ...description, sdp };
    const ids: number[] = [];
    for (const [{ id }, origin] of this.#open) if (origin === 'negotiated' && id !== undefined) ids.push(id);
    return { ...description, sdp: withAnnouncement(sdp, 'control', this.#negotiated.write(ids)) };
  }

  checkClosed(): void {
    this.#keepalive?.checkClosed();
  }

  /** The connection is about to be closed. */
  end(): void {
    this.#isEnded = true;
    for (const record of this.#leftOpen.values()) record.discard();
    this.#leftOpen.clear();
    this.#context.watcher.unwatch(this);
    this.#probe.end();
    this.#negotiated.end();
    this.#flush.end();
    this.#control.remove();
  }

  /** Makes a channel. `RTC_INVALID_STATE` where its id is in use. */
  create(label: string, init: CheckedInit | undefined, options: CheckedChannelOptions): DataChannel {
    if (init?.id !== undefined) this.#assertFree(init.id);
    if (!init?.negotiated) this.#control.wait(); // otherwise it would be announced twice
    const id = init?.negotiated ? init.id : (init?.id ?? this.#chooseId());
    const given = id === undefined ? init : { ...init, id };
    const native = callNative(this.node.path, 'createDataChannel', () => {
      if (!init?.negotiated) this.#control.wait(); // the last look: the transport may have come up since the first
      return this.#native.createDataChannel(label, ...(given ? [given] : []));
    });
    return this.own(native, init?.negotiated ? 'negotiated' : 'created', options, traitsAsked(init));
  }

  own(
    native: NativeDataChannel,
    origin: ChannelOrigin,
    options: CheckedChannelOptions,
    traits?: ChannelTraits,
  ): DataChannel {
    const channel = new DataChannel(this.#context, this, native, origin, options, traits);
    this.#open.set(channel, origin);
    if (channel.id === undefined) this.#withoutId.add(channel);
    else this.#ids.use(channel.id);
    channel[TREE_NODE].ending.onSettled(() => {
      this.#open.delete(channel);
      this.#doubt.ended(channel);
      this.#withoutId.delete(channel);
    });
    return channel;
  }

  /** A channel that the peer made. A channel that comes while the connection ends is given back. */
  incoming(native: NativeDataChannel): DataChannel | undefined {
    if (this.node.inTeardown) return this.#refuse(native);
    // A wrapper of a channel that was closed before can never be freed (H18), and the addon makes one for each that the
    // peer opens, as long as the connection lives.
    const { ledger } = this.#context;
    const doomed = () => [...this.#open.keys()].filter((channel) => channel.isToBeRetained).length;
    // Counted only where it can matter: that asks each native.
    if (!native.isOpen() && ledger.isOverfull(this.#open.size) && ledger.isOverfull(doomed())) {
      this.#refuse(native, false);
      // Another callback in its place: no wrapper is made of those that wait for the first.
      this.#native.onDataChannel((late) => this.#refuse(late as NativeDataChannel, false));
      const why =
        'the peer opens channels and closes them before they can be taken, and as many wrappers as retainedLimit ' +
        'allows are kept already';
      this.node.behaviour.kill?.(new RtcMessageError('RTC_OVERFLOW', why, { path: this.node.path }));
      this.#record.tryClose(); // until then the peer goes on, and its channels end before the connection does
      return undefined;
    }
    return this.own(native, 'incoming', this.#incoming);
  }

  /**
   * The stream id that a new channel is to have. The library chooses before the transport is up, and where it is not known
   * which ids this end may give.
   */
  #chooseId(): number | undefined {
    const { firstId } = this.#control;
    if (firstId === undefined || !this.transportUp()) return undefined;
    for (const channel of this.#withoutId) {
      if (channel.id === undefined) return undefined; // the library is just giving it one
      this.#withoutId.delete(channel);
      this.#ids.use(channel.id);
    }
    return this.#ids.take(firstId, this.#native.maxDataChannelId());
  }

  transportUp(): boolean {
    return this.#record.state === 'held' && this.#native.state() === 'connected';
  }

  roundTrip(): { readonly now: number; readonly least: number } {
    const now = this.#record.state === 'held' ? this.#native.rtt() : -1;
    if (now >= 0 && now < this.#leastRoundTrip) this.#leastRoundTrip = now;
    return { now: Math.max(0, now), least: Number.isFinite(this.#leastRoundTrip) ? this.#leastRoundTrip : 0 };
  }

  leave(id: number, isFree: boolean): void {
    this.#ids.left(id, isFree);
    if (isFree) this.#negotiated.free(id);
    if (this.#control.peerListens) this.#flush.begin();
    this.#leftOpen.delete(id);
    this.#uninformed.delete(id);
  }

  leaveOpen(id: number, record: NativeRecord, isInformed: boolean): boolean {
    if (this.#isEnded || (isInformed && this.node.phase !== 'live')) return false;
    this.#ids.use(id); // nothing has shown the id of a channel that was there before the transport
    this.#leftOpen.set(id, record);
    if (!isInformed) this.#uninformed.add(id);
    return true;
  }

  informed(id: number | undefined): void {
    if (id !== undefined) this.#uninformed.delete(id);
  }

  freed(id: number, deadline: Deadline): Promise<void> {
    return this.#negotiated.freed(id, deadline, this.roundTrip().now, () => !this.transportUp());
  }

  awaitPeer(id: number, open: () => void): void {
    this.#negotiated.made(id, open);
  }

  resetStream(id: number): boolean {
    try {
      // The library does not enter a second channel for a stream in its table, but closing it resets the stream.
      this.#hold(this.#native.createDataChannel('', { negotiated: true, id })).close();
      if (this.#control.peerListens) this.#flush.begin();
      return true;
    } catch {
      return false; // the transport went down just now
    }
  }

  keepFor(ms: number): void {
    this.#keepUntil = Math.max(this.#keepUntil, this.#context.clock.now() + ms);
  }

  /** Waits for the data of channels that were closed without confirmation, and for last receipts. */
  arrival(deadline: Deadline): Promise<boolean> | undefined {
    if (deadline.expired || !this.transportUp()) return undefined;
    const { clock } = deadline;
    // Also of one that closes just now, which began to before the connection did.
    for (const { id, isUninformed } of this.#open.keys())
      if (isUninformed && id !== undefined) this.#uninformed.add(id);
    const informedUntil =
      this.#uninformed.size > 0 ? clock.now() + INFORMED_MS + 4 * this.roundTrip().now : 0;
    const until = Math.max(this.#keepUntil, informedUntil);
    if (until <= clock.now()) return undefined;
    const hasArrived = () => this.#uninformed.size === 0 && clock.now() >= this.#keepUntil;
    return poll(() => !this.transportUp() || hasArrived(), deadline, until - clock.now());
  }

  #onControl(message: ControlMessage): void {
    if (message.type === 'made') this.#negotiated.peerMade(message.id, message.number);
    else if (message.type === 'freed') this.#negotiated.peerFreed(message.id, message.number);
    else if (message.type === 'pong') this.#flush.answered(message.number);
    else if (message.type === 'ping') this.#control.send({ type: 'pong', number: message.number });
  }

  #read(remoteSdp: string): void {
    // The certificate of a transport that is up stays, whatever a later description says.
    if (!this.transportUp()) this.receiptPeer.described(remoteSdp);
    this.#peerIsLibrary = isOfLibdatachannel(remoteSdp);
    this.#peerDiscards = isOfGStreamer(remoteSdp);
    const announced = announcementIn(remoteSdp, 'control');
    this.#control.place(remoteSdp, announced !== undefined, (id) => this.#userOf(id) === undefined);
    if (this.#control.id !== undefined) this.#ids.use(this.#control.id);
    if (announced !== undefined && this.#control.peerListens) this.#negotiated.read(announced);
  }

  /** The library takes a second channel with an id that is in use and mixes up the two (H12). */
  #assertFree(id: number): void {
    const isOurs = id === this.#control.id || (this.#announcesControl && id === CONTROL_ID);
    const user = isOurs ? 'this package' : this.#userOf(id);
    const isFreeing = user === undefined && this.#negotiated.isFreeing(id);
    if (user === undefined && !isFreeing) return;
    const by = user ?? 'a channel that was closed without waiting for the reset of its stream, which goes on';
    throw new RtcInvalidStateError(`stream id ${id} is in use by ${by}`, { path: this.node.path });
  }

  #userOf(id: number): string | undefined {
    // In its own `close` event a channel is closed, and settles later.
    return [...this.#open.keys()].find((channel) => channel.id === id && channel.state !== 'closed')?.path;
  }

  #keepaliveSubject(): KeepaliveSubject {
    const [native, { node }] = [this.#native, this];
    return {
      path: node.path,
      now: () => this.#context.clock.now(),
      transportUp: () => this.transportUp(),
      signs: () => `${native.bytesReceived()} ${native.rtt()}`,
      roundTrip: () => Math.max(native.rtt(), 0) || 0,
      waiting: () => [...this.#open.keys()].reduce((bytes, channel) => bytes + channel.bufferedAmount, 0),
      // Also where it cannot be sent, since the peer takes nothing.
      ping: () => this.#control.peerListens && (this.#control.send({ type: 'ping', number: 0 }), true),
      probe: () => this.#probe.ask(),
      iceState: () => native.iceState(),
      end: (error) => node.behaviour.kill?.(error),
    };
  }

  /** Nobody takes this channel of the peer. Somebody takes its messages: otherwise neither it nor the connection can be closed (H17). */
  #refuse(native: NativeDataChannel, comes = true): undefined {
    if (native.isOpen()) native.onMessage(() => {});
    this.#hold(native).discard({ comes });
  }

  #hold(native: NativeDataChannel): NativeRecord {
    const record = this.#context.ledger.hold(undefined, native, () => this.node.path);
    native.onClosed(record.acknowledging());
    return record;
  }
}
