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
  /** Waits for what `keepUntilArrived` was told of. Absent, as the next, where the connection is not ours. */
  arrival?(deadline: Deadline): Promise<boolean> | undefined;
  /** Milliseconds: the least that SCTP measured. What it measures now may be what a busy machine adds. */
  leastRoundTrip?(): number;
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
    if (this.#closedByPeer || this.state !== 'open') return;
    if (this.#native.isOpen()) {
      // What was sent long ago need not be doubted when the channel ends.
      if (this.sent.hasNews) this.#noteSent();
      return;
    }
    this.#closedByPeer = true;
    this.closedByPeer();
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (this.record.state !== 'held') {
      this.sent.endedByPeer(this.#leftAtClose, this.engine.clock.now());
      return undefined;
    }
    if (!deadline.expired) return this.#drain(deadline);
    this.#giveUp();
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
    const mayBeClosed = expectsAnswer && !native.isOpen() && this.#opensLater;
    this.record.close();
    if (mayBeClosed) return this.#answeredOrDown(deadline);
    if (expectsAnswer) return deadline.within(this.#acknowledged.promise, CLOSE_ANSWER_MS);
    this.record.stays();
    return true;
  }

  /** Nobody can tell a channel that is about to open from one that has been open and whose peer has just gone. */
  async #answeredOrDown(deadline: Deadline): Promise<boolean> {
    const ended = () => this.#acknowledged.settled || !this.#connection.transportUp();
    if (!(await poll(ended, deadline, CLOSE_ANSWER_MS))) return false;
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
    this.#connection.leastRoundTrip?.();
    void this.id; // the native cannot tell any more once it is closed
    this.engine.watcher.watch(this);
    this.nowOpen();
  }

  /** Ended by us, and unconfirmed. A peer that has closed meanwhile did so at a time that nobody knows. */
  #giveUp(): void {
    const now = this.engine.clock.now();
    const waiting = this.#native.bufferedAmount();
    if (this.#native.isOpen() || this.reason !== undefined) this.sent.giveUp(waiting + IN_FLIGHT_BYTES, now);
    else this.sent.endedByPeer(waiting, now);
  }

  #noteSent(): void {
    const waiting = this.#native.bufferedAmount();
    this.sent.onItsWay(waiting === 0 ? 0 : waiting + IN_FLIGHT_BYTES, this.engine.clock.now());
  }

  /** Milliseconds in which the peer may not have taken it up yet. */
  get #youngFor(): number {
    return Math.max(0, this.#openedAt + TAKEN_UP_MS - this.engine.clock.now());
  }

  /** The peer made it, or has answered on it. */
  get #isTakenUp(): boolean {
    return this.#origin === 'incoming' || this.taken > 0;
  }

  get #opensLater(): boolean {
    return !this.#wasOpen && this.#connection.transportUp();
  }

  async #drain(deadline: Deadline): Promise<void> {
    const native = this.#native;
    if (this.sent.messages > 0) {
      if (!this.#connection.transportUp()) this.#giveUp();
      else if (!native.isOpen()) await this.#passOn(deadline);
      else if (this.#mayResetFirst()) await this.#confirm(deadline);
      else await this.#leaveToConnection(deadline);
    } else if (this.taken > 0 && native.isOpen() && this.#mayResetFirst()) await this.#takeRest(deadline);
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
    if (!this.#isTakenUp) await poll(() => !native.isOpen(), deadline, this.#youngFor);
    if (!native.isOpen()) {
      await this.#passOn(deadline);
      return;
    }
    if (id === undefined || !this.#connection.resetStream(id)) {
      this.#giveUp();
      return;
    }
    const asked = this.engine.clock.now();
    await poll(() => !native.isOpen() || !this.#connection.transportUp(), deadline);
    // No answer is faster than a round trip: then the peer closed by itself.
    const tooFast =
      asked + (this.#connection.leastRoundTrip?.() ?? 0) * LEAST_ANSWER > this.engine.clock.now();
    if (native.isOpen() || !this.#connection.transportUp()) this.#giveUp();
    else if (tooFast || native.bufferedAmount() > 0) await this.#passOn(deadline);
    else {
      this.#closedByPeer = true;
      this.sent.confirm();
    }
  }

  /**
   * The peer closed first: it answers nothing any more, but may be taking in what is on its way, as we would. So a
   * connection that ends with the channel gets the time for it.
   */
  async #passOn(deadline: Deadline): Promise<void> {
    this.#closedByPeer = true;
    if (this.#connection.node.phase !== 'live') {
      // Its `bufferedAmount` stands still from now on, so there is no rate to be seen.
      this.#keepConnection(0, 0);
      await this.#connection.arrival?.(deadline); // it drains beside us, and did not know yet
    }
    this.#giveUp();
  }

  /**
   * Nothing of ours is to be confirmed. But a peer that closes in the same moment takes our reset for the answer to
   * its own, and what is still on its way for confirmed: so it is taken in, as long as something comes. Where both
   * ends are closed at once, as in one scope, the peer is let go first: its own reset is answered properly then.
   */
  async #takeRest(deadline: Deadline): Promise<void> {
    const { id } = this;
    await poll(() => !this.#native.isOpen(), deadline, this.#youngFor + AFTER_YOU_MS);
    if (!this.#native.isOpen()) {
      this.#closedByPeer = true;
      return;
    }
    if (id === undefined || !this.#connection.resetStream(id)) return;
    const { clock } = this.engine;
    let seen = this.taken;
    let since = clock.now();
    let looked = since;
    const ended = () => {
      if (!this.#native.isOpen() || !this.#connection.transportUp()) return true;
      const now = clock.now();
      // What came while this event loop was busy has yet to be handed over.
      if (this.taken !== seen || now - looked > QUIET_MS) [seen, since] = [this.taken, now];
      looked = now;
      return now - since >= QUIET_MS;
    };
    await poll(ended, deadline);
    if (!this.#native.isOpen()) this.#closedByPeer = true;
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
      this.#giveUp();
      return;
    }
    this.sent.doubt(IN_FLIGHT_BYTES, this.engine.clock.now());
    this.#keepConnection(before, begun);
  }

  /** What SCTP has taken gets time to arrive. The send buffer was emptied of `bytes` bytes since `begun`. */
  #keepConnection(bytes: number, begun: number): void {
    // The rate at which the buffer was emptied tells best how long the rest takes.
    const rate = bytes > IN_FLIGHT_BYTES ? bytes / (this.engine.clock.now() - begun) : ASSUMED_BYTES_PER_MS;
    this.#connection.keepUntilArrived(Math.min(this.sent.bytes, IN_FLIGHT_BYTES), rate);
  }
}

/** Where no rate was seen; with it a full MiB gets a second. */
const ASSUMED_BYTES_PER_MS = 2000;
/** Milliseconds that a peer gets to take up a channel we opened, before we close it. */
const TAKEN_UP_MS = 25;
/** Milliseconds without a message after which a peer that does not answer our reset is not waited for. */
const QUIET_MS = 250;
/** Milliseconds that a peer which may be closing, too, gets to be the first. */
const AFTER_YOU_MS = 10;
/** In round trips; they vary, and a reset that crosses ours takes half of one. */
const LEAST_ANSWER = 0.75;
/** What the addon says before there is a stream: -1 in 16 bits, which no stream can be (RFC 8831). */
const NO_STREAM = 65_535;
