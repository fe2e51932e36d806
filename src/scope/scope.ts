import { ownController } from '../time/abort.js';
import { RtcClosedError } from '../errors/rtc-error.js';
import { whenAborted } from '../time/wait.js';
import { ErrorChain } from '../errors/suppressed-error.js';
import { type InTree, OwnedNode, TREE_NODE } from './node.js';
import {
  type BeforeEndOptions,
  checkBeforeEndOptions,
  checkForkOptions,
  checkFunction,
  checkName,
  type ForkOptions,
} from './scope-options.js';
import { type TeardownHost, teardown } from './teardown.js';
import { beforeEndEntry, disposerOf, removeEntry, userEntry } from './user-entry.js';

export interface ScopeHost extends TeardownHost {
  /** Milliseconds that a teardown may take by default. */
  readonly teardownTimeout: number;
  /** `move()` has put `heir` in the place of a root scope. */
  moved(scope: Scope, heir: Scope): void;
  /** A teardown that nobody called for has failed. */
  failed(path: string, error: unknown): void;
}

/**
 * An owner of disposables with the contract of the language's `AsyncDisposableStack`, and a branch of the ownership
 * tree.
 *
 * One documented difference: a second `disposeAsync()` returns the promise of the first, so that no caller continues
 * while the teardown still runs.
 */
export abstract class Scope implements AsyncDisposable, InTree {
  /** @internal */
  readonly [TREE_NODE]: OwnedNode;
  readonly #host: ScopeHost;
  readonly #timeout: number;
  readonly #followed: AbortSignal | undefined;
  #controller: AbortController | undefined;
  #stopWatchingSignal: (() => void) | undefined;
  #forks = 0;

