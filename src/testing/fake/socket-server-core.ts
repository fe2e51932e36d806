import type { FakeHost } from './fake-host.js';
import type { SocketCore } from './socket-core.js';

/** A listening port of the fake's network. */
export class SocketServerCore {
  readonly port: number;
  readonly tls: boolean;
  readonly #host: FakeHost;
  onClient: ((client: SocketCore) => void) | undefined;

  constructor(host: FakeHost, port: number, tls: boolean) {
    this.#host = host;
    this.port = port === 0 ? host.nextPort() : port;
    this.tls = tls;
    if (host.servers.has(this.port)) throw new Error('TCP server socket binding failed');
    host.servers.set(this.port, this);
  }

  /** Clients that are connected stay so. */
  stop(): void {
    if (this.#host.servers.get(this.port) === this) this.#host.servers.delete(this.port);
  }
}
