import { type Engine, ownEngine } from '../engine/engine.js';
import { poll } from '../engine/poll.js';
import { CLOSE_ANSWER_MS } from '../engine/release-ledger.js';
import { Latch } from '../engine/wait.js';
import type { NativeDataChannel } from '../native/binding.js';
import { reportUncaught } from '../native/firewall.js';
import type { Deadline } from '../scope/deadline.js';
import type { OwnedNode } from '../scope/node.js';
import type { CheckedChannelOptions } from './channel-options.js';
import { IN_FLIGHT_BYTES, MessageChannel } from './message-channel.js';

/** What a channel needs of the connection it belongs to. */
export interface ChannelConnection {
  readonly node: OwnedNode;
  /** The SCTP association is up: what is sent can arrive. */
  transportUp(): boolean;
  /**
   * Resets the outgoing half of a stream without closing its channel, behind everything that was sent on it.
   * The peer answers with a reset of its own when it has everything; that closes the channel. False when the
   * library refused.
   */
  resetStream(id: number): boolean;
  /** A channel was closed without confirmation; the connection must live on until its data has arrived. */
  keepUntilArrived(bytes: number, bytesPerMs: number): void;
}

/** How a channel came to be. */
export type ChannelOrigin = 'created' | 'negotiated' | 'incoming';

/**
 * One data channel, owned by its connection.
 *
 * Closing drains: on a reliable channel everything that `send` accepted has arrived when `close()` resolves, as
 * long as the connection is up and the deadline allows. What the peer sent before it closed is handed over
 * before `close` is emitted.
 */
export class DataChannel extends MessageChannel {
  readonly #native: NativeDataChannel;
  readonly #connection: ChannelConnection;
  readonly #origin: ChannelOrigin;
  readonly #acknowledged = new Latch<void>();
  readonly #label: string;
  readonly #protocol: string;
  readonly #createdAt: number;
  #id: number | undefined;
  #wasOpen = false;
  #openedAt = 0;
  #closedByPeer = false;
  /** Registered from the start: so many wrappers are kept already that this one must not be. */
  readonly #hearsClose: boolean;
  #leftAtClose = 0;

