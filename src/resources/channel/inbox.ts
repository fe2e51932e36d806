import type { QueueDetails } from '../../diagnostics/handle-details.js';
import { RtcMessageError } from '../../errors/rtc-error.js';
import { Deadline } from '../../time/deadline.js';
import { Deferred, quietTurns } from '../../time/wait.js';
import { Fifo } from './fifo.js';
import { type Message, sizeOfMessage } from '../../native/validate/message.js';
import { MessageIterator } from './message-iterator.js';
import { afterTurn, type Clock, currentTurn, nextTurn } from '../../time/clock.js';

/** How much may wait in JavaScript for a consumer before the channel fails with `RTC_OVERFLOW`. */
export interface ReceiveBufferLimits {
  /** Number of messages. Default 65 536. */
  readonly messages: number;
  /** Bytes of payload (UTF-16 code units times two for text). Default 64 MiB. */
  readonly bytes: number;
}

export const DEFAULT_RECEIVE_BUFFER: ReceiveBufferLimits = { messages: 65_536, bytes: 64 * 1024 * 1024 };

/** Milliseconds that an abort may take for what is queued. */
const MOST_DISCARD_MS = 50;

export interface InboxOwner {
  readonly path: string;
  /** Hands a message to the listeners of the `message` event. */
  deliver(message: Message): void;
  /** True while the `message` event has a listener that may be called. */
  listening(): boolean;
  /** Why a message of `bytes` may not wait, where others have no room left. */
  readonly refuses?: ((bytes: number) => string | undefined) | undefined;
  /** The limits were exceeded: `error` says by what. Called once. */
  overflowed(error: RtcMessageError): void;
}

/**
 * Where received messages wait for a consumer.
 *
 * Listeners get each message at once. Every active iterator gets each message into a buffer of its own. Of several calls of
 * `nextMessage()` the first gets it. Without a consumer messages wait here; the first consumer takes them over, also after
 * the channel has closed.
 *
 * The bound exists because the library cannot be made to stop reading: a channel whose messages nobody takes blocks
 * a thread of the library that other connections need (H17). So messages are taken from the library, and kept here.
 */
export class Inbox {
  readonly #owner: InboxOwner;
  readonly #limits: ReceiveBufferLimits;
  readonly #waiting = new Fifo<Message>(sizeOfMessage);
  readonly #iterators = new Set<MessageIterator>();
  readonly #next = new Set<Deferred<Message | undefined>>();
  #received = 0;
  #bytes = 0;
  #dropped = 0;
  #failed = false;
  #flushing = false;
  #end: { error: unknown } | undefined;

  constructor(owner: InboxOwner, limits: ReceiveBufferLimits) {
    this.#owner = owner;
    this.#limits = limits;
  }

  /** Messages that reached the process. */
  get received(): number {
    return this.#received;
  }

  /** Messages for which there was no room. */
  get dropped(): number {
    return this.#dropped;
  }

  get receivedBytes(): number {
    return this.#bytes;
  }

