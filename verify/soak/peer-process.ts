import type { Signaling } from '../../src/index.js';
import { Child } from '../../test/support/child.js';
import { ipcSignaling } from './ipc-signaling.js';

/** The other process as this one sees it; a new one is started when it was killed. */
export class PeerProcess implements AsyncDisposable {
  readonly #arguments: readonly string[];
  #child: Child | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #connections = 0;

  constructor(...args: readonly string[]) {
    this.#arguments = args;
  }

  /** Resolves when it is there and listens. */
  async ready(): Promise<void> {
    if (this.#child) return;
    const child = new Child(new URL('peer.ts', import.meta.url), this.#arguments, {
      ...{ channel: true, timeout: Number.POSITIVE_INFINITY },
    });
    this.#child = child;
    this.#exited = child.ended;
    await Promise.race([
      new Promise<void>((resolve) => child.on('message', () => resolve())),
      this.#exited.then(() => Promise.reject(new Error('the peer process did not start'))),
    ]);
  }

  /** For a new connection, which must be the one that offers. */
  signaling(): Signaling & Disposable {
    if (!this.#child) throw new Error('the peer process is not there');
    return ipcSignaling(this.#child as never, ++this.#connections);
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited;
    this.#child = undefined;
  }

  /** Lets it close what it has, and ends it if it does not. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#child) return;
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), 5000);
    this.#child.disconnect();
    await this.#exited;
    clearTimeout(timer);
    this.#child = undefined;
  }
}
