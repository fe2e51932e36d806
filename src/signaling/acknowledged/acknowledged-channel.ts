import { DEFAULT_TEARDOWN_MS } from '../../library/engine.js';
import { bounded, Latch } from '../../time/wait.js';
import {
  RtcAbortedError,
  RtcClosedError,
  RtcInvalidStateError,
  RtcMessageError,
} from '../../errors/kinds.js';
import { reportUncaught } from '../../native/firewall.js';
import { callback } from '../../arguments/argument.js';
import type { TeardownCause } from '../../scope/node.js';
import { Deadline } from '../../time/deadline.js';
import { type Bounds, type CloseOptions, checkBounds, type WaitOptions } from '../../scope/scope-options.js';
import { Backoff } from '../backoff.js';
import {
  type AcknowledgedChannelOptions,
  type CheckedAcknowledgedOptions,
  checkAcknowledgedOptions,
} from './acknowledged-options.js';
import { type Frame, jsonOf, PROTOCOL_VERSION, readFrame, writeFrame } from './frame.js';
import { Incoming, type MessageConsumer } from './incoming.js';
import { type AttachableTransport, type MessageTransport, transportOver } from './message-transport.js';
import { Outgoing } from './outgoing.js';

/** How a channel ended. */
export interface AcknowledgedEnd {
  /** `local`: by `close()` or `abort()`. `remote`: the peer closed it. `error`: `reason` says why. */
  readonly by: TeardownCause;
  readonly reason?: unknown;
  /** Messages that the peer did not acknowledge, plus messages that nobody here took. */
  readonly undelivered: number;
}

/**
 * Messages that arrive exactly once and in order at the application of one peer, whatever happens to the sockets in
 * between: what the peer has not acknowledged is sent again, also over the next socket. `docs/protocol.md` has the
 * wire format.
 *
 * A message is any JSON value. It lives as long as both objects do: when the peer starts anew, with another
 * object, the channel ends with `RTC_CLOSED`, because what that one had is not known.
 */
export class AcknowledgedChannel implements AsyncDisposable {
  readonly #options: CheckedAcknowledgedOptions;
  readonly #session: string = crypto.randomUUID();
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #ended = new Latch<AcknowledgedEnd>();
  readonly #controller = new AbortController();
  readonly #onAbort = () => this.abort(this.#options.signal?.reason);
  #transport: MessageTransport | undefined;
  #subscription: Disposable | undefined;
  #peer: string | undefined;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<void> | undefined;
  #stateDue = false;

  /** Sends as soon as it is attached to a transport: the one given here, or that of `attach`. */
  constructor(transport?: AttachableTransport, options: AcknowledgedChannelOptions = {}) {
    const over = transport === undefined ? undefined : transportOver(transport, 'transport');
    this.#options = checkAcknowledgedOptions(options);
    const { name, clock, retransmit, outbox, signal } = this.#options;
    this.#incoming = new Incoming(name, () => this.#tellState());
    this.#outgoing = new Outgoing(
      {
        path: name,
        ready: () => this.#transport !== undefined,
        transmit: (n, json) => this.#transmit(writeFrame(this.#head(), n, json)),
      },
      clock,
      new Backoff(retransmit),
      outbox,
    );
    if (signal?.aborted) queueMicrotask(this.#onAbort);
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (over) this.#attach(over);
  }

  get state(): 'open' | 'closing' | 'closed' {
    return this.#state;
  }

  /** It has a transport that has not ended. */
  get attached(): boolean {
    return this.#transport !== undefined;
  }

  /** Messages sent that the peer's application does not have, as far as is known here. */
  get pending(): number {
    return this.#outgoing.pending;
  }

