import { inspect } from 'node:util';
import { LibraryContext } from '../library/library-context.js';
import type { TeardownReport } from '../scope/teardown-report.js';
import type { RtcWarning } from '../diagnostics/warning.js';
import type { RtcLogger } from '../library/library-settings.js';
import { RtcInvalidStateError, RtcNativeError } from '../errors/rtc-error.js';
import { ErrorChain } from '../errors/suppressed-error.js';
import { callNative } from '../native/call-native.js';
import { callback, type EventNames } from '../arguments/argument.js';
import {
  type RtcLogLevel,
  validateLogLevel,
  type SctpSettings,
  validateSctpSettings,
} from '../native/validate/library-settings.js';
import { Emitter } from '../resources/emitter.js';
import { OwnedNode, TREE_NODE } from '../scope/node.js';
import type { ScopeHost } from '../scope/scope.js';
import { type CloseOptions, checkBounds } from '../time/deadline.js';
import { type ScopeOptions } from '../scope/scope-options.js';
import { teardown } from '../scope/teardown.js';
import { relayOf } from '../time/abort.js';
import { ExitGuard, handleSignals, printWhileExiting, type SignalHandlerOptions } from './process-end.js';
import { foreignCleanupWarning, openAtExitWarning } from '../diagnostics/open-handles.js';
import { RootScopes } from './root-scopes.js';
import { RtcScope } from './rtc-scope.js';
import {
  checkRuntimeOptions,
  checkSnapshotOptions,
  type RtcRuntimeOptions,
  type SnapshotOptions,
} from './runtime-options.js';
import { RUNTIME_TRACE, type Trace } from '../diagnostics/trace.js';
import { type RuntimeTrace, runtimeTrace } from '../diagnostics/runtime-trace.js';
import { type RuntimeSnapshot, renderSnapshot, runtimeSnapshot } from '../diagnostics/snapshot.js';
import { ThreadWatch } from '../library/thread-watch.js';
import { type NativeThreads, nativeThreads } from '../diagnostics/threads.js';

export interface RtcRuntimeEvents {
  /** A teardown has ended; `path` is its root. */
  teardown: [report: TeardownReport, path: string];
  /** Something was still open when the process ended; `open` names it. */
  leak: [open: readonly string[]];
  warning: [warning: RtcWarning];
}

const RUNTIME_EVENTS: EventNames<RtcRuntimeEvents> = { teardown: true, leak: true, warning: true };

/**
 * Symbol of the one runtime that all copies of the package in the process share. The version changes with the shape of
 * the class.
 */
const SHARED = Symbol.for('scoped-rtc.runtime.v1');

/**
 * Owns the native library: hands out root scopes and runs the library's global cleanup, once, when the last of
 * them has been torn down.
 */
export class RtcRuntime extends Emitter<RtcRuntimeEvents> {
  readonly #context: LibraryContext;
  readonly #host: ScopeHost;
  readonly #cleanup: 'auto' | 'manual';
  readonly #exitGuard = new ExitGuard((failed) => this.#onExit(failed));
  readonly #threadWatch: ThreadWatch;
  readonly #roots = new RootScopes();
  #generation = 0;
  #cleanups = 0;
  #named = 0;
  /** Set while the process exits: a warning must then be written synchronously. */
  #exiting: { readonly quiet: boolean } | undefined;

