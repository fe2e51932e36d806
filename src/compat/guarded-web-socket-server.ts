import { EventEmitter } from 'node:events';
import type { WebSocketServer, WebSocketServerOptions } from '../resources/web-socket/web-socket-server.js';
import { closeInBackground } from './close-in-background.js';
import { GuardedWebSocket } from './guarded-web-socket.js';
import { knownSettings, WEB_SOCKET_SERVER_SETTINGS } from './known-settings.js';
import type { NativeOwner } from './native-owner.js';

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