  /** Aborts when the channel has ended. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Goes on over another transport; the one before is left as it is and no longer listened to. What the peer has
   * not got is sent again. Throws `RTC_CLOSED` when the channel has ended.
   */
  attach(transport: AttachableTransport): void {
    const over = transportOver(transport, 'transport');
    if (this.#state === 'closed') throw this.#closedError('attach()');
    this.#attach(over);
  }

  /**
   * Resolves when the peer's application has the message: its listener has returned, or its iterator gave it.
   * Rejects with `RTC_CLOSED`/`RTC_CLOSING`, `RTC_MESSAGE_TOO_LARGE` or `RTC_OVERFLOW` when it was not taken, and with
   * `RTC_UNDELIVERED` when the channel ended first. `RTC_TIMEOUT` (default 30 000 ms) and `RTC_ABORTED` only end the wait: it may still arrive.
   */
  send(message: unknown, options?: WaitOptions): Promise<void> {
    let work: Promise<void>;
    let bounds: Bounds;
    try {
      bounds = checkBounds(options, 'send()');
      const json = jsonOf(message);
      if (this.#state !== 'open') throw this.#closedError('send()');
      const byteLength = Buffer.byteLength(json);
      if (byteLength > this.#options.maxMessageSize) {
        throw new RtcMessageError(
          'RTC_MESSAGE_TOO_LARGE',
          `the message has ${byteLength} bytes, the limit is ${this.#options.maxMessageSize}`,
          { path: this.#options.name },
        );
      }
      work = this.#outgoing.add(json, byteLength);
    } catch (error) {
      const rejected = Promise.reject(error);
      rejected.catch(() => {}); // a caller that does not wait is not to be ended by it
      return rejected;
    }
    return bounded(work, bounds, this.#options.clock, this.#options.name, 'the acknowledgement');
  }

  /**
   * Calls `onMessage` for every message, in order; the next when it has returned and its promise, if it returned one,
   * has settled. `onClosed` is called once, after the last message. There is one subscriber at a time.
   */
  subscribe(onMessage: MessageConsumer, onClosed: (reason?: unknown) => void = () => {}): Disposable {
    callback(onMessage, 'onMessage');
    callback(onClosed, 'onClosed');
    const subscription = this.#incoming.consume(onMessage, onClosed);
    if (subscription) return subscription;
    throw new RtcInvalidStateError('the channel has a subscriber already', { path: this.#options.name });
  }

  /** Iterates the messages. Ends when the channel has ended; throws when that was by an error. */
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown> {
    const incoming = this.#incoming;
    let left = false;
    const done = { value: undefined, done: true } as const;
    return {
      next: () => (left ? Promise.resolve(done) : incoming.next()),
      return() {
        left = true;
        return Promise.resolve(done);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Resolves when the channel has ended, with how it did. */
  closed(options?: WaitOptions): Promise<AcknowledgedEnd> {
    try {
      const bounds = checkBounds(options, 'closed()');
      return bounded(this.#ended.promise, bounds, this.#options.clock, this.#options.name, 'closing');
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Waits until the peer's application has everything, at most `timeout` (default 10 000 ms), then tells the peer
   * that this was all. What it did not get rejects with `RTC_UNDELIVERED`. The transport stays open.
   */
  close(options?: CloseOptions): Promise<void> {
    let bounds: Bounds;
    try {
      bounds = checkBounds(options, 'close()');
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#state === 'closed') return Promise.resolve();
    this.#closing ??= this.#close(bounds);
    if (bounds.timeout === 0) this.#end('local', undefined);
    return this.#closing;
  }

  /** Ends at once; what waits rejects with `RTC_ABORTED` and `reason` as its cause. */
  abort(reason?: unknown): void {
    this.#end(
      'local',
      reason ?? new RtcAbortedError('aborted', { path: this.#options.name }),
      new RtcAbortedError('the channel was aborted', { path: this.#options.name, cause: reason }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(bounds: Bounds): Promise<void> {
    this.#state = 'closing';
    using deadline = new Deadline(this.#options.clock, {
      timeout: bounds.timeout ?? DEFAULT_TEARDOWN_MS,
      signal: bounds.signal,
    });
    await deadline.within(this.#outgoing.emptied());
    this.#end('local', undefined);
  }

  #attach(transport: MessageTransport): void {
    this.#detach();
    this.#transport = transport;
    const subscription = transport.subscribe(
      (message) => {
        if (this.#transport === transport) this.#receive(message);
      },
      (reason) => this.#lost(transport, reason),
    );
    if (this.#transport !== transport) {
      subscription[Symbol.dispose](); // it ended within the call, or a message did it
      return;
    }
    this.#subscription = subscription;
    this.#transmit(writeFrame({ ...this.#head(), hi: true }));
    this.#outgoing.resume();
  }

  #detach(): void {
    this.#transport = undefined;
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#outgoing.pause();
  }

  #lost(transport: MessageTransport, reason: unknown): void {
    if (this.#transport !== transport) return;
    this.#detach();
    try {
      this.#options.onDetached?.(reason);
    } catch (error) {
      reportUncaught(error, this.#options.name);
    }
  }

  #receive(given: unknown): void {
    const frame = readFrame(given);
    if (frame === undefined) return; // not ours; whoever sends it harms only what it says itself
    if (typeof frame === 'number') {
      this.#fail(`the peer speaks version ${frame} of the protocol, not ${PROTOCOL_VERSION}`);
      return;
    }
    if (frame.p !== undefined && frame.p !== this.#session) {
      // Meant for one that was here before us: let the peer see that it is gone.
      this.#transmit(writeFrame({ s: this.#session, got: 0, had: 0, hi: true }));
      return;
    }
    if (this.#peer !== undefined && this.#peer !== frame.s) {
      this.#fail('the peer started anew; what it had of the messages before is not known');
      return;
    }
    this.#peer = frame.s;
    this.#take(frame);
  }

  #take(frame: Frame): void {
    // One that does not know us yet can say nothing of our messages.
    if (frame.p !== undefined && !this.#outgoing.confirmed(frame.got, frame.had)) return;
    if (frame.hi) {
      this.#tellState();
      this.#outgoing.resume();
    }
    if (frame.n !== undefined) this.#incoming.accept(frame.n, frame.m);
    if (frame.end) this.#end('remote', undefined);
  }

  /** Once for everything that came within a turn; a message that goes out meanwhile carries it. */
  #tellState(): void {
    if (this.#stateDue) return;
    this.#stateDue = true;
    setImmediate(() => {
      if (this.#stateDue) this.#transmit(writeFrame(this.#head()));
    });
  }

  #head(): Frame {
    const { got, had } = this.#incoming;
    return this.#peer === undefined
      ? { s: this.#session, got, had }
      : { s: this.#session, p: this.#peer, got, had };
  }

  #transmit(text: string): void {
    this.#stateDue = false;
    try {
      const sent = this.#transport?.send(text);
      if (sent) sent.catch((error: unknown) => this.#notSent(error));
    } catch (error) {
      this.#notSent(error);
    }
  }

  /** A transport that cannot send is about to say that it closed; one that never will take it is a mistake. */
  #notSent(error: unknown): void {
    if ((error as { code?: unknown } | undefined)?.code === 'RTC_MESSAGE_TOO_LARGE') {
      this.#end('error', error, error);
    }
  }

  #fail(message: string): void {
    const error = new RtcClosedError('RTC_CLOSED', message, { path: this.#options.name });
    this.#end('error', error, error);
  }

  #end(by: TeardownCause, reason: unknown, error?: unknown): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    if (by === 'local') this.#transmit(writeFrame({ ...this.#head(), end: true }));
    this.#stateDue = false;
    this.#detach();
    const unsent = this.#outgoing.pending;
    this.#outgoing.end(
      by === 'local' && error !== undefined
        ? error
        : new RtcMessageError('RTC_UNDELIVERED', 'the channel ended before the peer had the message', {
            path: this.#options.name,
            ...(reason === undefined ? {} : { cause: reason }),
          }),
    );
    this.#incoming.end(reason, error);
    const undelivered = unsent + this.#incoming.untaken;
    this.#ended.resolve(reason === undefined ? { by, undelivered } : { by, reason, undelivered });
    this.#controller.abort(reason ?? this.#closedError('it'));
  }

  #closedError(what: string): RtcClosedError {
    const closed = this.#state === 'closed';
    return new RtcClosedError(
      closed ? 'RTC_CLOSED' : 'RTC_CLOSING',
      `${what} is not possible, the channel ${closed ? 'has ended' : 'is closing'}`,
      { path: this.#options.name },
    );
  }
}
