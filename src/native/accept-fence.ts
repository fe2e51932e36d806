import { connect, type Socket } from 'node:net';
import type { NativeWebSocket } from './binding.js';

/**
 * Finds out when a listening server has handed over every client that connected before: clients are accepted in the
 * order in which they connect, so one of our own, connecting now, comes behind them all.
 *
 * The library has no call for it, and a client that is still queued when its server stops can never be given back
 * (H24).
 */
export class AcceptFence implements Disposable {
  readonly #socket: Socket;
  readonly #seen = new Set<string | undefined>();
  #address: string | undefined;
  #pass: (passed: boolean) => void = () => {};
  /** Resolves `true` when the fence was handed over, `false` when it does not reach the server. */
  readonly passed = new Promise<boolean>((resolve) => {
    this.#pass = resolve;
  });

  constructor(port: number, bindAddress: string | undefined) {
    this.#socket = connect({ port, host: LOCAL.get(bindAddress ?? '') ?? bindAddress });
    // Handing over may come first.
    this.#socket.on('connect', () => {
      const { localAddress, localPort } = this.#socket;
      this.#address = `${localAddress}:${localPort}`;
      if (this.#seen.has(this.#address)) this.#pass(true);
    });
    this.#socket.on('error', () => this.#pass(false));
    this.#socket.on('close', () => this.#pass(false));
  }

  /** The server's system has taken the connection. */
  get connected(): boolean {
    return this.#address !== undefined;
  }

  /** To be called with every client that is handed over. Returns whether the client is the fence's own. */
  see(client: NativeWebSocket): boolean {
    if (this.#socket.destroyed) return false;
    const address = client.remoteAddress();
    this.#seen.add(address);
    const ours = address !== undefined && address === this.#address;
    if (ours) this.#pass(true);
    return ours;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
    this.#seen.clear();
  }
}

/** Where a server that is bound to every address can be reached. */
const LOCAL: ReadonlyMap<string, string> = new Map([
  ['', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);
