import { inspect } from 'node:util';
import { diagnostics } from '../engine/diagnostics.js';
import { Engine } from '../engine/engine.js';
import type { RtcWarning } from '../engine/warning.js';
import { RtcNativeError } from '../errors/kinds.js';
import { ErrorChain } from '../errors/suppressed-error.js';
import { type AnyListener, EventHub, type Subscription } from '../resources/event-hub.js';
import { Deadline } from '../scope/deadline.js';
import { OwnedNode, TREE_NODE } from '../scope/node.js';
import type { Scope, ScopeHost } from '../scope/scope.js';
import { type CloseOptions, checkBounds, type ScopeOptions } from '../scope/scope-options.js';
import { teardown } from '../scope/teardown.js';
import type { TeardownReport } from '../scope/teardown-report.js';
import { ExitGuard } from './exit-guard.js';
import { RtcScope } from './rtc-scope.js';
import { checkRuntimeOptions, type RtcRuntimeOptions } from './runtime-options.js';
import { checkSignalHandlerOptions, handleSignals, type SignalHandlerOptions } from './signal-handlers.js';
import { type RuntimeSnapshot, renderSnapshot, snapshotOf } from './snapshot.js';
import { type NativeThreads, nativeThreads } from './threads.js';

export interface RtcRuntimeEvents {
  /** A teardown that somebody started has ended; `path` is the root of it. */
  teardown: [report: TeardownReport, path: string];
  /** Something was still open when the process ended; `open` names it. */
  leak: [open: readonly string[]];
  warning: [warning: RtcWarning];
}

/** One runtime for all copies of the package in the process (P11); the number changes with the shape of the class. */
const SHARED = Symbol.for('scoped-rtc.runtime.v1');

/**
 * Owns the native library: hands out root scopes and runs the library's global cleanup, once, when the last of
 * them has been torn down.
 */
export class RtcRuntime {
  readonly #engine: Engine;
  readonly #host: ScopeHost;
  readonly #events: EventHub;
  readonly #cleanup: 'auto' | 'manual';
  readonly #exitGuard = new ExitGuard(() => this.#onExit());
  /** The lease of each root scope, in order of creation. */
  readonly #roots = new Map<OwnedNode, RtcScope>();
  #generation = 0;
  #cleanups = 0;
  #named = 0;

