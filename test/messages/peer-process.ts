import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Signaling } from 'scoped-rtc';
import { within } from '../support/event.js';
import { Ipc } from './ipc.js';

/** The other peer, in a process of its own, so that either side's event loop may be blocked alone. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #ipc: Ipc;
  readonly #exited: Promise<number | null>;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('programs/peer.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
    });
    this.#ipc = new Ipc(this.#child);
    this.#exited = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  /** Has the other process perform one of the commands of `programs/peer.ts`. */
  call<T = void>(command: string, args: unknown = {}): Promise<T> {
    return within(this.#ipc.call<T>(command, args), `the peer's ${command}`, 25_000);
  }

  signaling(id: string): Signaling {
    return this.#ipc.signaling(id);
  }

  /** Lets the other process close everything and end; its exit code. */
  async end(): Promise<number | null> {
    try {
      this.#child.disconnect();
      return await within(this.#exited, 'the end of the peer');
    } finally {
      this.#child.kill('SIGKILL');
    }
  }
}
