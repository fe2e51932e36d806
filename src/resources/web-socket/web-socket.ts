import type { LibraryContext } from '../../library/library-context.js';
import type { HandleDetails } from '../../diagnostics/handle-details.js';
import { poll } from '../../time/wait.js';
import { quoted, RtcMessageError, RtcNativeError } from '../../errors/rtc-error.js';
import type { NativeWebSocket } from '../../native/binding.js';
import { guardCallback } from '../../native/firewall.js';
import type { WebSocketOptions as TransportOptions } from '../../native/validate/web-socket.js';
import { Deadline } from '../../time/deadline.js';
import type { OwnedNode } from '../../scope/node.js';
import type { ChannelOptions, CheckedChannelOptions } from '../channel/channel-options.js';
import type { Message } from '../../native/validate/message.js';
import { MessageChannel } from '../channel/message-channel.js';
import { type Carrier, carriedBy } from './carry.js';
import { refusalOf } from './refusal.js';
import type { Dial } from './dial.js';
import { MAX_INT32 } from '../../native/validate/limits.js';

/** Of a socket that a server accepted. */
interface Accepted {
  opened(socket: WebSocket): void;
  /** What carries the connection, where something does. Undefined for a connection that came another way. */
  readonly carrier: (() => Carrier | undefined) | undefined;
}

/** Settings of a WebSocket client. */
export interface WebSocketOptions extends TransportOptions, ChannelOptions {
  /** Name in the ownership tree. Default: the URL's host. */
  name?: string | undefined;
}

/**
 * A WebSocket: a client made by a scope, or one that a server accepted.
 *
 * The answer of a server that closes at once is handed over before `close` (H5). Closing waits until the
 * operating system has taken everything that was sent. WebSockets have no acknowledgement, so that is not
 * arrival: for messages that must arrive, let the peer answer before you close.
 */
export class WebSocket extends MessageChannel {
  readonly #native: NativeWebSocket;
  readonly #accepted: Accepted | undefined;
  /** How a client gets to its server. @internal */
  dial: Dial | undefined;
  /** `undefined` where somebody else has set it. */
  readonly #limit: number | undefined;
  #lastError: string | undefined;
  #remoteAddress: string | undefined;
  #requestPath: string | undefined;
  #protocol: string | undefined;
  #carrier: Carrier | undefined;
  #endSeen = false;

  /** Made by a scope or a server. @internal */
  constructor(
    context: LibraryContext,
    owner: OwnedNode,
    name: string,
    native: NativeWebSocket,
    options: CheckedChannelOptions,
    limit?: number,
    accepted?: Accepted,
  ) {
    super(context, owner, 'WebSocket', name, native, options);
    this.#native = native;
    this.#limit = limit;
    this.#accepted = accepted;
    const guard = <A extends unknown[]>(callback: (...args: A) => void) =>
      guardCallback(() => this.path, callback);
    native.onError(
      guard((error: string) => {
        this.#lastError = error;
      }),
    );
    context.watcher.watch(this);
    // The server may announce a socket before its handshake has ended, or after: check both.
    native.onOpen(guard(() => this.nativeOpened()));
    if (native.isOpen()) this.nativeOpened();
  }

  /** Address and port of the other end, once connected. */
  get remoteAddress(): string | undefined {
    return this.#remoteAddress;
  }

  /** Path and query of the request, e.g. `/room/1?token=…`, once connected. */
  get requestPath(): string | undefined {
    return this.#requestPath;
  }

  /**
   * The subprotocol that was agreed on; '' for none. `undefined` where it is not known: of a client that offered some to a
   * `wss:` server, whose answer only the library can read, and of a socket that the library's server accepted by itself
   * (`protocols: false`).
   */
  get protocol(): string | undefined {
    return this.#protocol;
  }

  protected override details(): HandleDetails {
    const { remoteAddress, protocol } = this;
    return { ...super.details(), webSocket: { remoteAddress, protocol } };
  }

  /** There is no way to the server. @internal */
  cannotConnect(cause: unknown): void {
    this.#endSeen = true;
    this.#refuse(quoted(cause, this.path), cause);
  }

  /** @internal */
  override checkClosed(): void {
    if (this.#endSeen || this.record.state !== 'held' || this.#native.isOpen()) return;
    if (this.state === 'open') {
      this.#endSeen = true;
      this.closedByPeer();
    } else if (this.state === 'opening' && this.#native.path() !== undefined && !this.#native.isOpen()) {
      // The library knows the path as soon as it is no longer connecting. It may have opened between the two looks, so
      // there is a third. "Opened" and messages may still be queued for us, so the verdict waits until the queue is empty.
      this.#endSeen = true;
      void this.#judgeOpening();
    }
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (this.record.state !== 'held') return undefined;
    if (!deadline.expired) return this.#drain(deadline);
    this.#leave();
    return this.received(deadline);
  }

  protected override releaseNative(deadline: Deadline): Promise<boolean> | boolean {
    this.context.watcher.unwatch(this);
    if (this.record.state !== 'held') return true;
    // Only now: registered earlier, this callback would throw away the messages still queued (H5).
    this.#native.onClosed(this.record.acknowledging());
    return this.#release(deadline);
  }

  /**
   * The library ends a socket within `close()`, so the answer is queued for us by then. But a `close()` at the
   * moment in which the peer's takes effect drops our callback, and the wrapper has to stay in the ledger until
   * cleanup (H2): so a socket that is closing already is waited for first.
   */
  async #release(deadline: Deadline): Promise<boolean> {
    if (this.context.isLibrary && this.context.hasServers) await this.#attemptEnds();
    if (this.#endSeen || (this.#remoteAddress !== undefined && !this.#native.isOpen())) {
      await poll(() => this.record.isAcknowledged, deadline, ACKNOWLEDGEMENT_MS);
    }
    this.#carrier?.libraryCloses(deadline.expired);
    await this.record.giveBack(deadline, { within: ACKNOWLEDGEMENT_MS });
    return true; // one that is late is no failure
  }