  /** A runtime of its own, for tests and embedders; applications use `RtcRuntime.shared`. */
  constructor(options: RtcRuntimeOptions = {}) {
    const { cleanup = 'auto', ...engineOptions } = checkRuntimeOptions(options);
    this.#cleanup = cleanup;
    this.#events = new EventHub(
      this,
      () => 'runtime',
      () => {},
    );
    this.#engine = new Engine(engineOptions, {
      tornDown: (root, report) => void this.#events.emit('teardown', report, root.path),
      warned: (warning) => this.#warned(warning),
      foreignCleanup: (stage) => this.#onForeignCleanup(stage),
    });
    const engine = this.#engine;
    this.#host = {
      clock: engine.clock,
      teardownTimeout: engine.teardownTimeout,
      tornDown: (root, report, error) => engine.tornDown(root, report, error),
      moved: (scope, heir) => this.#moved(scope, heir),
    };
  }

  /** The runtime of this process, shared by every copy of the package in this thread. */
  static get shared(): RtcRuntime {
    const holder = globalThis as { [SHARED]?: RtcRuntime };
    holder[SHARED] ??= new RtcRuntime();
    return holder[SHARED];
  }

  /** A root scope of the shared runtime; `await using rtc = RtcRuntime.acquire('app')`. */
  static acquire(name?: string, options?: ScopeOptions): RtcScope {
    return RtcRuntime.shared.scope(name, options);
  }

  /** A root scope. The library is cleaned up when the last one is gone; the next one starts a new generation. */
  scope(name?: string, options: ScopeOptions = {}): RtcScope {
    const checkedName = name === undefined ? `scope-${++this.#named}` : name;
    const scope = new RtcScope(this.#engine, this.#host, checkedName, options);
    const lease = this.#lease();
    scope[TREE_NODE].adoptNode(lease);
    if (this.#roots.size === 0) {
      this.#generation++;
      this.#engine.busy = true;
      this.#exitGuard.arm();
    }
    this.#roots.set(lease, scope);
    return scope;
  }

  /** `closing`: there are root scopes, and all of them are being torn down. */
  get state(): 'idle' | 'active' | 'closing' {
    if (this.#roots.size === 0) return 'idle';
    for (const scope of this.#roots.values()) if (!scope.disposed) return 'active';
    return 'closing';
  }

  /** How often the number of root scopes went from zero to one. */
  get generation(): number {
    return this.#generation;
  }

  /** How often the native library was cleaned up. */
  get cleanups(): number {
    return this.#cleanups;
  }

  snapshot(): RuntimeSnapshot {
    const { ledger } = this.#engine;
    return {
      state: this.state,
      generation: this.#generation,
      cleanups: this.#cleanups,
      natives: { held: ledger.held, retained: ledger.retained, retainedLimit: ledger.limit },
      scopes: [...this.#roots.values()].map((scope) => snapshotOf(scope[TREE_NODE])),
    };
  }

  /** The ownership tree as text. */
  inspect(): string {
    return renderSnapshot(this.snapshot());
  }

  [inspect.custom](): string {
    return this.inspect();
  }

  /** The library's threads right now. */
  threads(): NativeThreads {
    return nativeThreads();
  }

  on<E extends keyof RtcRuntimeEvents>(
    event: E,
    listener: (...args: RtcRuntimeEvents[E]) => void,
  ): Subscription {
    const plain = listener as unknown as AnyListener;
    this.#events.on(event, plain);
    const unsubscribe = () => this.#events.off(event, plain);
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  }

  /**
   * Tears down every root scope, the newest first, within one deadline. With `cleanup: 'manual'` this is also
   * what runs the library's cleanup.
   */
  async shutdown(options: CloseOptions = {}): Promise<void> {
    const { timeout = this.#engine.teardownTimeout, signal } = checkBounds(options, 'shutdown()');
    using deadline = new Deadline(this.#engine.clock, { timeout, signal });
    const errors = new ErrorChain();
    for (const scope of [...this.#roots.values()].reverse()) {
      const node = scope[TREE_NODE];
      const ended =
        node.phase === 'live'
          ? teardown(node, 'owner', this.#host, { timeout: deadline.remaining, signal })
          : node.ending.settled;
      try {
        if (!(await deadline.within(ended))) {
          node.ending.deadline?.force();
          await ended;
        }
      } catch (error) {
        errors.add(error);
      }
    }
    if (this.#cleanup === 'manual' && this.#roots.size === 0) await this.#runCleanup();
    if (errors.failed) throw errors.error;
  }

  /**
   * Shuts down on SIGINT and SIGTERM, then exits with 128 + the signal's number; a second signal exits at once.
   * Dispose the result to take the handlers out again.
   */
  installSignalHandlers(options: SignalHandlerOptions = {}): Disposable {
    const { signals = ['SIGINT', 'SIGTERM'], timeout = this.#engine.teardownTimeout } =
      checkSignalHandlerOptions(options);
    return handleSignals(signals, () => this.shutdown({ timeout }));
  }

  /** A root scope's oldest member, so the last to go: gives up its claim on the library. */
  #lease(): OwnedNode {
    let idle = false;
    const lease: OwnedNode = new OwnedNode('cleanup', 'cleanup', {
      release: async () => {
        this.#roots.delete(lease);
        if (this.#roots.size > 0) {
          idle = true;
          return true;
        }
        this.#exitGuard.disarm();
        this.#engine.busy = false;
        idle = this.#cleanup === 'manual' || !(await this.#runCleanup());
        return true;
      },
      unreported: () => idle,
    });
    return lease;
  }

  /** False when there was nothing to clean up, or it is for another runtime to do. */
  async #runCleanup(): Promise<boolean> {
    const started = this.#engine.clock.now();
    if (!this.#engine.cleanup()) return false;
    const ms = this.#engine.clock.now() - started;
    this.#cleanups++;
    diagnostics.cleanup.publish({ generation: this.#generation, cleanups: this.#cleanups, ms });
    await this.#threadsGone();
    return true;
  }

  /** The thread that cleaned up ends a moment after it said so. */
  async #threadsGone(): Promise<void> {
    const { clock } = this.#engine;
    const end = clock.now() + THREADS_MS;
    let threads = nativeThreads();
    // A new generation may have begun meanwhile: its threads are no leftovers.
    while (threads.count > 0 && this.#roots.size === 0) {
      if (clock.now() > end) {
        this.#engine.warn({
          code: 'RTC_THREADS_LEFT',
          message:
            `${threads.count} library threads are still there after cleanup (${threads.names.join(', ')}): ` +
            'something was made outside this runtime, or after its last scope ended',
        });
        return;
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
      threads = nativeThreads();
    }
  }

  #moved(scope: Scope, heir: Scope): void {
    for (const [lease, root] of this.#roots) {
      if (root === scope) this.#roots.set(lease, heir as RtcScope);
    }
  }

  #warned(warning: RtcWarning): void {
    if (this.#events.emit('warning', warning)) return;
    process.emitWarning(warning.message, { type: 'ScopedRtcWarning', code: warning.code });
  }

  /** Somebody else ends the library (P12): give back what is ours before, so that it does not block; tell after. */
  #onForeignCleanup(stage: 'before' | 'after'): void {
    if (stage === 'before') {
      this.#engine.ledger.closeAll();
      return;
    }
    this.#engine.ledger.forgetAll(); // its hook stays: what is made next belongs to the same generation
    const killed: OwnedNode[] = [];
    for (const scope of this.#roots.values()) collectHandles(scope[TREE_NODE], killed);
    if (killed.length === 0) return;
    const names = killed.map((node) => node.path);
    const message =
      `other code in this process called the library's global cleanup(), which ended ${names.join(', ')}. ` +
      "If it must outlive your scopes, use cleanup: 'manual' here and call cleanup() in one place only";
    this.#engine.warn({ code: 'RTC_FOREIGN_CLEANUP', message });
    for (const node of killed) {
      const { path } = node;
      node.behaviour.kill?.(
        new RtcNativeError("ended by another caller of the library's global cleanup()", { path }),
      );
    }
  }

  #onExit(): void {
    const open: OwnedNode[] = [];
    for (const scope of this.#roots.values()) collectHandles(scope[TREE_NODE], open);
    if (open.length > 0) {
      this.#events.emit(
        'leak',
        open.map((node) => node.path),
      );
    }
    // Synchronous, without draining; what fails here cannot be told to anybody.
    try {
      if (this.#cleanup === 'manual') this.#engine.ledger.closeAll();
      else {
        this.#engine.busy = false;
        if (this.#engine.cleanup()) this.#cleanups++;
      }
    } catch {}
  }
}

/** The topmost handles below `node`, the newest first. */
function collectHandles(node: OwnedNode, into: OwnedNode[]): void {
  for (const child of [...node.children].reverse()) {
    if (child.behaviour.kill) into.push(child);
    else collectHandles(child, into);
  }
}

/** Milliseconds that the library's threads get to end after a cleanup. */
const THREADS_MS = 500;
