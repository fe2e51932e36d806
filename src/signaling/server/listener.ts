import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CheckedServerOptions } from './server-options.js';

interface Connection {
  readonly socket: Socket;
  /** The connection has become a WebSocket. */
  settled(): void;
}

export interface ListenerEvents {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * The server's socket. It bounds the number of connections, counted from their first packet on, and the milliseconds in
 * which each has to become a WebSocket, whatever it sends until then.
 */
export class Listener {
  readonly port: number;
  readonly #http: Server;
  readonly #options: CheckedServerOptions;
  readonly #connections = new Map<string, Connection>();

  private constructor(http: Server, options: CheckedServerOptions) {
    this.#http = http;
    this.#options = options;
    this.port = (http.address() as AddressInfo).port;
    // The raw connection: with TLS, one that never finishes its handshake as well.
    http.on('connection', (socket: Socket) => this.#connected(socket));
    http.on('error', () => {}); // out of descriptors for the next one; the others go on
  }

  /** Resolves when it listens; rejects with Node's error when it cannot. */
  static async start(options: CheckedServerOptions): Promise<Listener> {
    const { tls, port, host } = options;
    const http = tls ? createTlsServer(tls) : createServer();
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen({ port, host }, () => {
        http.off('error', reject);
        resolve();
      });
    });
    return new Listener(http, options);
  }

  /** There are more connections than are served. */
  get isFull(): boolean {
    return this.#connections.size > this.#options.limits.connections;
  }

  serve({ request, upgrade }: ListenerEvents): void {
    this.#http.on('request', request);
    this.#http.on('upgrade', (asked, socket, head) => {
      socket.on('error', () => {}); // nobody else listens for it yet
      upgrade(asked, socket, head);
    });
  }

  /** The connection of this request has become a WebSocket. */
  settle(request: IncomingMessage): void {
    this.#connections.get(keyOf(request.socket))?.settled();
  }

  /** Accepts no more connections; resolves when the last one has ended. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#http.close(() => resolve()));
  }

  #connected(socket: Socket): void {
    const { clock, joinTimeout, limits } = this.#options;
    socket.on('error', () => {}); // "close" follows
    const before = this.#connections.size;
    if (before >= limits.connections + MOST_REFUSED) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const patience = before < limits.connections ? joinTimeout : Math.min(joinTimeout, REFUSAL_MS);
    const settled = clock.after(patience, () => socket.destroy());
    this.#connections.set(key, { socket, settled });
    socket.once('close', () => {
      settled();
      // The system may have given the address to another connection before this event was served.
      if (this.#connections.get(key)?.socket === socket) this.#connections.delete(key);
    });
  }

  /** Ends every connection at once. */
  destroyAll(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }
}

/** The socket of a request over TLS is another object than the connection below it; the address is the same. */
const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

/** Connections beyond the limit that get an answer, which says so. */
const MOST_REFUSED = 64;
/** Milliseconds that one of those has to ask. */
const REFUSAL_MS = 1000;
