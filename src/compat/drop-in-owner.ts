import { mayLinger } from '../diagnostics/open-handles.js';
import type { AnyHandle } from '../resources/handle.js';
import { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { RtcScope } from '../runtime/rtc-scope.js';
import { TREE_NODE } from '../scope/node.js';
import { warnOfFailure } from './close-in-background.js';

/** Where the natives behind drop-in objects live: a scope that exists already, or one that comes and goes. */
export interface NativeOwner {
  /** Runs `create` with the scope that is to own the handle. Throws what `create` throws. */
  make<H extends AnyHandle>(create: (scope: RtcScope) => H): H;
}

/**
 * Owner of what one importer of the binding makes. It has a root scope of the shared runtime while anything is
 * open, and ends the scope a moment after the last handle in it was closed, so that the process can exit (H1).
 */
export class DropInOwner implements NativeOwner {
  readonly #name: string;
  readonly #open = new Set<AnyHandle>();
  #scope: RtcScope | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  make<H extends AnyHandle>(create: (scope: RtcScope) => H): H {
    clearTimeout(this.#timer);
    try {
      const handle = create(this.#liveScope());
      this.#open.add(handle);
      handle.on('close', () => {
        this.#open.delete(handle);
        this.#releaseSoon();
      });
      return handle;
    } finally {
      this.#releaseSoon();
    }
  }

  /** Starts the library, as the binding's `preload()` does; it is cleaned up again when nothing is made. */
  preload(): void {
    this.#liveScope();
    RtcRuntime.shared.preload();
    this.#releaseSoon();
  }

  /** Drains and closes everything, then gives the scope back. Rejects with what went wrong. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    const scope = this.#scope;
    this.#scope = undefined;
    if (!scope) return;
    await scope.disposeAsync();
  }

  /** As `end()`, for callers that cannot wait. */
  endInBackground(): void {
    this.end().catch((error: unknown) => warnOfFailure(`the end of ${this.#name}`, error));
  }

  #liveScope(): RtcScope {
    // Somebody else may have shut the runtime down.
    if (!this.#scope || this.#scope.disposed) {
      this.#scope = RtcRuntime.shared.scope(this.#name);
      mayLinger(this.#scope[TREE_NODE]);
    }
    return this.#scope;
  }

  #releaseSoon(): void {
    clearTimeout(this.#timer);
    if (this.#open.size > 0 || !this.#scope) return;
    // Not at once: a program that closes one connection often opens the next. The timer need not keep the process: callbacks of the
    // library do so where there is something to wait for, and the end of the process cleans up as well.
    this.#timer = setTimeout(() => this.endInBackground(), LINGER_MS);
    this.#timer.unref();
  }
}

/** Milliseconds that the library stays up without anything open. */
const LINGER_MS = 50;
