import type { Duplex } from 'node:stream';
import { type LibraryContext, checkedContext } from '../../library/library-context.js';
import { poll, quietTurns, bounded, Deferred, failed, started } from '../../time/wait.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import type { HandleDetails } from '../../diagnostics/handle-details.js';
import type { HandleFigures } from '../../scope/node-behaviour.js';
import type { OwnedNode } from '../../scope/node.js';
import { RtcClosedError, RtcNativeError } from '../../errors/rtc-error.js';
import type { NativeChannel } from '../../native/binding.js';
import { reportUncaught } from '../../native/firewall.js';
import { validateMessage, assertFits, type Message, type Sendable } from '../../native/validate/message.js';
import { Deadline, type Bounds, checkBounds, type WaitOptions } from '../../time/deadline.js';
import type { Loss } from '../../scope/teardown-report.js';
import { channelDetails, trafficOfChannel } from './channel-details.js';
import { type CheckedChannelOptions, highWaterMarkField } from './channel-options.js';
import { Handle } from '../handle.js';
import { Inbox, type InboxOwner } from './inbox.js';
import { OpenGate } from './open-gate.js';
import { MESSAGE_CHANNEL_EVENTS, type MessageChannelEvents } from './message-channel-events.js';
import type { MessageIterator } from './message-iterator.js';
import { channelToDuplex, channelToWeb } from './message-streams.js';
import type { DuplexStreamOptions, WebStreamOptions, WebStreams } from './message-streams.js';
import { Outbox, SendBuffer } from './send-buffer.js';
import { DeliveryLedger } from './delivery-ledger.js';

const SENT = Promise.resolve();

