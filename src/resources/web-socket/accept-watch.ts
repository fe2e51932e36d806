import { nativeThreads } from '../../diagnostics/threads.js';
import type { Clock } from '../../time/clock.js';
import { Deadline } from '../../time/deadline.js';
import { connect, type Socket } from 'node:net';
import type { NativeWebSocket } from '../../native/binding.js';

/** Servers of this process that listen, each with a thread of its own. */
const listening = new Set<object>();

/**
 * Detects that a server no longer accepts connections: the library's thread ends at the first `accept()` that fails, as one does
 * where the process has no descriptor left, and reports it to nobody.
 *
 * Looks for the thread, and where that is missing, or threads cannot be seen, connects to the server.
 */
export class AcceptWatch implements Disposable {
  readonly #clock: Clock;
  readonly #fence: () => AcceptFence;
  readonly #deaf: () => void;
  #cancel: (() => void) | undefined;
  #looks = 0;

  /** `deaf` is called when a connection of our own was not handed over. */
  constructor(clock: Clock, fence: () => AcceptFence, deaf: () => void) {
    this.#clock = clock;
    this.#fence = fence;
    this.#deaf = deaf;
    listening.add(this);
    this.#next();
  }

  [Symbol.dispose](): void {
    listening.delete(this);
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #next(): void {
    this.#cancel = this.#clock.after(LOOK_MS, () => {
      this.#cancel = undefined;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    if (this.#doubtful() && !(await this.#accepts()) && listening.has(this)) this.#deaf();
    if (listening.has(this)) this.#next();
  }

  #doubtful(): boolean {
    this.#looks++;
    const { supported, names } = nativeThreads();
    if (!supported) return this.#looks % LOOKS_WITHOUT_THREADS === 0;
    return names.filter((name) => name === SERVER_THREAD).length < listening.size;
  }

  /** Also true where no connection can be made to find out. */
  async #accepts(): Promise<boolean> {
    using longest = new Deadline(this.#clock, { timeout: HANDED_OVER_MS });
    using fence = this.#fence();
    const passed = fence.passed.then((reached) => reached || !fence.connected);
    let accepts = false;
    await longest.within(passed.then((value) => void (accepts = value)));
    return accepts;
  }
}

const SERVER_THREAD = 'RTC server';
const LOOK_MS = 1000;
const LOOKS_WITHOUT_THREADS = 30;
/** Milliseconds in which a client is handed over, on a busy machine; usually it takes one. */
const HANDED_OVER_MS = 1000;

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