  /** Messages that nobody has taken: waiting ones and those past the limits. */
  get untaken(): number {
    let count = this.#dropped + this.#waiting.length;
    for (const iterator of this.#iterators) count += iterator.buffered;
    return count;
  }

  /** What waits in it, with what may. */
  get queue(): QueueDetails {
    let [messages, bytes] = [this.#waiting.length, this.#waiting.bytes];
    for (const { buffer } of this.#iterators) {
      messages += buffer.length;
      bytes += buffer.bytes;
    }
    return { messages, bytes, limit: this.#limits };
  }

  push(message: Message): void {
    this.#received++;
    this.#bytes += message.length;
    if (this.#failed) {
      this.#dropped++;
      return;
    }
    const [next] = this.#next;
    if (next) {
      this.#next.delete(next);
      next.resolve(message);
    }
    const listening = this.#owner.listening();
    if (listening && this.#waiting.length === 0) this.#owner.deliver(message);
    else if (listening || (this.#iterators.size === 0 && !next)) {
      if (this.#hasRoom(this.#waiting, message)) this.#waiting.push(message);
      if (listening) this.flush();
    }
    for (const iterator of this.#iterators) {
      if (iterator.wanting || this.#hasRoom(iterator.buffer, message)) iterator.push(message);
    }
  }

  /**
   * Nobody is to get what comes from now on; it is counted. Resolves when what the library had queued has come, or after
   * a moment: the addon never frees what is queued when a native is closed (H58).
   */
  async discardQueued(clock: Clock): Promise<void> {
    this.#failed = true;
    using moment = new Deadline(clock, { timeout: MOST_DISCARD_MS });
    await quietTurns(() => this.#received, moment);
  }

  /** The event got its first listener: hands over what waited, after the current call stack has ended. */
  flush(): void {
    if (this.#flushing || this.#waiting.length === 0) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.handOver();
    });
  }

  /** Hands what waits to the listeners, as long as there are any. */
  handOver(): void {
    while (this.#waiting.length > 0 && this.#owner.listening()) {
      this.#owner.deliver(this.#waiting.shift() as Message);
    }
  }

  iterate(): MessageIterator {
    const iterator = new MessageIterator((unread) => this.#stop(iterator, unread));
    if (this.#iterators.size === 0) for (const message of this.#waiting.drain()) iterator.push(message);
    if (this.#end) iterator.end(this.#end.error);
    else this.#iterators.add(iterator);
    return iterator;
  }

  /**
   * The first message that waits here, or the next that comes; undefined when the channel has closed without an error.
   * `bound` may end the wait sooner.
   */
  async next(
    bound: (next: Promise<Message | undefined>) => Promise<Message | undefined>,
  ): Promise<Message | undefined> {
    if (this.#waiting.length > 0) return this.#waiting.shift();
    const next: Deferred<Message | undefined> = new Deferred();
    if (this.#end) settle(next, this.#end);
    else this.#next.add(next);
    try {
      return await bound(next.promise);
    } catch (error) {
      if (this.#next.delete(next)) throw error;
      return next.promise; // a message came in the moment in which the wait was given up
    }
  }

  /** Nothing more will come. Iterators end when they have returned what they hold, or throw `error`. */
  end(error?: unknown): void {
    if (this.#end) return;
    this.#end = { error };
    for (const iterator of this.#iterators) iterator.end(error);
    for (const next of this.#next) settle(next, this.#end);
    this.#next.clear();
  }

  /** An iteration was left early: what it had not read waits for the next consumer. */
  #stop(iterator: MessageIterator, unread: Message[]): void {
    if (!this.#iterators.delete(iterator) && !this.#end) return;
    if (this.#iterators.size > 0) return;
    const later = this.#waiting.drain();
    for (const message of [...unread, ...later]) this.#waiting.push(message);
    if (this.#owner.listening()) this.flush();
  }

  #hasRoom(buffer: Fifo<Message>, message: Message): boolean {
    const size = sizeOfMessage(message);
    const { messages, bytes } = this.#limits;
    const fits = buffer.length < messages && buffer.bytes + size <= bytes;
    const why = fits
      ? this.#owner.refuses?.(size)
      : `${buffer.length} messages with ${buffer.bytes} bytes are waiting, the limit is ${messages} messages ` +
        `or ${bytes} bytes`;
    if (why === undefined) return true;
    this.#dropped++;
    if (!this.#failed) {
      this.#failed = true;
      const what = `messages arrive faster than they are taken: ${why}. Add a listener or iterate, or raise receiveBuffer`;
      this.#owner.overflowed(new RtcMessageError('RTC_OVERFLOW', what, { path: this.#owner.path }));
    }
    return false;
  }
}

/** As much as four channels may have: a peer may open a thousand. */
export const DEFAULT_UNREAD: ReceiveBufferLimits = {
  messages: 4 * DEFAULT_RECEIVE_BUFFER.messages,
  bytes: 4 * DEFAULT_RECEIVE_BUFFER.bytes,
};

/** How much may wait unread in all channels together that the peer opened. */
export class UnreadLimit {
  readonly #limits: ReceiveBufferLimits;
  readonly #queues: () => Iterable<QueueDetails>;
  // What is read is not noted: these are the most that can wait, and counted anew where that would be too much.
  #messages = 0;
  #bytes = 0;

  /** `queues`: of the channels that count, each once. */
  constructor(limits: ReceiveBufferLimits, queues: () => Iterable<QueueDetails>) {
    this.#limits = limits;
    this.#queues = queues;
  }

  /** Takes a message of `bytes` into account. A text where it is too much: the limit. */
  refuses(bytes: number): string | undefined {
    const { messages, bytes: most } = this.#limits;
    if (this.#messages >= messages || this.#bytes + bytes > most) this.#count();
    if (this.#messages >= messages || this.#bytes + bytes > most) {
      return (
        `${this.#messages} messages with ${this.#bytes} bytes wait in the channels that the peer opened, the limit of ` +
        `the connection is ${messages} messages or ${most} bytes`
      );
    }
    this.#messages++;
    this.#bytes += bytes;
    return undefined;
  }

  #count(): void {
    this.#messages = 0;
    this.#bytes = 0;
    for (const { messages, bytes } of this.#queues()) {
      this.#messages += messages;
      this.#bytes += bytes;
    }
  }
}

export interface OpenGateOwner {
  /** That of the event loop which hands the messages over. */
  readonly clock: Clock;
  hasListener(event: 'open' | 'message'): boolean;
  /** Calls the listeners of `open`; false where there are none. */
  emitOpen(): boolean;
  /** Messages may be handed over now. */
  handOver(): void;
}

/** Holds messages until `open` was emitted, and for the rest of that turn of the event loop. */
export class OpenGate {
  readonly #owner: OpenGateOwner;
  /** The turn in which `open` was emitted; `before` where that turn is over. */
  #emitted: number | 'before' | undefined;
  #opensLater = false;

  constructor(owner: OpenGateOwner) {
    this.#owner = owner;
  }

  /** The channel is open: emits `open` at once, or else to the first listener. */
  emitOpen(): void {
    if (this.#emitted !== undefined) return;
    this.#emitted = currentTurn(this.#owner.clock); // before the listeners: one of them may ask for messages
    if (!this.#owner.emitOpen()) this.#emitted = undefined;
  }

  /** The channel has closed: the messages held here are handed over before `close` is emitted. */
  open(): void {
    this.#emitted = 'before';
    this.#owner.handOver();
  }

  /**
   * Waits for the end of the turn in which `open` was emitted. A peer whose last receipt overtakes its messages ends the channel
   * with the last of them, and that may be the one which opens it.
   */
  past(): Promise<void> | undefined {
    const isOver = typeof this.#emitted !== 'number' || this.#emitted !== currentTurn(this.#owner.clock);
    return isOver ? undefined : nextTurn();
  }

  /** Whether a message may go to its listeners now. */
  get passes(): boolean {
    if (this.#emitted === 'before') return true;
    if (this.#emitted === undefined && this.#owner.hasListener('open')) this.emitOpen();
    if (this.#emitted === undefined) return true; // `open` has no listener
    if (this.#emitted === currentTurn(this.#owner.clock)) {
      this.#openLater();
      return false;
    }
    this.#emitted = 'before';
    return true;
  }

  #openLater(): void {
    if (this.#opensLater) return;
    this.#opensLater = true;
    afterTurn(() => {
      this.#opensLater = false;
      this.#owner.handOver();
    });
  }
}

function settle(next: Deferred<Message | undefined>, { error }: { error: unknown }): void {
  if (error === undefined) next.resolve(undefined);
  else next.reject(error);
}