  /** Made by `PeerConnection`. @internal */
  constructor(
    engine: Engine,
    connection: ChannelConnection,
    native: NativeDataChannel,
    origin: ChannelOrigin,
    options: CheckedChannelOptions,
  ) {
    ownEngine(engine, 'DataChannel');
    const label = native.getLabel();
    super(engine, connection.node, 'DataChannel', label === '' ? 'channel' : label, native, options);
    this.#native = native;
    this.#connection = connection;
    this.#origin = origin;
    this.#label = label;
    this.#protocol = native.getProtocol();
    this.#createdAt = engine.clock.now();
    if (origin !== 'incoming') native.onOpen(() => this.#open());
    // It frees the wrapper also where the peer closes; messages that are queued for us then are lost (H2 against H4).
    this.#hearsClose = engine.ledger.isFull;
    if (this.#hearsClose) native.onClosed(() => this.#heardClose());
    // A negotiated channel on a connected transport is open already, and so is an incoming one; that one may
    // even be closed again, before anybody could have heard of it (H18).
    if (origin === 'incoming' || native.isOpen()) this.#open();
  }

  get label(): string {
    return this.#label;
  }

  get protocol(): string {
    return this.#protocol;
  }

  /** Stream id, or `undefined` before the transport gave the channel one. */
  get id(): number | undefined {
    if (this.#id === undefined && this.record.state === 'held') {
      const id = this.#native.getId();
      if (id !== NO_STREAM) this.#id = id;
    }
    return this.#id;
  }

  /** @internal */
  override checkClosed(): void {
    if (this.#closedByPeer || this.state !== 'open' || this.#native.isOpen()) return;
    this.#closedByPeer = true;
    this.closedByPeer();
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (this.record.state !== 'held') {
      this.leaveUnconfirmed(this.#leftAtClose);
      return undefined;
    }
    if (!deadline.expired) return this.#drain(deadline);
    this.leaveUnconfirmed(this.#native.bufferedAmount() + IN_FLIGHT_BYTES);
    return undefined;
  }

  protected override releaseNative(deadline: Deadline): Promise<boolean> | boolean {
    this.engine.watcher.unwatch(this);
    if (this.record.state !== 'held') return true;
    const native = this.#native;
    if (this.#hearsClose) {
      this.record.close();
      return deadline.within(this.#acknowledged.promise, CLOSE_ANSWER_MS);
    }
    // Only now: registered earlier, this callback would throw away the messages still queued (H4). On a channel
    // that its peer closed it never comes; such a wrapper stays in the books until cleanup (H2).
    const expectsAnswer =
      native.isOpen() || (!this.#closedByPeer && (this.id === undefined || this.#opensLater));
    if (expectsAnswer) {
      native.onClosed(() => {
        this.record.released();
        this.#acknowledged.resolve();
      });
    }
    this.record.close();
    if (expectsAnswer) return deadline.within(this.#acknowledged.promise, CLOSE_ANSWER_MS);
    this.record.stays();
    return true;
  }

  /** The wrapper goes as soon as this returns. */
  #heardClose(): void {
    try {
      if (this.record.state === 'held') {
        this.#closedByPeer = true;
        this.#leftAtClose = this.#native.bufferedAmount();
        this.record.tryClose();
      }
      this.record.released();
      this.#acknowledged.resolve();
      this.closedByPeer();
    } catch (error) {
      reportUncaught(error, this.path);
    }
  }

  #open(): void {
    if (this.state !== 'opening') return;
    this.#wasOpen = true;
    this.#openedAt = this.engine.clock.now();
    void this.id; // the native cannot tell any more once it is closed
    this.engine.watcher.watch(this);
    this.nowOpen();
  }

  get #opensLater(): boolean {
    return !this.#wasOpen && this.#connection.transportUp();
  }

  async #drain(deadline: Deadline): Promise<void> {
    const native = this.#native;
    if (this.sent.messages > 0) {
      if (!native.isOpen() || !this.#connection.transportUp()) this.leaveUnconfirmed(native.bufferedAmount());
      else if (this.#mayResetFirst()) await this.#confirm(deadline);
      else await this.#leaveToConnection(deadline);
    }
    await this.received(deadline);
  }

  /**
   * When the channel answers the peer's reset, the library sends a second reset for the stream. A peer that has
   * reused the id by then would see its new channel closed by it. That cannot happen to a stream whose id is
   * ours to give, nor when the connection ends with the channel.
   */
  #mayResetFirst(): boolean {
    return this.#origin === 'created' || this.#connection.node.phase !== 'live';
  }

  async #confirm(deadline: Deadline): Promise<void> {
    const native = this.#native;
    const { id } = this;
    // The peer takes a new channel up some turns of its event loop after it was opened. One that is closed by then
    // is gone with everything sent on it (H18), and its library confirms all the same.
    const young = this.#openedAt + TAKEN_UP_MS - this.engine.clock.now();
    if (young > 0) await poll(() => !native.isOpen(), deadline, young);
    if (id === undefined || !this.#connection.resetStream(id)) {
      this.leaveUnconfirmed(native.bufferedAmount() + IN_FLIGHT_BYTES);
      return;
    }
    await poll(() => !native.isOpen() || !this.#connection.transportUp(), deadline);
    if (!native.isOpen() && this.#connection.transportUp()) {
      this.#closedByPeer = true;
      this.confirmSent();
    } else {
      this.leaveUnconfirmed(native.bufferedAmount() + IN_FLIGHT_BYTES);
    }
  }

  /** Waits until SCTP has everything; the connection waits for the rest, should it be closed right after. */
  async #leaveToConnection(deadline: Deadline): Promise<void> {
    const native = this.#native;
    const arrived = () => !native.isOpen() || native.bufferedAmount() === 0;
    const begun = this.engine.clock.now();
    const before = native.bufferedAmount();
    await poll(arrived, deadline);
    const left = native.bufferedAmount();
    if (left > 0 || !native.isOpen()) {
      this.leaveUnconfirmed(left + IN_FLIGHT_BYTES);
      return;
    }
    const now = this.engine.clock.now();
    // The rate at which the buffer was emptied tells best how long the rest takes; without one, the whole life.
    const rate =
      before > IN_FLIGHT_BYTES
        ? before / (now - begun)
        : this.sent.bytes / Math.max(1, now - this.#createdAt);
    this.#connection.keepUntilArrived(Math.min(this.sent.bytes, IN_FLIGHT_BYTES), rate);
  }
}

/** Milliseconds that a peer gets to take up a channel we opened, before we close it. */
const TAKEN_UP_MS = 25;
/** What the addon says before there is a stream: -1 in 16 bits, which no stream can be (RFC 8831). */
const NO_STREAM = 65_535;
