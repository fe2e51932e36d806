import { type LibraryContext, checkedContext } from '../../library/library-context.js';
import { poll, Deferred } from '../../time/wait.js';
import type { NativeDataChannel } from '../../native/binding.js';
import { reportUncaught } from '../../native/firewall.js';
import { Deadline } from '../../time/deadline.js';
import { callsMade } from '../../time/clock.js';
import type { HandleDetails, QueueDetails } from '../../diagnostics/handle-details.js';
import type { ChannelConnection, ChannelOrigin, ChannelTraits } from './channel-connection.js';
import type { CheckedChannelOptions } from '../channel/channel-options.js';
import { Ending } from './ending/ending.js';
import type { EndingCommand, EndingEvent, EndingFacts } from './ending/transitions.js';
import { deservesReceipt, RECEIPT_BYTES, type Receipt } from './ending/receipt.js';
import { detailsOf, factsOf, progressOf, settingOf, traitsOf } from './facts.js';
import type { Message } from '../../native/validate/message.js';
import { MessageChannel } from '../channel/message-channel.js';
import { StreamTurns } from './stream-turns.js';
import { isClosed, NO_STREAM, RareLooks } from './native-state.js';

/**
 * One data channel, owned by its connection.
 *
 * Closing drains: on a reliable channel everything that `send` accepted has arrived when `close()` resolves, as
 * long as the connection is up and the deadline allows: at the peer's program where the peer uses this package, too,
 * otherwise at its library. What the peer sent before it closed is handed over before `close` is emitted; what it
 * had given to `send` before it learned of the close is received as well (`abort()` does not wait for it).
 */
export class DataChannel extends MessageChannel {
  readonly #native: NativeDataChannel;
  readonly #connection: ChannelConnection;
  readonly #origin: ChannelOrigin;
  readonly #label: string;
  readonly #protocol: string;
  #id: number | undefined;
  #wasOpen = false;
  #openedAt = 0;
  /** The native was closed, and not by us. */
  #resetSeen = false;
  /** The close callback is registered, which frees the wrapper: at once where too many are kept, else when all has come. */
  #watchesClose = false;
  readonly #traits: ReturnType<typeof traitsOf>;
  #ending: Ending | undefined;
  readonly #over = new Deferred<void>();
  #isSettled = false;
  #leftAtClose = 0;
  readonly #turns = new StreamTurns();
  readonly #looks = new RareLooks();

