import { RtcAbortedError, RtcClosedError } from '../errors/rtc-error.js';
import { reportUncaught } from '../native/firewall.js';
import { type AcknowledgedEnd, AcknowledgedSession } from '../signaling/wire/acknowledged-session.js';
import { Backoff, type BackoffOptions } from '../signaling/wire/backoff.js';
import type { MessageConsumer } from '../signaling/wire/incoming.js';
import {
  type MessageTransport,
  overWebSocketLike,
  type WebSocketLike,
} from '../signaling/wire/message-transport.js';
import { pageClock } from './page-clock.js';

export interface AcknowledgedChannelOptions {
  /** Name of the channel in error messages. Default `acknowledged`. */
  name?: string | undefined;
  /** Largest message, in bytes of its JSON text. Default 60 000. */
  maxMessageSize?: number | undefined;
  /**
   * Delays before a message that is not acknowledged is sent again. Default: 500 ms, doubled each time up to 10 000 ms,
   * with jitter.
   */
  retransmit?: BackoffOptions | undefined;
  /** Called when the transport has ended before the channel: attach another one. */
  onDetached?: ((reason?: unknown) => void) | undefined;
}

/**
 * Delivers messages exactly once and in order to the application of one peer, across lost connections. The other end is
 * another one of these, or the `AcknowledgedChannel` of `scoped-rtc`.
 */
export class AcknowledgedChannel {
  /** Resolves with how the channel has ended. */
  readonly closed: Promise<AcknowledgedEnd>;
  readonly #session: AcknowledgedSession;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<void> | undefined;

  constructor(transport?: WebSocketLike | MessageTransport, options: AcknowledgedChannelOptions = {}) {
    const { name: path = 'acknowledged', maxMessageSize = 60_000, retransmit, onDetached } = options;
    let ended!: (end: AcknowledgedEnd) => void;
    this.closed = new Promise((resolve) => {
      ended = resolve;
    });
    const guarded = (work: () => void) => {
      try {
        work();
      } catch (error) {
        reportUncaught(error, path);
      }
    };
    this.#session = new AcknowledgedSession({
      ...{ path, maxMessageSize, clock: pageClock, outbox: { messages: 1024, bytes: 2 ** 24 } },
      backoff: new Backoff({ first: 500, longest: 10_000 }, retransmit),
      afterTurn: (callback) => setTimeout(callback),
      uncaught: (error) => reportUncaught(error, path),
      detached: (reason) => guarded(() => onDetached?.(reason)),
      ended: (end) => {
        this.#state = 'closed';
        ended(end);
      },
    });
    if (transport) this.attach(transport);
  }

  get state(): 'open' | 'closing' | 'closed' {
    return this.#state;
  }

  /** Number of messages that were sent and that the peer has not acknowledged yet. */
  get pending(): number {
    return this.#session.pending;
  }

  /** Continues over another transport. Messages that the peer has not acknowledged are sent again. */
  attach(transport: WebSocketLike | MessageTransport): void {
    this.#assert(this.#state !== 'closed');
    this.#session.attach('subscribe' in transport ? transport : overWebSocketLike(transport));
  }

  /** Sends any JSON value. Resolves when the peer's application has it. */
  async send(message: unknown): Promise<void> {
    this.#assert(this.#state === 'open');
    const json = JSON.stringify(message) as string | undefined;
    if (json === undefined) throw new TypeError('message must be a JSON value');
    await this.#session.send(json, new TextEncoder().encode(json).length);
  }

  /**
   * Calls `onMessage` for every message, in order. The next call waits until `onMessage` has returned and its promise
   * has settled.
   */
  subscribe(onMessage: MessageConsumer, onClosed: (reason?: unknown) => void = () => {}): Disposable {
    return this.#session.subscribe(onMessage, onClosed);
  }

  /** Iterates the messages. */
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown> {
    return this.#session.incoming.iterate();
  }

  /** Closes when the peer's application has every message, or after `timeout` milliseconds (default 10 000). */
  close({ timeout = 10_000 }: { timeout?: number } = {}): Promise<void> {
    const end = () => this.#session.end('local', undefined);
    if (this.#state === 'closed') return Promise.resolve();
    this.#state = 'closing';
    const cancel = pageClock.after(timeout, end);
    void this.closed.then(cancel);
    this.#closing ??= this.#session.emptied().then(end);
    return this.#closing;
  }

  /** Closes the channel at once. Pending `send()` calls reject with `RTC_ABORTED`. */
  abort(reason?: unknown): void {
    const error = new RtcAbortedError('the channel was aborted', { cause: reason });
    this.#session.end('local', reason ?? error, error);
  }

  /** @internal */
  fail(error: unknown): void {
    this.#session.end('error', error, error);
  }

  #assert(holds: boolean): void {
    if (!holds) throw new RtcClosedError('RTC_CLOSED', 'the channel has ended');
  }
}
