import { type Engine, ownEngine } from '../../library/engine.js';
import { poll } from '../../time/poll.js';
import { CLOSE_ANSWER_MS } from '../../library/release-ledger.js';
import { Latch } from '../../time/wait.js';
import type { NativeDataChannel } from '../../native/binding.js';
import { reportUncaught } from '../../native/firewall.js';
import type { Deadline } from '../../time/deadline.js';
import type { OwnedNode } from '../../scope/node.js';
import type { CheckedChannelOptions } from '../channel/channel-options.js';
import { CloseHandshake, deservesReceipt } from './ending/close-handshake.js';
import { RECEIPT_BYTES } from './ending/receipt.js';
import type { ReceiptPeer } from './ending/receipt-peer.js';
import { type DrainedChannel, type DrainingConnection, UnaidedDrain } from './ending/unaided-drain.js';
import type { Message } from '../channel/message.js';
import { MessageChannel } from '../channel/message-channel.js';
import { IN_FLIGHT_BYTES } from '../channel/send-account.js';

/** What a channel needs of the connection it belongs to. */
export interface ChannelConnection extends DrainingConnection {
  readonly node: OwnedNode;
  /** Absent where the connection is not ours. */
  readonly receiptPeer?: ReceiptPeer;
}

/** How a channel came to be. */
export type ChannelOrigin = 'created' | 'negotiated' | 'incoming' | 'adopted';

