import { bounded, Deferred } from '../../time/wait.js';
import { RtcClosedError, RtcInvalidStateError, RtcMessageError } from '../../errors/rtc-error.js';
import {
  validateMessage,
  type CheckedMessage,
  type Message,
  type Sendable,
} from '../../native/validate/message.js';
import type { Clock } from '../../time/clock.js';
import { Fifo } from './fifo.js';
import { grantIn, MESSAGE_COST, WindowAccount } from './window-account.js';
import type { CloseOptions, WaitOptions } from '../../time/deadline.js';
import type { Subscription } from '../emitter.js';
import type { CloseInfo } from '../handle.js';
import type { MessageIterator } from './message-iterator.js';

/** What a stream needs of its channel. */
export interface Streamable {
  readonly path: string;
  readonly maxMessageSize: number;
  opened(options?: WaitOptions): Promise<unknown>;
  send(data: Sendable): Promise<void>;
  trySend(data: Sendable): boolean;
  close(options?: CloseOptions): Promise<void>;
  closed(options?: WaitOptions): Promise<CloseInfo>;
  abort(reason?: unknown): void;
  subscribe(event: 'message', listener: (message: Message) => void): Subscription;
  [Symbol.asyncIterator](): MessageIterator;
}

/** One end of a stream of messages, over a channel as it is or with a window. */
export interface MessageStreamEnd {
  readonly maxMessageSize: number;
  opened(): Promise<void>;
  send(data: Sendable): Promise<void>;
  /** Sends where `send` would not wait. `false`: nothing was sent. Throws as `send` rejects. */
  trySend(data: Sendable): boolean;
  /** This side sends no more. */
  end(): Promise<void>;
  next(): Promise<IteratorResult<Message, undefined>>;
  /** A message that has arrived already. */
  take(): Message | undefined;
  stopReading(): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): void;
}

/**
 * One end of a stream whose writer goes no faster than the other end's reader: neither SCTP nor WebSockets can be paused,
 * so the two ends grant each other bytes, see `WindowAccount`.
 */
export class WindowedEnd implements MessageStreamEnd {
  readonly #channel: Streamable;
  readonly #clock: Clock;
  readonly #account: WindowAccount;
  readonly #arrived = new Fifo<Message>(costOf);
  readonly #firstGrant = new Deferred<void>();
  /** Renewed when somebody waits for it. */
  #more: Deferred<void> | undefined;
  #room: Deferred<void> | undefined;
  #weEnded = false;
  #theyEnded = false;
  #reads = true;
  #failure: { error: unknown } | undefined;

  constructor(channel: Streamable, window: number, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    this.#account = new WindowAccount(window);
    const reading = channel.subscribe('message', (message) => this.#take(message));
    void channel.closed({ timeout: Number.POSITIVE_INFINITY }).then(({ reason }) => {
      reading.unsubscribe();
      this.#fail(
        new RtcClosedError('RTC_CLOSED', 'the channel closed before the stream had ended', {
          path: channel.path,
          cause: reason,
        }),
      );
    });
    void channel.opened({ timeout: Number.POSITIVE_INFINITY }).then(
      () => this.#grant(this.#account.open()),
      () => {}, // the end of the channel reports it
    );
  }

  get maxMessageSize(): number {
    return this.#channel.maxMessageSize - 1; // a text has its tag
  }

  async opened(): Promise<void> {
    await this.#channel.opened();
    // The peer's first grant also shows that it speaks the same.
    await bounded(
      this.#firstGrant.promise,
      undefined,
      this.#clock,
      this.#channel.path,
      "waiting for the other end's window",
    );
  }

  async send(data: Sendable): Promise<void> {
    const { data: message, byteLength } = validateMessage(data);
    while (!this.#account.mayWrite) {
      this.#assertAlive();
      this.#room ??= new Deferred();
      await this.#room.promise;
    }
    this.#account.wrote(byteLength);
    await this.#channel.send(marked(message));
  }

  trySend(data: Sendable): boolean {
    const { data: message, byteLength } = validateMessage(data);
    if (!this.#account.mayWrite) return false;
    if (!this.#channel.trySend(marked(message))) return false;
    this.#account.wrote(byteLength);
    return true;
  }

  async end(): Promise<void> {
    this.#weEnded = true;
    await this.#channel.send('e');
    if (this.#theyEnded) await this.#channel.close();
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    while (this.#arrived.length === 0) {
      if (this.#theyEnded) return { value: undefined, done: true };
      this.#assertAlive();
      this.#more ??= new Deferred();
      await this.#more.promise;
    }
    return { value: this.take() as Message, done: false };
  }

  take(): Message | undefined {
    const message = this.#arrived.shift();
    if (message !== undefined) this.#took(message);
    return message;
  }

  /** The reader has stopped. Messages are dropped from now on; the writer at the other end is not held up. */
  async stopReading(): Promise<void> {
    this.#reads = false;
    for (const message of this.#arrived.drain()) this.#took(message);
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  abort(reason?: unknown): void {
    this.#channel.abort(reason);
  }

  #take(message: Message): void {
    if (this.#failure) return;
    if (typeof message !== 'string') this.#data(message);
    else if (message.startsWith('t')) this.#data(message.slice(1));
    else if (message === 'e') {
      this.#theyEnded = true;
      this.#wake();
      if (this.#weEnded) void this.#channel.close().catch(() => {}); // whoever ends the stream gets its error
    } else this.#granting(message);
  }

  #data(message: Message): void {
    if (this.#theyEnded || !this.#account.arrived(sizeOf(message))) {
      this.#refuse(
        new RtcMessageError(
          'RTC_OVERFLOW',
          'the other end of the stream sent more than it was granted; both ends need a window',
          { path: this.#channel.path },
        ),
      );
      return;
    }
    if (!this.#reads) {
      this.#took(message);
      return;
    }
    this.#arrived.push(message);
    this.#wake();
  }

  #took(message: Message): void {
    const grant = this.#account.read(sizeOf(message));
    if (grant !== undefined && !this.#theyEnded) this.#grant(grant);
  }

  #granting(message: string): void {
    const bytes = grantIn(message);
    if (bytes === 0) {
      const why = 'the other end of the stream does not speak its protocol; both ends need a window';
      this.#refuse(new RtcInvalidStateError(why, { path: this.#channel.path }));
      return;
    }
    this.#account.granted(bytes);
    this.#firstGrant.resolve();
    this.#room?.resolve();
    this.#room = undefined;
  }

  #grant(grant: string): void {
    this.#channel.send(grant).catch(() => {}); // the end of the channel reports it
  }

  #refuse(error: Error): void {
    this.#fail(error);
    this.#channel.abort(error);
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#firstGrant.reject(error);
    this.#wake();
    this.#room?.resolve();
    this.#room = undefined;
  }

  #wake(): void {
    this.#more?.resolve();
    this.#more = undefined;
  }

  #assertAlive(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

const sizeOf = (message: Message) =>
  typeof message === 'string' ? Buffer.byteLength(message) : message.length;

const costOf = (message: Message) => MESSAGE_COST + sizeOf(message);

/** On the wire a text begins with `t`, which tells it from what the ends say to each other. */
const marked = (message: CheckedMessage['data']) => (typeof message === 'string' ? `t${message}` : message);
