import type { WebSocketServerConfiguration } from 'node-datachannel';
import type { NativeWebSocket, NativeWebSocketServer } from '../../native/binding.js';
import type { FakeHost } from './fake-host.js';
import { FakeNative } from './fake-native.js';
import { FakeWebSocket } from './fake-web-socket.js';
import { SocketServerCore } from './socket-core.js';

/** The addon's default port. */
const DEFAULT_PORT = 8080;

export class FakeWebSocketServer extends FakeNative implements NativeWebSocketServer {
  #core: SocketServerCore | undefined;

  constructor(host: FakeHost, config: WebSocketServerConfiguration = {}) {
    super(host, 'WebSocketServer', [config]);
    const { port = DEFAULT_PORT, enableTls = false } = config;
    if (typeof port !== 'number') throw new TypeError('port must be a number');
    try {
      this.#core = new SocketServerCore(host, port, enableTls);
    } catch (error) {
      throw new Error(`libdatachannel error while creating WebSocketServer: ${(error as Error).message}`);
    }
    host.host(this);
  }

  get name(): string {
    return `:${this.#core?.port ?? 0}`;
  }

  get nativeState(): string {
    return this.#core === undefined ? 'stopped' : 'listening';
  }

  port(): number {
    return this.call('port', [], () => this.#core?.port ?? 0);
  }

  stop(): void {
    this.call('stop', [], () => this.shutDown());
  }

  shutDown(): void {
    this.#core?.stop();
    this.#core = undefined;
    this.release(undefined);
  }

  vanish(): void {
    this.#core?.stop();
  }

  onClient(callback: (client: NativeWebSocket) => void): void {
    this.call('onClient', [callback], () => {
      if (this.#core === undefined) throw new Error('onClient() called on destroyed WebSocketServer');
      this.listen('onClient', callback, 'Function expected as onClient callback');
      this.#core.onClient = (client) =>
        this.notify('onClient', () => [new FakeWebSocket(this.host, undefined, client)]);
    });
  }

  protected override closeFromPeer(): void {
    // A server has no other side.
  }

  protected override lateArguments(): unknown[] {
    return [new FakeWebSocket(this.host, undefined)];
  }
}
