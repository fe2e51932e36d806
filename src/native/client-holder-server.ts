import type * as ndc from 'node-datachannel';
import type { NativeWebSocket, NativeWebSocketServer } from './binding.js';

type PackageServerClass = new (config: ndc.WebSocketServerConfiguration) => NativeWebSocketServer;

/**
 * The package's server class in the shape of the addon's, for when the addon's own cannot be found. It holds
 * every client until `stop()` and closes them then (H14). Of several callbacks the last one counts, as with
 * the addon's, where the package would call them all.
 */
export function adaptPackageServer(PackageServer: PackageServerClass): PackageServerClass {
  return class ClientHoldingServer implements NativeWebSocketServer {
    readonly #server: NativeWebSocketServer;
    #callback: ((client: NativeWebSocket) => void) | undefined;

    constructor(config: ndc.WebSocketServerConfiguration) {
      this.#server = new PackageServer(config);
    }

    port(): number {
      return this.#server.port();
    }

    stop(): void {
      this.#server.stop();
    }

    onClient(callback: (client: NativeWebSocket) => void): void {
      if (this.#callback === undefined) this.#server.onClient((client) => this.#callback?.(client));
      this.#callback = callback;
    }
  };
}