/**
 * One data channel, owned by its connection.
 *
 * Closing drains: on a reliable channel everything that `send` accepted has arrived when `close()` resolves, as
 * long as the connection is up and the deadline allows: at the peer's program where the peer uses this package, too,
 * otherwise at its library. What the peer sent before it closed is handed over before `close` is emitted; what it
 * had given to `send` before it heard that we close is taken in as well (`abort()` does not).
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
  /**
   * The close callback is registered, which frees the wrapper: at the start where so many are kept already that this
   * one must not be, otherwise when the handshake is done.
   */
  #hearsClose: boolean;
  /** Messages may be given up by design, and with them what the handshake says. */
  readonly #lossy: boolean;
  #handshake: CloseHandshake | undefined;
  #leftAtClose = 0;

  /** Made by `PeerConnection`. @internal */
  constructor(
    engine: Engine,
    connection: ChannelConnection,
    native: NativeDataChannel,
    origin: ChannelOrigin,
    options: CheckedChannelOptions,
    lossy = false,
  ) {
    ownEngine(engine, 'DataChannel');
    const label = native.getLabel();
    super(engine, connection.node, 'DataChannel', label === '' ? 'channel' : label, native, options);
    this.#native = native;
    this.#connection = connection;
    this.#origin = origin;
    this.#lossy = lossy;
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
      if (this.inbox.received > 0) this.#giveReceipt();
      return;
    }
    this.#closedByPeer = true;
    this.closedByPeer();
  }

  protected override takesItself(message: Message): boolean {
    if (message.length !== RECEIPT_BYTES) return false;
    const peer = this.#connection.receiptPeer;
    const receipt = peer?.read(message);
    if (!peer || !receipt) return false;
    this.#handshakeWith(peer).hear(receipt);
    if (receipt.isLast) {
      this.lastExpected = this.#lossy ? 0 : receipt.sent;
      if (this.inbox.received >= this.lastExpected) this.peerIsThrough();
    }
    return true;
  }

  protected override peerIsThrough(): void {
    if (this.state === 'opening') this.#open(); // that it is open is still to be told
    if (this.state === 'open') this.closedByPeer();
    else if (!this.#lossy) this.#handshake?.begin();
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
    this.#tellLast();
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

  /** The peer is not to take what follows for an answer, and is told how much of its own has arrived. */
  #tellLast(): void {
    const peer = this.#connection.receiptPeer;
    if (this.#isUnused || this.#handshake?.isOver) return;
    if (peer?.givesReceipts && this.#native.isOpen()) this.#handshakeWith(peer).tellLast();
  }

  #giveReceipt(): void {
    const made = this.#handshake;
    const { received, receivedBytes } = this.inbox;
    if (!deservesReceipt(received - (made?.told ?? 0), receivedBytes - (made?.toldBytes ?? 0))) return;
    const peer = this.#connection.receiptPeer;
    if (peer?.givesReceipts) this.#handshakeWith(peer).tellNowAndThen(this.engine.clock.now());
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
    if (!this.#native.isOpen()) this.sent.endedByPeer(waiting, now);
    else if (this.#connection.receiptPeer?.givesReceipts) this.sent.giveUpUnacknowledged(now);
    else this.sent.giveUp(waiting + IN_FLIGHT_BYTES, now);
  }

  #noteSent(): void {
    const waiting = this.#native.bufferedAmount();
    this.sent.onItsWay(waiting === 0 ? 0 : waiting + IN_FLIGHT_BYTES, this.engine.clock.now());
  }

  /** Milliseconds in which the peer may not have taken it up yet. */
  get #youngFor(): number {
    return Math.max(0, this.#openedAt + TAKEN_UP_MS - this.engine.clock.now());
  }

  /** Nothing was sent, and nothing has come. */
  get #isUnused(): boolean {
    return this.sent.messages + this.inbox.received === 0;
  }

  get #opensLater(): boolean {
    return !this.#wasOpen && this.#connection.transportUp();
  }

  async #drain(deadline: Deadline): Promise<void> {
    const handshake = this.#beginHandshake();
    if (handshake && (await this.#closeTogether(handshake, deadline))) return;
    if (!handshake) await new UnaidedDrain(this.#drained()).run(deadline);
    else if (this.sent.messages > 0) this.#giveUp();
    await this.received(deadline);
  }

  /** Tells the peer that we send no more. Where neither has sent anything there is nothing to be agreed on. */
  #beginHandshake(): CloseHandshake | undefined {
    const peer = this.#connection.receiptPeer;
    if (!peer?.givesReceipts || !this.#connection.transportUp() || !this.#native.isOpen()) return undefined;
    if (this.#isUnused && !this.#handshake?.isHeard) return undefined;
    const handshake = this.#handshakeWith(peer);
    if (!this.#lossy && handshake.begin()) return handshake;
    handshake.tellLast();
    return undefined;
  }

  /** False where nobody knows whether everything has arrived. */
  async #closeTogether(handshake: CloseHandshake, deadline: Deadline): Promise<boolean> {
    if (!(await handshake.end(deadline))) return false;
    this.sent.settle();
    const reset = () => !this.#native.isOpen() || !this.#connection.transportUp();
    await poll(reset, deadline, CLOSE_ANSWER_MS, this.#acknowledged.promise);
    if (!this.#native.isOpen()) this.#closedByPeer = true;
    return true;
  }

  #handshakeWith(peer: ReceiptPeer): CloseHandshake {
    this.#handshake ??= new CloseHandshake(
      {
        native: this.#native,
        sent: this.sent,
        inbox: this.inbox,
        transportUp: () => this.#connection.transportUp(),
        resets: () => this.#resetsStream(peer),
        done: () => this.#shookHands(),
        reset: () => {
          if (this.id !== undefined) this.#connection.resetStream(this.id);
        },
      },
      peer,
    );
    return this.#handshake;
  }

  #resetsStream(peer: ReceiptPeer): boolean {
    return this.#origin === 'negotiated' ? peer.goesFirst : this.#origin !== 'incoming';
  }

  /** Nothing is queued any more that the close callback could throw away. */
  #shookHands(): void {
    if (this.record.state !== 'held' || this.#hearsClose) return;
    this.#native.onClosed(() => this.#heardClose());
    this.#hearsClose = this.#native.isOpen(); // otherwise it may have come too late
  }

  #drained(): DrainedChannel {
    return {
      native: this.#native,
      connection: this.#connection,
      clock: this.engine.clock,
      sent: this.sent,
      inbox: this.inbox,
      id: this.id,
      isCreated: this.#origin === 'created',
      outlived: this.#connection.node.phase === 'live',
      youngFor: this.#youngFor,
      isTakenUp: this.#origin === 'incoming' || this.inbox.received > 0 || this.#handshake?.isHeard === true,
      closedByPeer: () => {
        this.#closedByPeer = true;
      },
      giveUp: () => this.#giveUp(),
    };
  }
}

/** Milliseconds that a peer gets to take up a channel we opened, before we close it. */
const TAKEN_UP_MS = 25;
/** What the addon says before there is a stream: -1 in 16 bits, which no stream can be (RFC 8831). */
const NO_STREAM = 65_535;