  /**
   * The library does not call back an attempt to connect. To a server of this process it may get through while that
   * stops, and would never be given back (H24); so it is let through before. Also past the deadline.
   */
  async #attemptEnds(): Promise<void> {
    if (this.dial?.begun === false) return;
    using longest = new Deadline(this.context.clock, { timeout: MOST_ATTEMPT_MS });
    await poll(() => this.#native.path() !== undefined, longest);
  }

  protected override nativeOpened(): void {
    if (this.state !== 'opening') return;
    const { carrier: carrierOf, opened } = this.#accepted ?? {};
    const carrier: Carrier | undefined = carrierOf ? carrierOf() : this.dial?.tunnel;
    this.#carrier = carrier;
    if (carrierOf && !carrier) {
      void this.abort(); // a program of this machine that found the library's own port
      return;
    }
    if (carrierOf && carrier) carriedBy(carrier, this.#native, this.#native);
    this.#remoteAddress = this.#native.remoteAddress();
    this.#requestPath = carrier?.requestPath ?? this.#native.path();
    const { offered } = this.dial ?? {};
    this.#protocol = offered?.length === 0 ? (carrier?.protocol ?? '') : carrier?.protocol;
    if (offered && this.#protocol && !offered.includes(this.#protocol)) {
      this.#refuse('the server chose a subprotocol that was not offered');
      return;
    }
    this.nowOpen();
    opened?.(this);
  }

  async #judgeOpening(): Promise<void> {
    using deadline = new Deadline(this.context.clock, { timeout: this.teardownBound });
    await this.received(deadline);
    if (this.state === 'open') this.closedByPeer();
    else if (this.state === 'opening') {
      const said = this.#lastError;
      this.#lastError = undefined;
      this.#endSeen = this.dial?.again(said) !== true;
      if (!this.#endSeen) return;
      const { why, cause } = refusalOf(this.dial, said);
      this.#refuse(why, cause);
    }
  }

  #refuse(why: string, cause?: unknown): void {
    const options = cause === undefined ? { path: this.path } : { path: this.path, cause };
    const error = new RtcNativeError(`the WebSocket could not be opened: ${why}`, options);
    this.fail(error, this.teardownBound);
  }

  protected override nativeLimit(): number {
    return this.#limit ?? super.nativeLimit();
  }

  /** The library cuts a message off that is too large; it is given a limit that is a byte larger, so that it shows. */
  protected override takesItself(message: Message): boolean {
    const limit = this.#limit;
    if (limit === undefined) return false;
    const size = typeof message === 'string' ? textSize(message, limit) : message.byteLength;
    if (size <= limit) return false;
    this.fail(
      new RtcMessageError('RTC_MESSAGE_TOO_LARGE', `the peer sent a message of more than ${limit} bytes`, {
        path: this.path,
      }),
    );
    return true;
  }

  /** Counts what the operating system has not taken. */
  #leave(): void {
    this.sent.abandon(this.#native.bufferedAmount(), this.context.clock.now());
  }

  async #drain(deadline: Deadline): Promise<void> {
    const native = this.#native;
    if (this.sent.messages > 0 && native.isOpen()) {
      await poll(() => native.bufferedAmount() === 0 || !native.isOpen(), deadline);
    }
    this.#leave();
    const carrier = this.#carrier;
    if (carrier && native.isOpen()) await poll(() => carrier.isQuiet(), deadline, MOST_ARRIVING_MS);
    await this.received(deadline);
  }
}

/** Counted only where it may matter: a character of JavaScript is three bytes at the most. */
const textSize = (text: string, limit: number) =>
  text.length * 3 <= limit ? text.length : Buffer.byteLength(text);

/** Milliseconds for an acknowledgement that is queued already; a few turns of the event loop. */
const ACKNOWLEDGEMENT_MS = 50;
/** Milliseconds for what has arrived to get to the library, where sockets of ours are in between; a peer may go on sending. */
const MOST_ARRIVING_MS = 250;
/** Milliseconds for an attempt to connect within this machine, be it busy; usually it takes two. */
const MOST_ATTEMPT_MS = 250;

/** libdatachannel's (`impl/internals.hpp`). */
const DEFAULT_MAX_MESSAGE_SIZE = 262_144;

/**
 * The limit for messages, and the configuration with one that is a byte larger: the library cuts a message off that
 * exceeds its limit, and hands over what is left as if it were the message.
 */
export function withLimit<C extends { maxMessageSize?: number }>(config: C): [limit: number, config: C] {
  const limit = config.maxMessageSize ?? DEFAULT_MAX_MESSAGE_SIZE;
  return [limit, { ...config, maxMessageSize: Math.min(limit + 1, MAX_INT32) }];
}