  /** A runtime of its own, for tests and embedders; applications use `RtcRuntime.shared`. */
  constructor(options: RtcRuntimeOptions = {}) {
    super('RtcRuntime', RUNTIME_EVENTS);
    const { cleanup = 'auto', ...contextOptions } = checkRuntimeOptions(options);
    this.#cleanup = cleanup;
    this.#context = new LibraryContext(contextOptions, {
      tornDown: (root, report) => void this.dispatch('teardown', report, root.path),
      warned: (warning) => this.#warned(warning),
      foreignCleanup: (stage) => this.#onForeignCleanup(stage),
    });
    const context = this.#context;
    this.#threadWatch = new ThreadWatch(context, () => this.#roots.size === 0);
    this.#host = {
      clock: context.clock,
      teardownTimeout: context.teardownTimeout,
      tornDown: (root, report, error) => context.tornDown(root, report, error),
      moved: (scope, heir) => this.#roots.moved(scope, heir as RtcScope),
      failed: (path, cause) =>
        context.warn({ code: 'RTC_CLOSE_FAILED', message: `the teardown of ${path} failed`, path, cause }),
    };
  }

  /** The name of the runtime in errors and warnings. */
  get path(): string {
    return 'runtime';
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
    const scope = new RtcScope(this.#context, this.#host, checkedName, checkBounds(options, 'scope'));
    const lease = this.#lease();
    scope[TREE_NODE].adoptNode(lease);
    if (this.#roots.size === 0) {
      this.#threadWatch.beforeScope();
      this.#generation++;
      this.#context.scopesBegan();
      this.#exitGuard.arm();
    }
    this.#roots.add(lease, scope);
    this.#context.trace.note('scope', scope.path, 'acquired');
    return scope;
  }

  /** `closing`: there are root scopes, and all of them are being torn down. */
  get state(): 'idle' | 'active' | 'closing' {
    if (this.#roots.size === 0) return 'idle';
    for (const scope of this.#roots.scopes) if (!scope.disposed) return 'active';
    return 'closing';
  }

  /** Number of times that the first root scope was made while there was none. */
  get generation(): number {
    return this.#generation;
  }

  /** Number of times that the native library was cleaned up. */
  get cleanups(): number {
    return this.#cleanups;
  }

  /**
   * Everything that is open. Its `details`, such as candidates and buffers, cost a few native calls for each member.
   */
  snapshot(options: SnapshotOptions = {}): RuntimeSnapshot {
    const { details = false } = checkSnapshotOptions(options);
    return runtimeSnapshot(this, this.#context, this.#roots.snapshots(details));
  }

  /** The ownership tree as text. */
  inspect(): string {
    return renderSnapshot(this.snapshot());
  }

  [inspect.custom](): string {
    return this.inspect();
  }

  /**
   * The recorded past: the latest 4096 events since `SCOPED_RTC_TRACE=1` or the inspector began to record, teardowns,
   * warnings, and a snapshot with details. A trace contains no secrets. Save it as JSON to open it in the inspector's
   * page.
   */
  trace(): RuntimeTrace {
    return runtimeTrace(this.#context.trace, this.snapshot({ details: true }));
  }

  /** For the inspector. @internal */
  get [RUNTIME_TRACE](): Trace {
    return this.#context.trace;
  }

  /** The threads that the library has now. */
  threads(): NativeThreads {
    return nativeThreads();
  }

  /**
   * Tears down every root scope, all at the same time and within one deadline. With `cleanup: 'manual'` this method
   * also runs the library's cleanup.
   */
  async shutdown(options: CloseOptions = {}): Promise<void> {
    const { timeout = this.#context.teardownTimeout, signal: given } = checkBounds(options, 'shutdown()');
    const signal = given && relayOf(given);
    const ends = this.#roots.scopes.reverse().map((scope) => {
      const node = scope[TREE_NODE];
      // A scope that is ending already rejects to the caller that began its teardown.
      if (node.phase !== 'live') node.ending.deadline?.shorten({ timeout, signal });
      return teardown(node, 'owner', this.#host, { timeout, signal });
    });
    const errors = new ErrorChain();
    for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') errors.add(end.reason);
    if (this.#cleanup === 'manual' && this.#roots.size === 0) await this.#runCleanup();
    if (errors.failed) throw errors.error;
  }

  /**
   * Loads the library and starts its threads ahead of the first connection, which then connects some milliseconds
   * sooner. Throws `RTC_INVALID_STATE` without a root scope, because only the end of the last one stops the threads.
   */
  preload(): void {
    if (this.#roots.size === 0) {
      throw new RtcInvalidStateError('preload() needs a root scope, whose end stops the threads', {
        path: 'runtime',
      });
    }
    const { native } = this.#context;
    callNative('runtime', 'preload', () => native.preload());
  }

  /**
   * Replaces the SCTP settings of the whole process, for connections that are made from now on. Settings that are left
   * out return to the library's defaults.
   */
  setSctpSettings(settings: SctpSettings): void {
    this.#context.setSctp(validateSctpSettings(settings));
  }

  /**
   * Receives the log of the native library, from `level` on (default `Warning`). Without a logger the log goes to the
   * diagnostics channel `scoped-rtc:log`, never to the console.
   *
   * The library's own level is set at its first use in a generation. Later in that generation only the logger is
   * replaced, and a lower level takes effect with the next generation.
   */
  setLogger(logger: RtcLogger | undefined, level?: RtcLogLevel): void {
    const checked = logger === undefined ? undefined : (callback(logger, 'logger') as RtcLogger);
    this.#context.settings.setLogger(checked, level === undefined ? undefined : validateLogLevel(level));
  }

  /**
   * Shuts down on SIGINT and SIGTERM, then exits with 128 + the signal's number; a second signal exits at once.
   * Dispose the result to remove the handlers.
   */
  installSignalHandlers(options: SignalHandlerOptions = {}): Disposable {
    return handleSignals(options, this.#context, (bounds) => this.shutdown(bounds));
  }

  /** The oldest member of a root scope, which therefore ends last: releases the scope's claim on the library. */
  #lease(): OwnedNode {
    let idle = false;
    const lease: OwnedNode = new OwnedNode('cleanup', 'cleanup', {
      turn: 'alone',
      release: async () => {
        if (this.#roots.size === 1 && this.#cleanup === 'auto') await this.#threadWatch.settled();
        this.#roots.delete(lease);
        if (this.#roots.size > 0) {
          idle = true;
          return true;
        }
        this.#exitGuard.disarm();
        this.#context.scopesEnded();
        idle = this.#cleanup === 'manual' || !(await this.#runCleanup());
        return true;
      },
      unreported: () => idle,
    });
    return lease;
  }

  /** Resolves with `false` when there was nothing to clean up, or when another runtime has to do it. */
  async #runCleanup(): Promise<boolean> {
    if (!this.#cleanUp()) return false;
    await this.#threadWatch.gone();
    return true;
  }

  /** `atExit`: natives that are still open have been reported already, and what might block is left to the operating system. */
  #cleanUp(atExit = false): boolean {
    const started = this.#context.clock.now();
    if (!this.#context.cleanup(atExit)) return false;
    const ms = this.#context.clock.now() - started;
    this.#cleanups++;
    this.#context.trace.cleanedUp({ generation: this.#generation, cleanups: this.#cleanups, ms });
    return true;
  }

  #warned(warning: RtcWarning): void {
    if (this.dispatch('warning', warning)) return;
    const { code, message } = warning;
    if (!this.#exiting) process.emitWarning(message, { type: 'ScopedRtcWarning', code });
    // `emitWarning` writes in the next turn of the event loop, which an exiting process does not reach.
    else if (!this.#exiting.quiet && process.env.NODE_NO_WARNINGS !== '1') {
      printWhileExiting(`(node:${process.pid}) [${code}] ScopedRtcWarning: ${message}\n`);
    }
  }

  /**
   * Other code cleans the library up: releases the natives of this runtime before, so that the cleanup does not block,
   * and warns after.
   */
  #onForeignCleanup(stage: 'before' | 'after'): void {
    if (stage === 'before') {
      this.#context.ledger.closeAll();
      return;
    }
    this.#context.ledger.forgetAll(); // the hook stays installed: natives that are made next belong to the same generation
    this.#context.applySettings();
    const killed = this.#roots.openHandles();
    if (killed.length === 0) return;
    this.#context.warn(foreignCleanupWarning(killed, this.#context.traced));
    for (const node of killed) {
      const { path } = node;
      node.behaviour.kill?.(
        new RtcNativeError("ended by another caller of the library's global cleanup()", { path }),
      );
    }
  }

  /** `failed`: an uncaught error ends the process, and its message should not be buried under warnings. */
  #onExit(failed: boolean): void {
    try {
      this.#reportOpen(failed);
    } finally {
      this.#endAtExit();
    }
  }

  #reportOpen(failed: boolean): void {
    const open = this.#roots.openAtExit();
    if (open.length === 0) return;
    const isReported = this.dispatch(
      'leak',
      open.flatMap(({ handles, root }) => (handles.length > 0 ? handles : [root]).map((node) => node.path)),
    );
    this.#exiting = { quiet: isReported || failed };
    this.#context.warn(openAtExitWarning(open, this.#context.traced));
  }

  /** Synchronous, without draining. An error cannot be reported to anybody any more. */
  #endAtExit(): void {
    try {
      // While a server is open, a client may be queued: the cleanup would block for ten seconds (H24), and nothing can
      // be awaited any more.
      if (this.#cleanup === 'manual' || this.#context.hasServers) this.#context.ledger.closeAll();
      else {
        this.#context.scopesEnded();
        this.#cleanUp(true);
      }
    } catch {}
  }
}
