import type { Signaling } from 'scoped-rtc';
import { Child } from '../support/child.js';
import { within } from '../support/event.js';
import { Ipc } from './ipc.js';

/** The other peer, in a process of its own, so that either side's event loop may be blocked alone. */
export class PeerProcess {
  readonly #child: Child;
  readonly #ipc: Ipc;

  constructor() {
    this.#child = new Child(new URL('programs/peer.ts', import.meta.url), [], {
      ...{ channel: true, timeout: Number.POSITIVE_INFINITY },
    });
    this.#ipc = new Ipc(this.#child);
    void this.#child.ended.then(({ code, signal, stderr }) => this.#ipc.ended(`${code ?? signal} ${stderr}`));
  }

  /** Has the other process perform one of the commands of `programs/peer.ts`. */
  call<T = void>(command: string, args: unknown = {}): Promise<T> {
    return within(this.#ipc.call<T>(command, args), `the peer's ${command}`);
  }

  signaling(id: string): Signaling {
    return this.#ipc.signaling(id);
  }

  /** Lets the other process close everything and end; its exit code. */
  async end(): Promise<number | null> {
    try {
      this.#child.disconnect();
      return (await within(this.#child.ended, 'the end of the peer')).code;
    } finally {
      this.#child.kill('SIGKILL');
    }
  }
}
