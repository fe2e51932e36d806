import { reportUncaught } from './firewall.js';

interface CleanupHolder {
  cleanup: () => void;
}

interface Hook {
  readonly before: () => void;
  readonly after: () => void;
}

/**
 * Calls hooks around a global cleanup that other code asks for (H21). Both faces of node-datachannel, ESM and
 * CommonJS, look `cleanup` up on the addon's exports object for each call, so that is where it is replaced.
 */
export class ForeignCleanup {
  readonly #addon: CleanupHolder;
  readonly #hooks = new Set<Hook>();
  #next: () => void;
  /** Somebody else put a wrapper over ours, so ours could not be removed. */
  #buried = false;

  constructor(addon: CleanupHolder) {
    this.#addon = addon;
    this.#next = addon.cleanup;
  }

  add(before: () => void, after: () => void): () => void {
    const hook = { before, after };
    this.#install();
    this.#hooks.add(hook);
    return () => {
      if (this.#hooks.delete(hook) && this.#hooks.size === 0) this.#uninstall();
    };
  }

  readonly #wrapper = (): void => {
    // Hooks may come and go while they run. The newest is called first before a cleanup, and last after it.
    const hooks = [...this.#hooks].reverse();
    for (const hook of hooks) quietly(hook.before);
    try {
      this.#next.call(this.#addon);
    } finally {
      for (const hook of hooks.reverse()) quietly(hook.after);
    }
  };

  #install(): void {
    const top = this.#addon.cleanup;
    if (top === this.#wrapper || (this.#buried && top !== this.#next)) return;
    this.#next = top;
    this.#buried = false;
    this.#addon.cleanup = this.#wrapper;
  }

  #uninstall(): void {
    if (this.#addon.cleanup === this.#wrapper) this.#addon.cleanup = this.#next;
    else this.#buried = true;
  }
}

function quietly(call: () => void): void {
  try {
    call();
  } catch (error) {
    // Whoever called cleanup is not the one to blame, and the library must be cleaned up all the same.
    reportUncaught(error, 'cleanup hook');
  }
}
