import { RtcClosedError, RtcInvalidStateError } from '../errors/rtc-error.js';
import { validateWebSocketOptions } from '../native/validate/web-socket.js';
import type { WebSocket, WebSocketOptions } from '../resources/web-socket/web-socket.js';
import { GuardedChannel } from './guarded-channel.js';
import { knownSettings, WEB_SOCKET_SETTINGS, WEB_SOCKET_SERVER_SETTINGS } from './known-settings.js';
import type { NativeOwner } from './drop-in-owner.js';
import { EventEmitter } from 'node:events';
import type { WebSocketServer, WebSocketServerOptions } from '../resources/web-socket/web-socket-server.js';
import { closeInBackground } from './close-in-background.js';

/** The binding's `WebSocket`: a client that connects with `open()`, or one that a server accepted. */
export class GuardedWebSocket extends GuardedChannel<WebSocket> {
  #connect: ((url: string) => WebSocket) | undefined;
  #socket: WebSocket | undefined;
  #isClosed = false;

  /** A client, not connected yet. */
  static client(owner: NativeOwner, config?: unknown): GuardedWebSocket {
    const socket = new GuardedWebSocket();
    socket.connectsWith(owner, config);
    return socket;
  }

  constructor(accepted?: WebSocket) {
    super(accepted);
    this.#socket = accepted;
  }

  /** Settings for `open()`; checked now, as the binding does. */
  protected connectsWith(owner: NativeOwner, config: unknown): void {
    const options = (knownSettings(config, 'config', WEB_SOCKET_SETTINGS) ?? {}) as WebSocketOptions;
    validateWebSocketOptions(options, 'config');
    this.#connect = (url) => owner.make((scope) => scope.createWebSocket(url, options));
  }

  open(url: string): void {
    if (this.#isClosed) throw new RtcClosedError('RTC_CLOSED', 'open() on a closed WebSocket');
    if (this.#socket || !this.#connect) {
      throw new RtcInvalidStateError('open() on a WebSocket that was opened already');
    }
    this.#socket = this.#connect(url);
    this.attach(this.#socket);
  }

  override close(): void {
    this.#isClosed = true;
    super.close();
  }

  /** Closes without draining. */
  forceClose(): void {
    this.#isClosed = true;
    this.#socket?.abort();
    super.close();
  }

  remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  path(): string | undefined {
    return this.#socket?.requestPath;
  }
}

/**
 * The binding's `WebSocketServer`, an emitter of `client` as well. It lets go of clients that have closed (H14), and
 * emits each once it is open.
 */
export class GuardedWebSocketServer extends EventEmitter {
  #server: WebSocketServer | undefined;
  /** Clients that nobody has asked for yet. */
  #early: GuardedWebSocket[] | undefined = [];

  constructor(owner: NativeOwner, config?: unknown) {
    super();
    const options = knownSettings(config, 'config', WEB_SOCKET_SERVER_SETTINGS) as WebSocketServerOptions;
    this.#server = owner.make((scope) => scope.createWebSocketServer(options ?? {}));
    this.#server.on('connection', (socket) => {
      const client = new GuardedWebSocket(socket);
      if (this.#early && this.listenerCount('client') === 0) this.#early.push(client);
      else this.emit('client', client);
    });
  }

  /** 0 once it was stopped. */
  port(): number {
    return this.#server?.port ?? 0;
  }

  /** Stops listening and closes the clients; what they were sent is drained behind it. */
  stop(): void {
    if (this.#server) closeInBackground(this.#server);
    this.#server = undefined;
    this.removeAllListeners();
  }

  onClient(callback: (client: GuardedWebSocket) => void): void {
    if (!this.#server) return;
    this.on('client', callback);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const client of early) this.emit('client', client);
  }
}
