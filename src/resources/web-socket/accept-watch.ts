import { nativeThreads } from '../../diagnostics/threads.js';
import type { AcceptFence } from '../../native/accept-fence.js';
import type { Clock } from '../../time/clock.js';
import { Deadline } from '../../time/deadline.js';

/** Servers of this process that listen, each with a thread of its own. */
const listening = new Set<object>();

/**
 * Sees that a server does not accept any more: the library's thread ends at the first `accept()` that fails, as one does
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

  /** True as well where no connection can be made to ask: that is no answer. */
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