/** Base of data channels, WebSockets and tracks: messages in order, backpressure, and an end that loses none. */
export abstract class MessageChannel extends Handle<MessageChannelEvents> {
  /** @internal */
  protected readonly record: NativeRecord;
  readonly #native: NativeChannel;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #ledger = new DeliveryLedger();
  readonly #opened = new Deferred<this>();
  readonly #buffer: SendBuffer;
  #maxMessageSize = 0;
  /** Messages after which `allArrived` is called. */
  #expected = Number.POSITIVE_INFINITY;
  readonly #gate = new OpenGate({
    clock: this.context.clock,
    hasListener: (event) => this.hasListener(event),
    emitOpen: () => this.dispatch('open'),
    handOver: () => this.#inbox.handOver(),
  });

  /** @internal */
  protected constructor(
    context: LibraryContext,
    owner: OwnedNode,
    kind: string,
    name: string,
    native: NativeChannel,
    options: CheckedChannelOptions,
  ) {
    super(checkedContext(context, kind), owner, kind, MESSAGE_CHANNEL_EVENTS, name, options.signal);
    this.#native = native;
    this.record = context.ledger.hold(kind, native, () => this.path);
    const onLow = () => this.dispatch('bufferedAmountLow');
    this.#buffer = new SendBuffer(native, this.record, options.highWaterMark, onLow);
    const inboxOwner: InboxOwner = {
      path: this.path,
      deliver: (message) => this.dispatch('message', message),
      hasListener: () => this.hasListener('message'),
      listening: () => this.hasListener('message') && this.#gate.passes,
      refuses: options.refuses,
      overflowed: (error) => this.fail(error),
    };
    this.#inbox = new Inbox(inboxOwner, options.receiveBuffer);
    this.#outbox = new Outbox(() => this.path, options.sendQueue, this.#ledger);
    // Registered in the same turn: messages without a callback block a thread of the library (H17). Messages first, so that
    // they tend to be served first.
    native.onMessage((message) => {
      try {
        if (this.takesItself(message as Message) || this.state === 'closed') return;
        this.nativeOpened(); // the library may report the message before the opening
        this.#ledger.received();
        this.#inbox.push(message as Message);
        if (this.#inbox.received === this.#expected) this.allArrived();
      } catch (error) {
        reportUncaught(error, this.path);
      }
    });
  }

  /** Resolves when the channel can send; rejects when it closes before, or with `RTC_TIMEOUT`. */
  opened(options?: WaitOptions): Promise<this> {
    return started(() => {
      const bounds = checkBounds(options, 'opened()');
      if (this.state === 'closed' && !this.#opened.resolved) throw this.closedError('opened()');
      return bounded(this.#opened, bounds, this.context.clock, this.path, 'opening');
    });
  }

  /**
   * Sends one message. Resolves when the library accepted it and the send buffer is below the high-water mark;
   * `await` it and a peer that cannot keep up slows the sender down.
   *
   * Before the channel is open messages wait in a bounded queue. Rejects with `RTC_CLOSED`/`RTC_CLOSING`,
   * `RTC_MESSAGE_TOO_LARGE`, `RTC_OVERFLOW` (queue full before opening) or `RTC_UNDELIVERED` (closed before
   * opening): then it was not sent. `RTC_TIMEOUT` or `RTC_ABORTED` only end the wait for room; the message is on its way.
   */
  send(data: Sendable, options?: WaitOptions): Promise<void> {
    let bounds: Bounds | undefined;
    try {
      if (options !== undefined) bounds = checkBounds(options, 'send()');
      const message = validateMessage(data);
      if (this.state === 'opening') {
        return this.#bound(this.#outbox.add(message.data, message.byteLength).promise, bounds);
      }
      if (this.#sendNow(message.data, message.byteLength)) return SENT;
    } catch (error) {
      return failed(error);
    }
    return this.#bound(this.#buffer.room() ?? SENT, bounds);
  }

  /**
   * Sends if the send buffer is below the high-water mark. `false`: nothing was sent, since it is not, or since the peer
   * has closed the channel, and `close` is about to be emitted. Throws as `send` rejects; never while `state` is `open`, but for
   * what is wrong with the message itself.
   */
  trySend(data: Sendable): boolean {
    const message = validateMessage(data);
    if (this.state === 'opening') {
      if (!this.#outbox.hasRoom(message.byteLength)) return false;
      void this.#outbox.add(message.data, message.byteLength).promise;
      return true;
    }
    this.assertUsable('trySend()');
    if (this.#buffer.isFull) return false;
    try {
      this.#sendNow(message.data, message.byteLength);
    } catch (error) {
      if (!(error instanceof RtcClosedError)) throw error;
      queueMicrotask(() => this.checkClosed());
      return false;
    }
    return true;
  }

  /** Resolves when the send buffer is empty. That is not yet arrival: `close()` waits for that. */
  drained(options?: WaitOptions): Promise<void> {
    return started(() => {
      const bounds = checkBounds(options, 'drained()');
      this.assertUsable('drained()');
      const { clock } = this.context;
      const looking = new Deadline(clock, { timeout: Number.POSITIVE_INFINITY, signal: this.signal });
      const empty = poll(() => this.bufferedAmount === 0, looking).then((isEmpty) => {
        if (!isEmpty || this.signal.aborted) throw this.endingError('drained()');
      });
      const drained = bounded(empty, bounds, clock, this.path, 'draining');
      const stop = () => looking.force();
      drained.then(stop, stop);
      return drained;
    });
  }

  /** Bytes that wait to be sent. */
  get bufferedAmount(): number {
    return this.record.state === 'held' ? this.#outbox.bytes + this.#native.bufferedAmount() : 0;
  }

  /** Bytes that one message may have, agreed with the peer; known once the channel is open. */
  get maxMessageSize(): number {
    if (this.#maxMessageSize === 0 && this.record.state === 'held') return this.nativeLimit();
    return this.#maxMessageSize;
  }

  /** Bytes in the send buffer at which `send` begins to wait; it goes on at half of it. */
  get highWaterMark(): number {
    return this.#buffer.highWaterMark;
  }

  set highWaterMark(bytes: number) {
    this.#buffer.highWaterMark = highWaterMarkField(bytes, 'highWaterMark');
  }

  /**
   * Iterates the messages, also those that arrived before. Ends when the channel has closed and all were read;
   * throws the reason when it ended by an error. Several loops and the listeners each get every message that comes while they are
   * there. Leaving the loop leaves what nobody else has or gets for the next consumer.
   */
  [Symbol.asyncIterator](): MessageIterator {
    return this.#inbox.iterate();
  }

  /**
   * The next message, also one that arrived before; of several calls each gets its own. Beside a loop or a listener, which have what
   * arrived before, the next that comes. Rejects with `RTC_TIMEOUT` after 30
   * seconds unless the options say otherwise, and with `RTC_CLOSED` when the channel has closed and all messages were read.
   */
  nextMessage(options?: WaitOptions): Promise<Message> {
    return started(() => {
      const bounds = checkBounds(options, 'nextMessage()');
      const { context, path } = this;
      const next = this.#inbox.next((come) => bounded(come, bounds, context.clock, path, 'a message'));
      return next.then((message) => {
        if (message === undefined) throw this.closedError('nextMessage()');
        return message;
      });
    });
  }

  /** A `node:stream` over the channel: one chunk a message, real backpressure when writing. */
  toDuplex(options?: DuplexStreamOptions): Duplex {
    return channelToDuplex(this, this.context.clock, options);
  }

  /** A pair of web streams over the channel: one chunk a message, real backpressure when writing. */
  toWeb(options?: WebStreamOptions): WebStreams {
    return channelToWeb(this, this.context.clock, options);
  }

  /** Bytes that one message may have. @internal */
  protected nativeLimit(): number {
    return this.#native.maxMessageSize();
  }

  /** Looks whether the native end closed. @internal */
  abstract checkClosed(): void;

  /** The native end was seen: hand over what is queued, then close. @internal */
  protected closedByPeer(): void {
    this.end('remote', undefined, this.teardownBound);
  }

  /** False where the native end refuses every message from now on. @internal */
  protected takesMessages(): boolean {
    return this.#native.isOpen();
  }

  /** True where a message was none of the application's. @internal */
  protected takesItself(_message: Message): boolean {
    return false;
  }

  /** The library accepted a message, and has at most `buffered` bytes of the channel in its send buffer. @internal */
  protected messageAccepted(_byteLength: number, buffered: number): void {
    // Also where nothing is ever queued: the ledger would grow for as long as the channel lives.
    this.#ledger.forgetBefore(buffered);
  }

  /** The native is open: calls `nowOpen()`, once. @internal */
  protected abstract nativeOpened(): void;

  /** The peer has announced so many messages in all: then `allArrived` is called. @internal */
  protected expect(messages: number): void {
    this.#expected = messages;
  }

  /** The last message that the peer has announced was handed over. @internal */
  protected allArrived(): void {}

  /** @internal */
  protected nowOpen(): void {
    if (!this.markOpen()) return;
    this.#maxMessageSize = this.nativeLimit();
    this.#outbox.flush((data, byteLength) => this.#sendNow(data, byteLength));
    this.#opened.resolve(this);
    this.#gate.emitOpen();
  }

  /** What was accepted for sending. @internal */
  protected get sent(): DeliveryLedger {
    return this.#ledger;
  }

  /** What reached the process. @internal */
  protected get inbox(): Inbox {
    return this.#inbox;
  }

  /**
   * Resolves when every received message that the library queued for us was handed over, or past the deadline
   * discarded. `hasAll`: none is queued. @internal
   */
  protected async received(deadline: Deadline, hasAll = false): Promise<void> {
    if (hasAll) return this.#gate.past();
    await quietTurns(() => this.#inbox.received, deadline);
    if (deadline.expired && !this.context.ledger.isFull) await this.#inbox.discardQueued(this.context.clock);
  }

  protected override onFirstListener(event: string): void {
    if (event === 'message') this.#inbox.firstListener();
    else if (event === 'bufferedAmountLow') this.#buffer.watchLow();
    // The channel opened before it had a listener: `open` is emitted once, to the first.
    else if (event === 'open' && this.state === 'open')
      queueMicrotask(() => {
        if (this.state === 'open') this.#gate.emitOpen();
      });
  }

  protected override onClosing(): void {
    // The usual end has nothing that waits, and an error costs its stack.
    if (this.#opened.settled && !this.#buffer.awaited && this.#outbox.length === 0) return;
    const error = this.endingError('the wait');
    this.#outbox.reject(error);
    this.#opened.reject(error);
    this.#buffer.refuse(error);
  }

  protected override onClosed(): void {
    this.context.traffic.add(trafficOfChannel(this.#ledger, this.#inbox));
    this.#gate.open();
    this.#inbox.end(this.reason === undefined ? undefined : this.endingError('the iteration'));
  }

  protected override loss(): Loss {
    const { undelivered, unconfirmed } = this.#ledger;
    return { undelivered, unread: this.#inbox.untaken, unconfirmed };
  }

  protected override figures(): HandleFigures {
    return { ...trafficOfChannel(this.#ledger, this.#inbox), bufferedAmount: this.bufferedAmount };
  }

  protected override details(): HandleDetails {
    const channel = channelDetails(this, this.#buffer, this.#outbox, this.#inbox, this.#ledger);
    return { ...super.details(), channel };
  }

  /** True when there is room for more. */
  #sendNow(data: string | Uint8Array, byteLength: number): boolean {
    this.assertUsable('send()');
    assertFits(byteLength, this.#maxMessageSize, this.path);
    let taken: boolean;
    try {
      taken =
        typeof data === 'string'
          ? this.#native.sendMessage(data)
          : this.#native.sendMessageBinary(data as Buffer);
    } catch (cause) {
      const details = { path: this.path, cause };
      throw this.takesMessages()
        ? new RtcNativeError('the library refused the message', details)
        : new RtcClosedError('RTC_CLOSED', 'the peer has just closed the channel', details);
    }
    this.#ledger.accepted(byteLength);
    // `true`: the transport took it, so its queue was empty. `false` is no failure, it means queued.
    this.#buffer.sent(byteLength, taken);
    this.messageAccepted(byteLength, this.#buffer.atMost);
    return !this.#buffer.isFull;
  }

  #bound(work: Promise<void>, bounds: Bounds | undefined): Promise<void> {
    return bounds ? bounded(work, bounds, this.context.clock, this.path, 'sending') : work;
  }
}