  /** Made by `PeerConnection`. @internal */
  constructor(
    context: LibraryContext,
    connection: ChannelConnection,
    native: NativeDataChannel,
    origin: ChannelOrigin,
    options: CheckedChannelOptions,
    traits?: ChannelTraits,
  ) {
    checkedContext(context, 'DataChannel');
    const label = native.getLabel();
    super(context, connection.node, 'DataChannel', label === '' ? 'channel' : label, native, options);
    this.#native = native;
    this.#connection = connection;
    this.#origin = origin;
    this.#traits = traitsOf(origin, traits);
    this.#label = label;
    this.#protocol = native.getProtocol();
    if (origin !== 'incoming') native.onOpen(() => this.#libraryOpened());
    // It frees the wrapper also where the peer closes; messages that are queued for us then are lost (H2 against H4).
    if (context.ledger.isFilledBy(connection.openChannels ?? 0)) this.#watchClose();
    context.watcher.watch(this);
    // An incoming channel is open, or even closed again (H18), and a negotiated one on a transport that is up.
    if (origin === 'incoming' || (origin !== 'created' && native.isOpen())) this.#libraryOpened();
    // The peer has answered, maybe before the callback was there. In this process it is to be given the channel first.
    else if (native.isOpen()) void callsMade().then(() => this.#libraryOpened());
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
    if (this.#resetSeen || this.record.state !== 'held') return;
    if (this.state === 'opening') this.#lookWhileOpening();
    else if (this.state !== 'open') return;
    else if (!this.#native.isOpen()) this.#receive({ type: 'reset' });
    else {
      // What was sent long ago need not be doubted when the channel ends.
      if (this.sent.hasNews) this.sent.onItsWay(this.#inFlight(), this.context.clock.now());
      if (this.inbox.received > 0) this.#giveReceipt();
    }
  }

  protected override takesMessages(): boolean {
    return this.#native.isOpen() && this.#connection.transportUp(); // the transport goes first when the peer closes it
  }

  protected override messageAccepted(byteLength: number, buffered: number): void {
    if (this.sent.isLong) this.sent.forgetBefore(buffered + this.#connection.mostInFlight);
    if (!this.#turns.isOver(byteLength) || !this.#machine.peerGivesReceipts) return;
    this.#sendReceipt(progressOf(this.sent, this.inbox));
  }

  protected override takesItself(message: Message): boolean {
    const receipt = message.length === RECEIPT_BYTES && this.#connection.receiptPeer?.read(message);
    if (!receipt) return false;
    this.sent.acknowledge(receipt.received, receipt.dropped);
    this.#receive({ type: receipt.isLast ? 'finalReceipt' : 'receipt', receipt });
    if (this.#machine.isInformed) this.#connection.informed?.(this.#id);
    this.expect(this.#machine.expected);
    return true;
  }

  /** The peer has closed it, so that its wrapper can only be kept until cleanup. @internal */
  get isToBeRetained(): boolean {
    return this.record.state === 'held' && !this.#watchesClose && !this.#native.isOpen();
  }

  /** Both ends have everything, and the peer may not know it. @internal */
  get isUninformed(): boolean {
    return this.#ending?.isAgreed === true && !this.#ending.isInformed;
  }

  /** What waits unread. @internal */
  get unread(): QueueDetails {
    return this.inbox.queue;
  }

  protected override allArrived(): void {
    this.#receive({ type: 'arrived' });
  }

  #libraryOpened(): void {
    if (!this.#wasOpen && this.state === 'opening') this.#announce(() => this.nativeOpened());
  }

  /** Calls `open` when the peer has made its half as well, where both make one: the peer is told of ours. */
  #announce(open: () => void): void {
    this.#wasOpen = true;
    const { id } = this; // the native does not know it any more once it is closed
    if (this.#origin !== 'negotiated' || id === undefined || !this.#connection.awaitPeer) open();
    else this.#connection.awaitPeer(id, open);
  }

  protected override nativeOpened(): void {
    if (this.state !== 'opening') return;
    if (!this.#wasOpen) this.#announce(() => {}); // a message came first: the peer has made its half
    this.#openedAt = this.context.clock.now();
    this.#connection.roundTrip?.();
    this.nowOpen();
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (this.record.state !== 'held') {
      this.sent.endedByPeer(this.#leftAtClose, this.context.clock.now());
      return undefined;
    }
    if (!deadline.expired) return this.#drain(deadline);
    if (!this.#machine.isOver) this.#receive({ type: 'abort' }); // now: what comes is not taken any more
    return this.context.ledger.isFull ? undefined : this.received(deadline); // what a peer has filled ends at once
  }

  protected override releaseNative(deadline: Deadline): Promise<boolean> | boolean {
    this.context.watcher.unwatch(this);
    if (this.record.state !== 'held') return true;
    const [native, machine, { id }] = [this.#native, this.#machine, this];
    if (!machine.isOver) this.#receive({ type: 'abort' });
    if (id !== undefined) {
      const waitsForReset = machine.isAgreed && this.#watchesClose;
      if (waitsForReset && this.#connection.leaveOpen?.(id, this.record, machine.isInformed)) return true;
      this.#connection.leave?.(id, this.#resetSeen || (this.#wasOpen && !native.isOpen()));
    }
    const isFreedLater = this.#traits.idIsChosen && native.isOpen() && this.#connection.node.phase === 'live';
    const given = this.#giveBack(deadline);
    if (!isFreedLater || id === undefined) return given;
    // The program may use the id again when this is over.
    return Promise.all([given, this.#connection.freed?.(id, deadline)]).then(([isGiven]) => isGiven);
  }

  protected override details(): HandleDetails {
    const dataChannel = detailsOf(this, this.#origin, this.#traits.delivery, this.#ending);
    return { ...super.details(), dataChannel };
  }

  #giveBack(deadline: Deadline): Promise<boolean> | boolean {
    const native = this.#native;
    if (this.#watchesClose) return this.record.giveBack(deadline, { isQueued: !native.isOpen() });
    // Only now: registered earlier, this callback would throw away the messages still queued (H4). On a channel
    // that its peer closed it never comes; such a wrapper is retained until cleanup (H2).
    const isOpen = native.isOpen();
    const comes = isOpen || (!this.#resetSeen && (this.id === undefined || this.#opensLater));
    if (comes) native.onClosed(this.record.acknowledging());
    if (!comes || native.isOpen()) return this.record.giveBack(deadline, { comes });
    // Closed since, perhaps before the callback was there; or about to open, or the peer has just gone, which look alike.
    const isLost = () => isOpen || !this.#connection.transportUp();
    return this.record.giveBack(deadline, isOpen || this.#opensLater ? { isLost } : {});
  }

  /** A peer may close a channel before it was open here. */
  #lookWhileOpening(): void {
    if (!this.#connection.transportUp() || !this.#looks.isDue(this.context.clock.now())) return;
    if (!isClosed(this.#native)) return;
    this.#resetSeen = true;
    void this.#endUnopened();
  }

  /** What the library queued before the close, that the channel was open among it, is handed over first. */
  async #endUnopened(): Promise<void> {
    using deadline = new Deadline(this.context.clock, { timeout: this.context.teardownTimeout });
    await this.received(deadline);
    this.closedByPeer();
  }

  #giveReceipt(): void {
    const { received, receivedBytes } = this.inbox;
    const { reported, reportedBytes } = this.#ending ?? { reported: 0, reportedBytes: 0 };
    if (deservesReceipt(received - reported, receivedBytes - reportedBytes)) this.#receive({ type: 'time' });
  }

  /** The wrapper goes as soon as this returns. */
  #sawClose(): void {
    try {
      if (this.record.state === 'held') {
        this.#resetSeen = true;
        this.#leftAtClose = this.#native.bufferedAmount();
        if (this.id !== undefined) this.#connection.leave?.(this.id, true);
      }
      this.record.acknowledge();
      this.record.tryClose();
      this.#receive({ type: 'reset' });
      this.closedByPeer();
    } catch (error) {
      reportUncaught(error, this.path);
    }
  }

  /** Ended by us, and unconfirmed. A peer that has closed meanwhile did so at a time that nobody knows. */
  #countAbandoned(): void {
    const [now, waiting] = [this.context.clock.now(), this.#native.bufferedAmount()];
    if (!this.#native.isOpen()) this.sent.endedByPeer(waiting, now);
    else if (this.#connection.receiptPeer?.givesReceipts) this.sent.abandonUnacknowledged(now);
    else this.sent.abandon(waiting + this.#connection.mostInFlight, now);
  }

  #inFlight(): number {
    const waiting = this.#native.bufferedAmount();
    return waiting === 0 ? 0 : waiting + this.#connection.mostInFlight;
  }

  get #opensLater(): boolean {
    return !this.#wasOpen && this.#connection.transportUp();
  }

  async #drain(deadline: Deadline): Promise<void> {
    let facts = this.#facts();
    // The peer may have taken the channel, and sent on it, before this end has opened.
    if (!this.#wasOpen && facts.isUp && this.#connection.receiptPeer?.givesReceipts) {
      await poll(() => this.#native.isOpen() || !this.#opensLater || isClosed(this.#native), deadline);
      if (this.#native.isOpen()) this.#announce(() => {});
      else if (isClosed(this.#native)) this.#resetSeen = true;
      facts = this.#facts();
    }
    this.#receive({ type: 'close' }, facts); // all of one moment: the transport may come up between two looks
    if (this.id === undefined && !facts.isUp) return; // it never had a transport: it goes at once, before it gets one
    await poll(() => this.#look(), deadline, Number.POSITIVE_INFINITY, this.#over.promise);
    if (!this.#machine.isOver) this.#receive({ type: 'abort' });
    await this.received(deadline, this.#isSettled);
  }

  /** Gives the machine what no callback reports. True when the machine has ended. */
  #look(): boolean {
    if (this.#over.settled) return true;
    const facts = this.#facts();
    this.#receive({ type: !facts.isOpen ? 'reset' : !facts.isUp ? 'down' : 'time' }, facts);
    return this.#over.settled;
  }

  #receive(event: EndingEvent, facts = this.#facts()): void {
    const machine = this.#machine;
    for (const command of machine.receive(event, facts, this.context.clock.now())) this.#carryOut(command);
    if (machine.isOver) this.#over.resolve();
  }

  #carryOut(command: EndingCommand): void {
    switch (command.type) {
      case 'sendReceipt':
        this.#sendReceipt(command.receipt);
        return;
      case 'resetStream':
        if (this.id === undefined || !this.#connection.resetStream(this.id))
          this.#receive({ type: 'refused' });
        return;
      case 'watchClose':
        this.#watchClose();
        return;
      case 'askToClose':
        if (!this.#native.isOpen()) this.#resetSeen = true;
        if (this.#machine.hasPeerReceipt) this.nativeOpened(); // `open` is still to be emitted
        this.closedByPeer();
        return;
      case 'count':
        this.#isSettled = command.as === 'settled';
        if (this.#isSettled) this.sent.settle();
        else if (command.as === 'confirmed') this.sent.confirm();
        else if (command.as === 'abandoned') this.#countAbandoned();
        else this.sent.doubt(this.#connection.mostInFlight, this.context.clock.now());
        return;
      case 'keepConnection':
        this.#connection.keepFor(command.ms);
    }
  }

  #sendReceipt(receipt: Receipt): void {
    const message = this.#connection.receiptPeer?.write(receipt);
    if (!message || this.record.state !== 'held' || !this.#native.isOpen()) return;
    try {
      this.#native.sendMessageBinary(message);
    } catch {} // it has just been closed, as the next look shows
  }

  #watchClose(): void {
    if (this.record.state !== 'held' || this.#watchesClose) return;
    this.#native.onClosed(() => this.#sawClose());
    this.#watchesClose = this.#native.isOpen(); // otherwise it may have come too late
  }

  /** Made when it is first needed: an idle channel has none. */
  get #machine(): Ending {
    const setting = () => settingOf(this.#native, this.#connection, this.#origin, this.#traits);
    return (this.#ending ??= new Ending(setting()));
  }

  #facts(): EndingFacts {
    const openedAt = this.#origin === 'incoming' || this.inbox.received > 0 ? undefined : this.#openedAt;
    return factsOf(this.#native, this.#connection, this.sent, this.inbox, openedAt);
  }
}
