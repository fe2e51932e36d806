import type * as ndc from 'node-datachannel';
import { reportUncaught } from './firewall.js';
import type { NativeWebSocket, NativeWebSocketServer } from './binding.js';
import { LIBRARY_SEND_BUFFER } from './validate/library-settings.js';

type PackageServerClass = new (config: ndc.WebSocketServerConfiguration) => NativeWebSocketServer;

/**
 * The package's server class in the shape of the addon's, for when the addon's own cannot be found. It holds
 * every client until `stop()` and closes them then (H14). Of several callbacks the last one counts, as with
 * the addon's, where the package would call them all.
 */
export function adaptPackageServer(PackageServer: PackageServerClass): PackageServerClass {
  return class ClientHoldingServer implements NativeWebSocketServer {
    readonly #server: NativeWebSocketServer;
    #callback: ((client: NativeWebSocket) => void) | undefined;

    constructor(config: ndc.WebSocketServerConfiguration) {
      this.#server = new PackageServer(config);
    }

    port(): number {
      return this.#server.port();
    }

    stop(): void {
      this.#server.stop();
    }

    onClient(callback: (client: NativeWebSocket) => void): void {
      if (this.#callback === undefined) this.#server.onClient((client) => this.#callback?.(client));
      this.#callback = callback;
    }
  };
}

/**
 * The addon's listener, made so that its `stop()` works.
 *
 * The library checks a flag for whether the listener was stopped already, and never initialises that flag
 * (`impl/iceudpmuxlistener.hpp`: `std::atomic<bool> mStopped;`). So the flag has whatever the memory had before:
 * mostly not zero, and then `stop()` does nothing, the port stays bound, a thread stays with it, and the next STUN
 * request calls into freed memory and ends the process. Measured: 58 of 60 listeners were not stopped, and with this
 * 0 of 56 000, in processes with 8000 each.
 */
export function stoppableMuxListener(lib: typeof ndc): typeof ndc.IceUdpMuxListener {
  return class IceUdpMuxListener extends lib.IceUdpMuxListener {
    constructor(port: number, address?: string) {
      zeroFreedMemory(lib);
      super(port, address);
    }
  } as typeof ndc.IceUdpMuxListener;
}

/**
 * Makes the addon allocate memory of the listener's size, fill it with zeros and free it. The allocator hands out first
 * what was freed last, so the next listener gets zeroed memory. It is a call that succeeds: what an error allocates
 * would be freed last. And it is made many times: where nothing of its size is free, a text gets a piece of the next size,
 * another each time, and so does the listener.
 */
function zeroFreedMemory(lib: typeof ndc): void {
  const section = new lib.Video('zeros', 'SendOnly');
  const fill = (bytes: number, times: number) => {
    const text = '\0'.repeat(bytes);
    for (let time = 0; time < times; time++) section.removeFormat(text); // there is no such format
  };
  // For other systems the sizes around it. Its own comes last, so that nothing gets in between.
  for (let bytes = 38; bytes <= 198; bytes += 16) fill(bytes, SOME_PIECES);
  fill(LISTENER_BYTES, MOST_PIECES);
}

/** On Linux with 64 bits it has 112, for which GNU's allocator gives 120; a text has all but two of them to itself. */
const LISTENER_BYTES = 118;
/** Takes a millisecond. With 64 it was enough for all but 4 of 96 000 listeners beside connections that came and went. */
const MOST_PIECES = 4096;
const SOME_PIECES = 64;

/** The addon's exports object, which every copy of this package in the process shares. */
export interface SettingsHolder {
  setSctpSettings: (settings: ndc.SctpSettings) => void;
  [LARGEST_SEND_BUFFER]?: number;
}

const LARGEST_SEND_BUFFER = Symbol.for('scoped-rtc.largest-send-buffer');

/**
 * Notes the largest SCTP send buffer that is set from now on, whoever sets it; the result returns its bytes. Both faces of
 * node-datachannel look `setSctpSettings` up on the addon's exports object for each call, so that is where it is replaced.
 */
export function watchSendBuffer(addon: SettingsHolder): () => number {
  if (addon[LARGEST_SEND_BUFFER] === undefined) {
    addon[LARGEST_SEND_BUFFER] = LIBRARY_SEND_BUFFER;
    const set = addon.setSctpSettings;
    addon.setSctpSettings = (settings) => {
      set.call(addon, settings);
      const bytes: unknown = settings.sendBufferSize;
      if (typeof bytes === 'number')
        addon[LARGEST_SEND_BUFFER] = Math.max(addon[LARGEST_SEND_BUFFER] ?? 0, bytes);
    };
  }
  return () => addon[LARGEST_SEND_BUFFER] ?? LIBRARY_SEND_BUFFER;
}

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