  protected constructor(host: ScopeHost, name: string, options: ForkOptions = {}) {
    checkName(name, 'name');
    const { timeout, signal, inTurn = false } = checkForkOptions(options);
    this.#host = host;
    this.#timeout = timeout ?? host.teardownTimeout;
    this[TREE_NODE] = new OwnedNode(name, 'scope', {
      teardownTimeout: this.#timeout,
      turn: inTurn ? 'alone' : 'beside',
      begin: () => this.#begin(),
      release: () => true,
    });
    this.#followed = signal;
    if (!signal) return;
    this.#stopWatchingSignal = whenAborted(signal, () => {
      // The error is also thrown where the scope's block is left, if it has one.
      this.disposeAsync().catch((error: unknown) => host.failed(this.path, error));
    });
  }

  /** A scope of the same kind, not yet in the tree. */
  protected abstract spawn(name: string, options: ForkOptions): this;

  get name(): string {
    return this[TREE_NODE].name;
  }

  /** Where the scope stands in the ownership tree, e.g. `app/room-1`. */
  get path(): string {
    return this[TREE_NODE].path;
  }

  /** True from the moment at which a teardown of the scope begins, whatever started it. */
  get disposed(): boolean {
    return this.#node.phase !== 'live';
  }

  /** Aborts when the teardown begins. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = ownController();
      if (this.disposed) this.#controller.abort(this.#closing());
    }
    return this.#controller.signal;
  }

  /** Milliseconds that a teardown started here may take. */
  get teardownTimeout(): number {
    return this.#timeout;
  }

  // The names have default values, so that these methods have the same `length` as those of the language.

  /**
   * Disposes `value` with the scope and returns it. Null and undefined are accepted, as by `using`. `name` stands in
   * paths, reports and errors.
   */
  use<T>(value: T, name = 'use'): T {
    this.assertUsable('use');
    checkName(name, 'name');
    const dispose = disposerOf(value);
    this.#node.adoptLater(userEntry, name, dispose ?? (() => {}));
    return value;
  }

  /** Calls `onDispose(value)` with the scope's teardown and returns `value`; `name` as in `use()`. */
  adopt<T>(value: T, onDispose: (value: T) => unknown, name = 'adopt'): T {
    this.assertUsable('adopt');
    checkFunction(onDispose, 'onDispose');
    checkName(name, 'name');
    this.#node.adoptLater(userEntry, name, () => onDispose(value));
    return value;
  }

  /** Calls `onDispose()` with the scope's teardown; `name` as in `use()`. */
  defer(onDispose: () => unknown, name = 'defer'): void {
    this.assertUsable('defer');
    checkFunction(onDispose, 'onDispose');
    checkName(name, 'name');
    this.#node.adoptLater(userEntry, name, onDispose);
  }

  /**
   * Calls `run(signal)` when the scope begins to end, while everything that it owns is still open, for instance to send
   * a last message, which is drained afterwards like all others. The scope's `signal` has aborted already, and nothing
   * new can be created. Several callbacks run at the same time.
   *
   * `run` may take `timeout` milliseconds, by default half of the time that the teardown has. Then `signal` aborts, and
   * the teardown continues and rejects with `RTC_TIMEOUT`. An error of `run` is an error of the teardown, too. Dispose
   * the result to remove the callback. `process.exit()` does not call it.
   */
  beforeEnd(run: (signal: AbortSignal) => unknown, options: BeforeEndOptions = {}): Disposable {
    this.assertUsable('beforeEnd');
    checkFunction(run, 'run');
    const entry = beforeEndEntry(run, checkBeforeEndOptions(options));
    this.#node.adoptNode(entry);
    return { [Symbol.dispose]: () => removeEntry(entry) };
  }

  /**
   * Moves everything that the scope owns to a new scope in the same place of the tree, and returns the new scope. This
   * scope is then disposed and owns nothing. The new one keeps the name, the timeout and both signals: the one that was
   * passed as an option, and `signal`.
   */
  move(): this {
    this.assertUsable('move');
    const options: ForkOptions = { timeout: this.#timeout, inTurn: this.#node.behaviour.turn === 'alone' };
    if (this.#followed) options.signal = this.#followed;
    const heir = this.spawn(this.name, options);
    this.#controller ??= ownController();
    heir.#controller = this.#controller;
    const node = this.#node;
    const isRoot = node.parent === undefined;
    node.claim();
    node.handOver(heir.#node);
    node.markEnded();
    if (isRoot) this.#host.moved(this, heir);
    this.#stopWatchingSignal?.();
    node.ending.settle();
    return heir;
  }

  /**
   * Creates a child scope, which is torn down with this one, or earlier on its own.
   *
   * In the teardown of this scope, forks that were made one after the other end at the same time, each within its own
   * `timeout`, so that a fork that hangs does not delay the others. What was made before them waits until all of them
   * have ended. A handle's `dependsOn()` and the option `inTurn` make forks end one after the other.
   */
  fork(name?: string, options: ForkOptions = {}): this {
    this.assertUsable('fork');
    const bounds = { timeout: this.#timeout, ...checkForkOptions(options) };
    const child = this.spawn(name === undefined ? `scope-${++this.#forks}` : name, bounds);
    this.#node.adoptNode(child.#node);
    return child;
  }

  /** For code without `using`: runs `body`, then tears the scope down, whatever happened. */
  async run<T>(body: (scope: this) => T | Promise<T>): Promise<T> {
    this.assertUsable('run');
    checkFunction(body, 'body');
    const errors = new ErrorChain();
    let result: T | undefined;
    try {
      result = await body(this);
    } catch (error) {
      errors.add(error);
    }
    try {
      await this.disposeAsync();
    } catch (error) {
      errors.add(error);
    }
    if (errors.failed) throw errors.error;
    return result as T;
  }

  /**
   * Tears down everything the scope owns: dependents first, otherwise the newest first. Rejects with the errors of its
   * members, chained as the language chains them; the error's `report` property holds the teardown report.
   */
  disposeAsync(): Promise<void> {
    // Returns a promise for a foreign `this`, too, as the specification requires.
    if (!isObject(this) || !(#host in this)) {
      return Promise.reject(new TypeError('disposeAsync() called on something that is no scope'));
    }
    this.#stopWatchingSignal?.();
    const node = this.#node;
    if (node.phase === 'live') return teardown(node, 'local', this.#host, { timeout: this.#timeout });
    return node.ending.started ?? node.ending.settled;
  }

  declare [Symbol.asyncDispose]: () => Promise<void>;

  /**
   * Throws when nothing can be added to the scope any more: a `ReferenceError` as by `AsyncDisposableStack`, with a
   * code that distinguishes it from others.
   */
  protected assertUsable(method: string): void {
    if (this.#node.phase !== 'live') {
      const error = new ReferenceError(`${this.path}: ${method}() on a scope that is disposed`);
      throw Object.assign(error, { code: 'RTC_SCOPE_DISPOSED' as const, path: this.path });
    }
    if (this.#node.inTeardown) throw this.#closing();
  }

  get #node(): OwnedNode {
    return this[TREE_NODE];
  }

  #begin(): void {
    this.#stopWatchingSignal?.();
    this.#controller?.abort(this.#closing());
  }

  #closing(): RtcClosedError {
    return new RtcClosedError('RTC_CLOSING', 'the scope is being torn down', { path: this.path });
  }
}

// As in the language, both names have the same function, and instances have no own property.
Object.defineProperty(Scope.prototype, Symbol.asyncDispose, {
  value: Scope.prototype.disposeAsync,
  writable: true,
  configurable: true,
});

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
