import type { LibraryContext } from './library-context.js';
import { poll } from '../time/wait.js';
import { findLoadedAddon } from '../native/thread-guard.js';
import { nativeThreads } from '../diagnostics/threads.js';
import { Deadline } from '../time/deadline.js';
import { nextTurn } from '../time/clock.js';

/**
 * Detects natives that this package did not make, by the library's threads: threads that are left after a cleanup, and
 * threads that come back although no scope is open.
 */
export class ThreadWatch {
  readonly #context: LibraryContext;
  readonly #idle: () => boolean;
  /** A warning was published already; it holds until these threads are gone. */
  #warned = false;
  #timer: NodeJS.Timeout | undefined;

  /** `idle()`: the runtime has no scope, so that there should be no thread. */
  constructor(context: LibraryContext, idle: () => boolean) {
    this.#context = context;
    this.#idle = () => idle() && !context.shared;
  }

  /**
   * Resolves when the library has torn its connections down, which it does in a thread and which cleanup would wait for,
   * blocking the event loop. At most a millisecond for each native that was closed, and only where threads are seen.
   */
  async settled(): Promise<void> {
    if (!this.#context.isLibrary || this.#context.shared) return;
    const { clock, ledger } = this.#context;
    using deadline = new Deadline(clock, { timeout: Math.min(SETTLED_MS, ledger.closes) });
    await poll(() => !nativeThreads().names.includes(ICE_THREAD), deadline);
  }

  /** Resolves when the threads have gone after a cleanup, or when the warning that they have not was published. */
  async gone(): Promise<void> {
    const { clock } = this.#context;
    const end = clock.now() + THREADS_MS;
    let threads = nativeThreads();
    // A new generation may have begun meanwhile: its threads are no leftovers.
    while (threads.count > 0 && this.#idle()) {
      if (clock.now() > end) {
        this.#warned = true;
        this.#context.warn({
          code: 'RTC_THREADS_LEFT',
          message:
            `${threads.count} library threads are still there after cleanup (${threads.names.join(', ')}): ` +
            `something was made outside this runtime, or after its last scope ended. ${MEND}`,
        });
        break;
      }
      // The thread that cleaned up ends a moment after it said so.
      await nextTurn();
      threads = nativeThreads();
    }
    if (threads.count === 0) this.#warned = false;
    if (this.#context.traced) this.#watchWhileIdle();
  }

  /** Called before the first scope of a generation: nothing of this package can be there. */
  beforeScope(): void {
    clearInterval(this.#timer);
    if (this.#context.isLibrary) this.#look();
  }

  /** For development only: a timer, and a look at the system's files twice a second. */
  #watchWhileIdle(): void {
    clearInterval(this.#timer);
    if (!this.#context.isLibrary || !this.#idle()) return;
    this.#timer = setInterval(() => {
      if (this.#idle()) this.#look();
      else clearInterval(this.#timer);
    }, LOOK_EVERY_MS).unref();
  }

  #look(): void {
    const { names } = nativeThreads();
    // These last as long as there is something; others outlive a cleanup by a moment.
    const working = names.includes('RTC worker');
    if (!working) this.#warned = false;
    // Threads of all of the process are seen here; another thread's library is no matter of this runtime.
    if (!working || this.#warned || this.#context.claimed || !findLoadedAddon()) return;
    this.#warned = true;
    this.#context.warn({
      code: 'RTC_MADE_OUTSIDE',
      message:
        `${names.length} library threads run (${names.join(', ')}) although no scope was open: something was made with ` +
        `node-datachannel itself, outside this runtime or after its cleanup, and its next cleanup will end it. ${MEND}`,
    });
  }
}

const MEND =
  'Where it was made cannot be seen from here: look for constructors of node-datachannel in your code and in ' +
  'libraries. Make it with a scope (`scope.createPeerConnection()`, …) or hand it to one (`scope.adoptNative()`); or ' +
  "close it and call the `cleanup()` of node-datachannel. Where it must outlive your scopes: cleanup: 'manual'";

/** Milliseconds that the library's threads get to end after a cleanup. */
const THREADS_MS = 500;
const SETTLED_MS = 500;
/** Ends with the last agent of libjuice. */
const ICE_THREAD = 'juice poll';
const LOOK_EVERY_MS = 500;
