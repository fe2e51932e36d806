import type { EventNames, Field } from '../../arguments/argument.js';
import { type LibraryContext, checkedContext } from '../../library/library-context.js';
import type { HandleDetails } from '../../diagnostics/handle-details.js';
import { poll } from '../../time/wait.js';
import { AcceptFence, AcceptWatch } from './accept-watch.js';
import { isIP } from 'node:net';
import type { WebSocketServerConfiguration } from 'node-datachannel';
import type { NativeWebSocket, NativeWebSocketServer } from '../../native/binding.js';
import { RtcMessageError, RtcNativeError } from '../../errors/rtc-error.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import { guardCallback, reportUncaught } from '../../native/firewall.js';
import { callNative } from '../../native/call-native.js';
import {
  subprotocols,
  type WebSocketServerOptions as TransportOptions,
} from '../../native/validate/web-socket.js';
import { Deadline } from '../../time/deadline.js';
import { type OwnedNode, TREE_NODE } from '../../scope/node.js';
import type { ChannelOptions, CheckedChannelOptions } from '../channel/channel-options.js';
import { type CloseInfo, Handle } from '../handle.js';
import { MOST_WAITING, PendingEvents } from '../emitter.js';
import { canListenAtOnce, type ChooseProtocol, SubprotocolFront } from './subprotocol-front.js';
import { WebSocket } from './web-socket.js';
import { nextTurn } from '../../time/clock.js';

/** Settings of a server; those of channels hold for every socket it accepts. */
export interface WebSocketServerOptions extends TransportOptions, ChannelOptions {
  /** Name in the ownership tree. Default `server`. */
  name?: string | undefined;
  /**
   * The subprotocols that the server speaks, or a function that chooses one of those that a client offers, in the client's
   * order of preference. Of a list the first that the client offers is chosen; without one, and without the option, the
   * client's first.
   *
   * Connections pass through this process's event loop for it. `false` leaves them to the library alone, which repeats
   * whatever is offered: clients with two subprotocols then refuse the answer.
   */
  protocols?: readonly string[] | ChooseProtocol | false | undefined;
}

export interface WebSocketServerEvents {
  /** A client connected; the socket is open. It is owned by the server already; waits for its first listener. */
  connection: [socket: WebSocket];
  /** The server has failed; `close` follows. */
  error: [error: Error];
  close: [info: CloseInfo];
}

const EVENTS: EventNames<WebSocketServerEvents> = { connection: true, error: true, close: true };

/**
 * A WebSocket server. It listens as soon as it is made, owns the sockets it accepted and lets go of each when it
 * closes (H14). Closing the server drains and closes its sockets first.
 */
export class WebSocketServer extends Handle<WebSocketServerEvents> {
  readonly #listen: (port: number) => NativeWebSocketServer;
  readonly #watch: AcceptWatch | undefined;
  #record: NativeRecord;
  readonly #pending: PendingEvents;
  /** The library's: behind a front another than clients connect to. */
  readonly #port: number;
  readonly #bindAddress: string | undefined;
  readonly #socketOptions: CheckedChannelOptions;
  readonly #limit: number;
  readonly #front: SubprotocolFront | undefined;
  #fence: AcceptFence | undefined;
  #accepted = 0;
  #lastAcceptedAt = 0;

