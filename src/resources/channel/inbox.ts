import type { QueueDetails } from '../../diagnostics/handle-details.js';
import { RtcMessageError } from '../../errors/rtc-error.js';
import { Deadline } from '../../time/deadline.js';
import { Deferred, quietTurns } from '../../time/wait.js';
import { Fifo } from './fifo.js';
import { type Message, sizeOfMessage } from '../../native/validate/message.js';
import { MessageIterator } from './message-iterator.js';
import type { Clock } from '../../time/clock.js';

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
  /** The `message` event has a listener. */
  hasListener(): boolean;
  /** It has one, and it may be called. */
  listening(): boolean;
  /** Why a message of `bytes` may not wait, where others have no room left. */
  readonly refuses?: ((bytes: number) => string | undefined) | undefined;
  /** The limits were exceeded: `error` says by what. Called once. */
  overflowed(error: RtcMessageError): void;
}

/**
 * Where received messages wait for a consumer: the listeners together, each iterator, each call of `nextMessage()`.
 *
 * Listeners and iterators get every message that comes while they are there; of several calls of `nextMessage()` the first gets
 * it. Without a consumer messages wait here, and the first that comes takes them over, also after the channel has closed. Messages
 * are numbered, so that what is left by an iterator goes to the next consumer exactly where no other has it.
 *
 * The bound exists because the library cannot be made to stop reading: a channel whose messages nobody takes blocks
 * a thread of the library that other connections need (H17). So messages are taken from the library, and kept here.
 */
export class Inbox {
  readonly #owner: InboxOwner;
  readonly #limits: ReceiveBufferLimits;
  /** Of the listeners while there are any (they may not be called before `open`), otherwise of the next consumer. */
  #waiting = new Fifo<Message>(sizeOfMessage);
  readonly #iterators = new Set<MessageIterator>();
  readonly #next = new Set<Deferred<Message | undefined>>();
  #received = 0;
  #bytes = 0;
  /** Of the message that comes, or is being handed over. */
  #number = 0;
  /** Of the first message that came since there are listeners, or were. */
  #heardFrom = 0;
  /** The one behind the last that they got. */
  #heardUntil = 0;
  #dropped = 0;
  #failed = false;
  /** Why a message found no room. */
  #overflow: string | undefined;
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
    // As they began: a message is taken when one of those that get it has passed it.
    const iterators = [...this.#iterators];
    let passed = 0;
    for (const [n, iterator] of iterators.entries()) {
      passed = Math.max(passed, iterator.at, iterator.from);
      const until = iterators[n + 1]?.from ?? this.#number;
      count += iterator.unshared + Math.max(0, until - passed) - this.#heard(passed, until);
    }
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
    let isTaken = next !== undefined;
    if (this.#owner.hasListener()) isTaken = this.#hear(message) || isTaken;
    else if (!isTaken && this.#iterators.size === 0) isTaken = this.#keep(message);
    for (const iterator of this.#iterators) {
      if (!iterator.wanting && !this.#hasRoom(iterator.buffer, message)) continue;
      iterator.push(message);
      isTaken = true;
    }
    if (!isTaken) this.#dropped++;
    this.#number++;
    if (this.#overflow !== undefined && !this.#failed) this.#fail(this.#overflow);
  }

  #fail(why: string): void {
    this.#failed = true;
    const what = `messages arrive faster than they are taken: ${why}. Add a listener or iterate, or raise receiveBuffer`;
    this.#owner.overflowed(new RtcMessageError('RTC_OVERFLOW', what, { path: this.#owner.path }));
  }

  /** Calls the listeners now, or keeps the message for them. */
  #hear(message: Message): boolean {
    if (this.#waiting.length === 0 && this.#owner.listening()) {
      this.#heardUntil = this.#number + 1;
      this.#owner.deliver(message);
      return true;
    }
    const isKept = this.#keep(message);
    if (this.#owner.listening()) this.flush();
    return isKept;
  }

  #keep(message: Message): boolean {
    if (!this.#hasRoom(this.#waiting, message)) return false;
    this.#waiting.push(message);
    return true;
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

  /** The event got its first listener. */
  firstListener(): void {
    this.#heardFrom = this.#number;
    this.flush();
  }

  /** Hands what waits to the listeners, after the current call stack has ended. */
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
      const message = this.#waiting.shift() as Message;
      this.#heardUntil = Math.max(this.#heardUntil, this.#number - this.#waiting.length);
      this.#owner.deliver(message);
    }
  }

  iterate(): MessageIterator {
    const iterator = new MessageIterator(this.#number, this.#takeWaiting(), (left) => this.#stop(left));
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
    if (!this.#owner.hasListener() && this.#waiting.length > 0) return this.#waiting.shift();
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

  /** What waits and belongs to no listener. */
  #takeWaiting(): Fifo<Message> {
    const none = new Fifo<Message>(sizeOfMessage);
    if (this.#owner.hasListener()) return none;
    const waiting = this.#waiting;
    this.#waiting = none;
    return waiting;
  }

  /** How many of the messages from one number to another the listeners have got, or are to get. */
  #heard(from: number, until: number): number {
    const heardUntil = this.#owner.hasListener() ? until : Math.min(until, this.#heardUntil);
    return Math.max(0, heardUntil - Math.max(from, this.#heardFrom));
  }

  /** An iteration was left early: what it has not returned, and no other consumer has or gets, waits for the next. */
  #stop(iterator: MessageIterator): void {
    if (!this.#iterators.delete(iterator) && !this.#end) return;
    const { at, unshared } = iterator;
    let until = this.#number;
    for (const { from } of this.#iterators) until = Math.min(until, from);
    const unread = iterator.giveUp();
    unread.truncate(unshared + Math.max(0, until - at));
    if (this.#heard(at, until) > 0) {
      const left = unread
        .drain()
        .filter((_, n) => n < unshared || this.#heard(at + n - unshared, at + n - unshared + 1) === 0);
      for (const message of left) unread.push(message);
    }
    if (unread.length === 0) return;
    for (const message of this.#waiting.drain()) unread.push(message);
    this.#waiting = unread;
    if (this.#owner.hasListener()) this.flush();
  }

  #hasRoom(buffer: Fifo<Message>, message: Message): boolean {
    const size = sizeOfMessage(message);
    const { messages, bytes } = this.#limits;
    const fits = buffer.length < messages && buffer.bytes + size <= bytes;
    const why = fits
      ? this.#owner.refuses?.(size)
      : `${buffer.length} messages with ${buffer.bytes} bytes are waiting, the limit is ${messages} messages ` +
        `or ${bytes} bytes`;
    if (why !== undefined) this.#overflow ??= why;
    return why === undefined;
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

function settle(next: Deferred<Message | undefined>, { error }: { error: unknown }): void {
  if (error === undefined) next.resolve(undefined);
  else next.reject(error);
}
