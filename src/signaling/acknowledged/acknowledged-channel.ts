import { DEFAULT_TEARDOWN_MS } from '../../library/library-context.js';
import { bounded, Deferred, started } from '../../time/wait.js';
import { RtcAbortedError, RtcClosedError } from '../../errors/rtc-error.js';
import { reportUncaught } from '../../native/firewall.js';
import { callback, wrongType } from '../../arguments/argument.js';
import { afterTurn, holdProcess } from '../../time/clock.js';
import { type Bounds, type CloseOptions, checkBounds, type WaitOptions } from '../../time/deadline.js';
import { type AcknowledgedEnd, AcknowledgedSession } from '../wire/acknowledged-session.js';
import { Backoff } from '../wire/backoff.js';
import type { MessageConsumer } from '../wire/incoming.js';
import {
  type AcknowledgedChannelOptions,
  type CheckedAcknowledgedOptions,
  checkAcknowledgedOptions,
} from './acknowledged-options.js';
import { type AttachableTransport, transportOver } from './attachable-transport.js';

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
  readonly #session: AcknowledgedSession;
  readonly #ended = new Deferred<AcknowledgedEnd>();
  readonly #controller = new AbortController();
  readonly #onAbort = () => void this.abort(this.#options.signal?.reason);
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<void> | undefined;

  /** Sends as soon as it is attached to a transport: the one given here, or that of `attach`. */
  constructor(transport?: AttachableTransport, options: AcknowledgedChannelOptions = {}) {
    const over = transport === undefined ? undefined : transportOver(transport, 'transport');
    this.#options = checkAcknowledgedOptions(options);
    const { name, clock, retransmit, outbox, maxMessageSize, signal, onDetached } = this.#options;
    this.#session = new AcknowledgedSession({
      ...{ path: name, clock, backoff: new Backoff(retransmit), outbox, maxMessageSize },
      afterTurn,
      uncaught: (error) => reportUncaught(error, name),
      detached: (reason) => {
        try {
          onDetached?.(reason);
        } catch (error) {
          reportUncaught(error, name);
        }
      },
      ended: (end) => this.#onEnd(end),
    });
    if (over) this.#session.attach(over);
    if (signal?.aborted) queueMicrotask(this.#onAbort);
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get state(): 'open' | 'closing' | 'closed' {
    return this.#state;
  }

  /** The channel has a transport that has not ended. */
  get attached(): boolean {
    return this.#session.attached;
  }

  /** Messages sent that the peer's application does not have, as far as is known here. */
  get pending(): number {
    return this.#session.pending;
  }

  /** Aborts when the channel has ended. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Goes on over another transport; the one before is left as it is and no longer listened to. What the peer has
   * not got is sent again. Throws `RTC_CLOSED` when the channel has ended. Where the transport throws, the channel
   * has none.
   */
  attach(transport: AttachableTransport): void {
    const over = transportOver(transport, 'transport');
    if (this.#state === 'closed') throw this.#closedError('attach()');
    this.#session.attach(over);
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
      work = this.#session.send(json, Buffer.byteLength(json));
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
    return this.#session.subscribe(onMessage, onClosed);
  }

  /**
   * Iterates the messages. Ends when the channel has ended; throws when that was by an error. Leaving the loop ends
   * a pending `next()`; messages that were not read wait for the next reader.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown> {
    return this.#session.incoming.iterate();
  }

  /** Resolves with how the channel ended. Without `timeout` the wait has no bound. */
  closed(options?: WaitOptions): Promise<AcknowledgedEnd> {
    return started(() => {
      const bounds = { timeout: Number.POSITIVE_INFINITY, ...checkBounds(options, 'closed()') };
      return bounded(this.#ended, bounds, this.#options.clock, this.#options.name, 'closing');
    });
  }

  /**
   * Waits until the peer's application has everything, at most `timeout` (default 10 000 ms), then notifies the peer
   * that this was all. What it did not get rejects with `RTC_UNDELIVERED`. The transport stays open. Keeps the process alive meanwhile.
   */
  close(options?: CloseOptions): Promise<void> {
    let bounds: Bounds;
    try {
      bounds = checkBounds(options, 'close()');
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#state === 'closed') return Promise.resolve();
    this.#closing ??= this.#close();
    this.#limitClosing(bounds);
    return this.#closing;
  }

  /** Ends the channel at once and resolves when it has ended. Pending waits reject with `RTC_ABORTED` and `reason` as cause. */
  async abort(reason?: unknown): Promise<void> {
    const path = this.#options.name;
    this.#session.end(
      'local',
      reason ?? new RtcAbortedError('aborted', { path }),
      new RtcAbortedError('the channel was aborted', { path, cause: reason }),
    );
  }

  /** Ends the channel at once by an error: nothing is sent any more. @internal */
  fail(error: unknown): void {
    this.#session.end('error', error, error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#state = 'closing';
    const letProcessGo = holdProcess();
    await this.#session.emptied();
    this.#session.end('local', undefined);
    letProcessGo();
  }

  /** A later call of `close()` can only shorten what an earlier one has begun. */
  #limitClosing({ timeout = DEFAULT_TEARDOWN_MS, signal }: Bounds): void {
    const force = () => this.#session.end('local', undefined);
    if (timeout === 0 || signal?.aborted) return force();
    const cancel = this.#options.clock.after(timeout, force);
    signal?.addEventListener('abort', force, { once: true });
    void this.#ended.promise.then(() => {
      cancel();
      signal?.removeEventListener('abort', force);
    });
  }

  #onEnd(end: AcknowledgedEnd): void {
    this.#state = 'closed';
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#ended.resolve(end);
    this.#controller.abort(end.reason ?? this.#closedError('it'));
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

/** The message as it is now: the caller may change it afterwards. */
function jsonOf(message: unknown): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(message);
  } catch (error) {
    cause = error;
  }
  if (json !== undefined) return json;
  const error = wrongType('message', 'a JSON value', message);
  if (cause !== undefined) error.cause = cause;
  throw error;
}