  /** Made by `scope.createWebSocketServer()`. @internal */
  constructor(
    context: LibraryContext,
    owner: OwnedNode,
    name: string,
    listening: Listening,
    socketOptions: CheckedChannelOptions,
    limit: number,
  ) {
    super(
      checkedContext(context, 'WebSocketServer'),
      owner,
      'WebSocketServer',
      EVENTS,
      name,
      socketOptions.signal,
    );
    const { listen, native, front, bindAddress } = listening;
    this.#socketOptions = { ...socketOptions, signal: undefined };
    this.#record = context.ledger.hold('WebSocketServer', native, () => this.path);
    context.serverOpened();
    this.#pending = new PendingEvents(
      (event) => this.hasListener(event),
      (event, args) => this.dispatch(event, ...args),
      ([socket]) => refuse(socket as WebSocket),
    );
    this.#limit = limit;
    this.#port = native.port();
    this.#bindAddress = bindAddress;
    this.#front = front;
    this.#listen = listen;
    this.#acceptFrom(native);
    if (context.isLibrary) {
      this.#watch = new AcceptWatch(
        context.clock,
        () => this.#newFence(),
        () => this.#listenAgain(),
      );
    }
    this.markOpen();
  }

  /** The port it listens on. */
  get port(): number {
    return this.#front?.port ?? this.#port;
  }

  /** Sockets that are open or closing. */
  get connections(): number {
    return this[TREE_NODE].children.size;
  }

  protected override details(): HandleDetails {
    return { ...super.details(), server: { port: this.port, connections: this.connections } };
  }

  protected override onFirstListener(event: string): void {
    this.#pending.flush(event);
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (deadline.expired) return undefined;
    return poll(() => this.#quiet(), deadline, MOST_QUIET_MS).then(() => {});
  }

  /**
   * A client that is queued for us when the server stops is never given back, and cleanup would block for ten
   * seconds over it (H24). The addon cannot stop listening first, so it is stopped when nobody seems to be on the
   * way, and in the very turn in which all who connected before have been handed over. Also past the deadline: these
   * milliseconds save ten seconds.
   */
  protected override async releaseNative(deadline: Deadline): Promise<boolean> {
    using quiet = new Deadline(this.context.clock, { timeout: MOST_QUIET_MS });
    await nextTurn();
    await poll(() => this.#quiet(), quiet);
    await this.#admitConnected();
    this.context.serverClosed();
    this.#record.acknowledge(); // its end is synchronous
    this.#record.close();
    if (this.#front && !(await deadline.within(this.#front.ended))) this.#front.leave();
    return true;
  }

  async #admitConnected(): Promise<void> {
    if (!this.context.isLibrary) return; // there need not be a port
    using longest = new Deadline(this.context.clock, { timeout: MOST_FENCE_MS });
    using fence = this.#newFence();
    await longest.within(fence.passed);
  }

  #newFence(): AcceptFence {
    this.#fence = new AcceptFence(this.#port, this.#bindAddress);
    return this.#fence;
  }

  #acceptFrom(native: NativeWebSocketServer): void {
    native.onClient(
      guardCallback(
        () => this.path,
        (client: NativeWebSocket) => this.#onClient(client),
      ),
    );
  }

  /** In place of a native whose thread has ended. */
  #listenAgain(): void {
    if (this[TREE_NODE].phase !== 'live') return;
    try {
      this.#record.acknowledge(); // its end is synchronous
      this.#record.close();
      const native = this.#listen(this.#port);
      this.#record = this.context.ledger.hold('WebSocketServer', native, () => this.path);
      this.#acceptFrom(native);
    } catch (cause) {
      const what = 'the server stopped accepting, as it does without descriptors, and cannot listen again';
      this.fail(new RtcNativeError(what, { path: this.path, cause }), this.teardownBound);
    }
  }

  protected override onClosing(): void {
    this.#front?.close();
    this.#watch?.[Symbol.dispose]();
    this.#lastAcceptedAt = this.context.clock.now();
  }

  #quiet(): boolean {
    return this.context.clock.now() - this.#lastAcceptedAt >= QUIET_MS;
  }

  #onClient(native: NativeWebSocket): void {
    this.#accepted++;
    this.#lastAcceptedAt = this.context.clock.now();
    const ours = this.#fence?.see(native) === true;
    if (ours || this[TREE_NODE].inTeardown) {
      const record = this.context.ledger.hold('WebSocket', native, () => this.path);
      native.onClosed(record.acknowledging());
      record.discard();
      return;
    }
    // Emitted only once it can be used: a listener may send at once, and close right after.
    const opened = (socket: WebSocket) => this.#pending.emit('connection', socket);
    const front = this.#front;
    const carrier = front && (() => front.takeCarrier(native.path()));
    const name = `socket-${this.#accepted}`;
    const accepted = { opened, carrier };
    new WebSocket(this.context, this[TREE_NODE], name, native, this.#socketOptions, this.#limit, accepted);
  }
}

/** Nobody would ever be given it. */
function refuse(socket: WebSocket): void {
  const why = `more than ${MOST_WAITING} clients wait for a listener of 'connection'; this one had waited longest`;
  void socket.abort(new RtcMessageError('RTC_OVERFLOW', why, { path: socket.path }));
}

/** What a server listens with. */
interface Listening {
  readonly listen: (port: number) => NativeWebSocketServer;
  readonly native: NativeWebSocketServer;
  readonly front: SubprotocolFront | undefined;
  /** The library's. */
  readonly bindAddress: string | undefined;
}

/** Opens the ports of a server. */
export function listenForSockets(
  context: LibraryContext,
  path: string,
  config: WebSocketServerConfiguration,
  protocols: Protocols | undefined,
): Listening {
  const { WebSocketServer: Native } = context.native;
  const front = frontOf(context, path, config, protocols);
  const inner = front ? { ...config, enableTls: false, bindAddress: '127.0.0.1', port: 0 } : config;
  const listen = (port = inner.port) =>
    callNative(
      path,
      'new WebSocketServer',
      () => new Native(port === undefined ? inner : { ...inner, port }),
    );
  try {
    const native = listen();
    if (front) front.target = native.port();
    return { listen, native, front, bindAddress: inner.bindAddress };
  } catch (error) {
    front?.close();
    throw error;
  }
}

/** `undefined` where the library serves clients itself. */
function frontOf(
  context: LibraryContext,
  path: string,
  config: WebSocketServerConfiguration,
  protocols: Protocols | undefined,
): SubprotocolFront | undefined {
  if (protocols === false || !context.isLibrary) return undefined;
  const { bindAddress, enableTls, certificatePemFile } = config;
  const addresses =
    bindAddress === undefined || isIP(bindAddress) !== 0
      ? [bindAddress]
      : (context.names.known(bindAddress) ?? []);
  const wrong =
    (!canListenAtOnce && 'need Node.js') ||
    (enableTls &&
      certificatePemFile === undefined &&
      'need a certificate with enableTls: the library shows its own to nobody') ||
    (addresses.length === 0 && 'need an address as bindAddress, not a name');
  if (!wrong) {
    const choose =
      typeof protocols === 'function'
        ? protocols
        : (offered: string[]) => (protocols ? offered.find((each) => protocols.includes(each)) : offered[0]);
    return new SubprotocolFront(config, addresses, choose, path, (error) => reportUncaught(error, path));
  }
  if (protocols === undefined) return undefined;
  throw new TypeError(`options.protocols ${wrong}`);
}

type Protocols = readonly string[] | ChooseProtocol | false;

/** Checks the option `protocols` of a server. */
export const serverProtocols: Field<Protocols> = (value, name) =>
  value === false || typeof value === 'function' ? (value as Protocols) : subprotocols(value, name);

/** Milliseconds without a new client: one that has connected just now needs so long to reach us. */
const QUIET_MS = 10;
/** Milliseconds to wait for that at the most; a busy server is never quiet. */
const MOST_QUIET_MS = 100;
/** Milliseconds that a busy machine may take to hand over who has connected; usually it takes one. */
const MOST_FENCE_MS = 1000;
