import type { Engine } from '../engine/engine.js';
import { quietTurns } from '../engine/quiet-turns.js';
import type { NativeWebSocket, NativeWebSocketServer } from '../native/binding.js';
import { guardCallback } from '../native/firewall.js';
import type { WebSocketServerOptions as TransportOptions } from '../native/validate/web-socket-server-options.js';
import type { Deadline } from '../scope/deadline.js';
import { type OwnedNode, TREE_NODE } from '../scope/node.js';
import type { ChannelOptions, CheckedChannelOptions } from './channel-options.js';
import { type CloseInfo, Handle } from './handle.js';
import { PendingEvents } from './pending-events.js';
import { WebSocket } from './web-socket.js';

/** Settings of a server; those of channels hold for every socket it accepts. */
export interface WebSocketServerOptions extends TransportOptions, ChannelOptions {
  /** Name in the ownership tree. Default `server`. */
  name?: string;
}

export interface WebSocketServerEvents {
  /** A client connected. The socket is owned by the server already; waits for its first listener. */
  connection: [socket: WebSocket];
  close: [info: CloseInfo];
}

/**
 * A WebSocket server. It listens as soon as it is made, owns the sockets it accepted and lets go of each when it
 * closes (H14). Closing the server drains and closes its sockets first.
 */
export class WebSocketServer extends Handle<WebSocketServerEvents> {
  readonly #record;
  readonly #pending: PendingEvents;
  readonly #port: number;
  readonly #socketOptions: CheckedChannelOptions;
  #accepted = 0;

  /** Made by `scope.createWebSocketServer()`. @internal */
  constructor(
    engine: Engine,
    owner: OwnedNode,
    name: string,
    native: NativeWebSocketServer,
    socketOptions: CheckedChannelOptions,
  ) {
    super(engine, owner, 'WebSocketServer', name, socketOptions.signal);
    this.#socketOptions = { ...socketOptions, signal: undefined };
    this.#record = engine.ledger.hold('WebSocketServer', native, () => this.path);
    this.#pending = new PendingEvents(
      (event) => this.hasListener(event),
      (event, args) => this.emit(event, ...args),
    );
    this.#port = native.port();
    native.onClient(
      guardCallback(
        () => this.path,
        (client: NativeWebSocket) => this.#onClient(client),
      ),
    );
    this.markOpen();
  }

  /** The port it listens on. */
  get port(): number {
    return this.#port;
  }

  /** Sockets that are open or closing. */
  get connections(): number {
    return this[TREE_NODE].children.size;
  }

  protected override onFirstListener(event: string): void {
    this.#pending.flush(event);
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (deadline.expired) return undefined;
    // A client that is queued for us when the server stops would never be given back, and cleanup would block
    // for ten seconds over it (H24).
    return quietTurns(() => this.#accepted, deadline);
  }

  protected override releaseNative(): boolean {
    this.#record.close();
    this.#record.released();
    return true;
  }

  #onClient(native: NativeWebSocket): void {
    this.#accepted++;
    if (this[TREE_NODE].inTeardown) {
      const record = this.engine.ledger.hold('WebSocket', native, () => this.path);
      native.onClosed(() => record.released());
      record.close();
      return;
    }
    const socket = new WebSocket(
      this.engine,
      this[TREE_NODE],
      `socket-${this.#accepted}`,
      native,
      this.#socketOptions,
    );
    this.#pending.emit('connection', socket);
  }
}
