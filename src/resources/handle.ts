import { isInstance, markClass } from '../errors/other-copies.js';
import { ownController } from '../time/abort.js';
import { inspect } from 'node:util';
import { describeError } from '../diagnostics/described-error.js';
import type { HandleDetails } from '../diagnostics/handle-details.js';
import { type LibraryContext, checkedContext, warnOfCycle } from '../library/library-context.js';
import { inspectNode } from '../diagnostics/snapshot.js';
import { bounded, Deferred, started, whenAborted } from '../time/wait.js';
import { RtcAbortedError, RtcClosedError, RtcError } from '../errors/rtc-error.js';
import { type EventNames, wrongType } from '../arguments/argument.js';
import {
  type Deadline,
  type Bounds,
  type CloseOptions,
  checkBounds,
  type WaitOptions,
} from '../time/deadline.js';
import { addOrderedDependency } from '../scope/order.js';
import { type Loss, NOTHING_LOST, sumOf } from '../scope/teardown-report.js';
import type { HandleFigures, TeardownCause } from '../scope/node-behaviour.js';
import { type InTree, OwnedNode, TREE_NODE } from '../scope/node.js';
import { teardown } from '../scope/teardown.js';
import { Emitter, type EventMap } from './emitter.js';

/** Any kind of handle. */
// oxlint-disable-next-line typescript/no-explicit-any -- the one type that every map of events fits
export type AnyHandle = Handle<any>;

export type HandleState = 'opening' | 'open' | 'closing' | 'closed';

/**
 * How a handle ended. A handle that owns others has the counts of all of them together: a connection those of its channels and
 * tracks, a server those of its sockets, also of those that had closed before.
 */
export interface CloseInfo extends Loss {
  /**
   * `local`: by `close()` or `abort()`. `remote`: by the peer. `owner`: with the scope or handle that owns it.
   * `error`: by a failure; `reason` says which.
   */
  readonly by: TeardownCause;
  /** What `abort` was given, or the error that ended the handle. */
  readonly reason?: unknown;
}

/**
 * An owned native object. Always made by a scope or by another handle, torn down with it at the latest.
 *
 * `await using` closes it at the end of the block: what was sent is drained, within the deadline.
 */
export abstract class Handle<Events extends EventMap<Events>>
  extends Emitter<Events>
  implements AsyncDisposable, InTree
{
  /** @internal */
  readonly [TREE_NODE]: OwnedNode;
  /** @internal */
  protected readonly context: LibraryContext;
  readonly #createdAt: number;
  /** An error rather than its text: that is made when somebody reads it, which takes longer than all else. */
  readonly #creation: Error | undefined;
  readonly #ended = new Deferred<CloseInfo>();
  #state: HandleState = 'opening';
  #cause: TeardownCause = 'local';
  #reason: unknown;
  #failed = false;
  #controller: AbortController | undefined;
  #stopWatchingSignal: (() => void) | undefined;
  /** Of the handles that this one owns, and that have closed. */
  #lossOfOwned = NOTHING_LOST;
  /** Tells the owner, where that is a handle. */
  readonly #tellOwner: ((loss: Loss) => void) | undefined;

  /** @internal */
  protected constructor(
    context: LibraryContext,
    owner: OwnedNode,
    kind: string,
    events: EventNames<Events>,
    name: string,
    signal?: AbortSignal,
  ) {
    super(kind, events);
    this.context = checkedContext(context, kind);
    this.#createdAt = Date.now();
    this.#creation = context.traced ? new Error('created') : undefined;
    const node = new OwnedNode(name, kind, {
      begin: (cause) => this.#begin(cause),
      drain: (deadline) => this.drainNative(deadline),
      release: (deadline) => this.releaseNative(deadline),
      loss: () => this.loss(),
      ownedClosed: (loss) => {
        this.#lossOfOwned = sumOf(this.#lossOfOwned, loss);
      },
      afterEnd: () => this.#end(),
      reason: () => this.#reason,
      kill: (error) => this.fail(error),
      describe: () => ({
        state: this.#state,
        createdAt: this.#createdAt,
        creationStack: this.#creation?.stack,
        ...this.figures(),
      }),
      details: () => this.details(),
    });
    this[TREE_NODE] = node;
    this.#tellOwner = owner.behaviour.ownedClosed;
    owner.adoptNode(node);
    if (signal) this.#stopWatchingSignal = whenAborted(signal, () => void this.abort(signal.reason));
    context.trace.created(node, this.#creation);
  }

  /** Where the handle stands in the ownership tree, e.g. `app/alice/chat`. */
  get path(): string {
    return this[TREE_NODE].path;
  }

  get state(): HandleState {
    return this.#state;
  }

  /** Aborts when the handle begins to close, for whatever reason. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = ownController();
      if (this.#state === 'closing' || this.#state === 'closed')
        this.#controller.abort(this.closedError('it'));
    }
    return this.#controller.signal;
  }

  /**
   * In a teardown that ends both, this handle goes before `other`, wherever in the tree they live.
   * Closing `other` on its own does not close this one. Throws `RTC_INVALID_STATE` for a cycle.
   */
  dependsOn(other: AnyHandle): this {
    if (typeof other !== 'object' || other === null || !(#state in other))
      throw wrongType('other', 'a handle', other);
    // Not in a teardown that has begun: its order is settled.
    this.assertCanOwn('dependsOn()');
    other.assertCanOwn('dependsOn() on it');
    addOrderedDependency(this[TREE_NODE], other[TREE_NODE], (cycle) => warnOfCycle(this.context, cycle));
    return this;
  }

  /**
   * Drains, then closes; bounded by the options' or else the owner's timeout. Idempotent: later callers wait for
   * the same end, only the first gets its error. Their options can make it end sooner, not later.
   */
  close(options?: CloseOptions): Promise<void> {
    let bounds: Bounds;
    try {
      bounds = checkBounds(options, 'close()');
    } catch (error) {
      return Promise.reject(error);
    }
    const { ending, phase } = this[TREE_NODE];
    if (phase === 'live') {
      return teardown(this[TREE_NODE], 'local', this.context, {
        timeout: bounds.timeout ?? this.teardownBound,
        signal: bounds.signal,
      });
    }
    if (!ending.done) ending.deadline?.shorten(bounds);
    return ending.settled;
  }

  /**
   * Closes at once, without draining, and resolves when that has ended; it never rejects. Waits that are pending on the
   * handle reject with `RTC_ABORTED`, whose `cause` is `reason`.
   */
  abort(reason?: unknown): Promise<void> {
    const { ending, phase } = this[TREE_NODE];
    if (phase === 'live') this.end('local', reason ?? new RtcAbortedError('aborted', { path: this.path }));
    else ending.deadline?.force();
    return ending.settled;
  }

  /**
   * Resolves when the handle has closed, with how it ended and what was lost with it and with the handles that it owned. Without
   * `options` the wait has no bound.
   */
  closed(options?: WaitOptions): Promise<CloseInfo> {
    return started(() => {
      const bounds = { timeout: Number.POSITIVE_INFINITY, ...checkBounds(options, 'closed()') };
      return bounded(this.#ended, bounds, this.context.clock, this.path, 'closing');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Holds for a handle of another copy of the package, too: they share the runtime. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }

  [inspect.custom](): string {
    return inspectNode(this[TREE_NODE]);
  }

  /** Ends the handle without draining, because of `reason`. @internal */
  protected end(cause: TeardownCause, reason: unknown, timeout = 0): void {
    if (this[TREE_NODE].phase !== 'live') return;
    if (!this.#failed) this.#reason = reason;
    teardown(this[TREE_NODE], cause, this.context, { timeout }).catch((error: unknown) => {
      this.context.warn({
        code: 'RTC_CLOSE_FAILED',
        message: `closing ${this.path} failed`,
        path: this.path,
        cause: error,
      });
    });
  }

  /** Ends the handle because of `error`, which is emitted first. @internal */
  protected fail(error: Error, timeout = 0): void {
    if (this[TREE_NODE].phase !== 'live') return;
    // Before the event: a listener that closes the handle is not what ended it.
    this.#failed = true;
    this.#reason = error;
    this.dispatch('error', error);
    this.end('error', error, timeout);
  }

  /** Milliseconds that ending this handle may take by default. @internal */
  protected get teardownBound(): number {
    return this[TREE_NODE].inheritedTimeout ?? this.context.teardownTimeout;
  }

  /** @internal */
  protected markOpen(): boolean {
    if (this.#state !== 'opening') return false;
    this.#state = 'open';
    this.context.trace.opened(this[TREE_NODE]);
    return true;
  }

  /** Why the handle is closing or closed, where a reason was given. @internal */
  protected get reason(): unknown {
    return this.#reason;
  }

  /** @internal */
  protected assertUsable(what: string): void {
    if (this.#state === 'closing' || this.#state === 'closed') throw this.closedError(what);
  }

  /** Throws when this handle, or an owner of it, is being torn down: nothing new may be made here. @internal */
  protected assertCanOwn(what: string): void {
    this.assertUsable(what);
    if (this[TREE_NODE].inTeardown) {
      throw new RtcClosedError('RTC_CLOSING', `${what} while its owner is being torn down`, {
        path: this.path,
      });
    }
  }

  /** What a wait rejects with that is pending when the handle begins to close. @internal */
  protected endingError(what: string): unknown {
    if (this.#reason === undefined) {
      const why = this.#cause === 'remote' ? 'the peer has closed it' : 'the handle is closing';
      return new RtcClosedError('RTC_CLOSING', `${what} ended, ${why}`, { path: this.path });
    }
    if (this.#cause === 'error') return this.#reason;
    if (this.#cause === 'owner' && this.#reason instanceof RtcError) return this.#reason;
    return new RtcAbortedError(`${what} ended, the handle was aborted`, {
      path: this.path,
      cause: this.#reason,
    });
  }

  /** @internal */
  protected closedError(what: string): RtcError {
    const options =
      this.#reason === undefined ? { path: this.path } : { path: this.path, cause: this.#reason };
    const code = this.#state === 'closed' ? 'RTC_CLOSED' : 'RTC_CLOSING';
    const why = this.#cause === 'remote' ? 'the peer has closed it' : `the handle is ${this.#state}`;
    return new RtcClosedError(code, `${what} is not possible, ${why}`, options);
  }

  /** The handle begins to close: reject what waits. @internal */
  protected onClosing(): void {}
  /** The handle has closed; `close` is about to be emitted. @internal */
  protected onClosed(): void {}
  /** @internal */
  protected loss(): Loss {
    return NOTHING_LOST;
  }
  /** @internal */
  protected figures(): HandleFigures {
    return {};
  }
  /** For a snapshot with details. @internal */
  protected details(): HandleDetails {
    return this.#reason === undefined ? {} : { reason: describeError(this.#reason) };
  }
  /** @internal */
  protected drainNative(_deadline: Deadline): Promise<void> | undefined {
    return undefined;
  }
  /** @internal */
  protected abstract releaseNative(deadline: Deadline): Promise<boolean> | boolean;

  #begin(cause: TeardownCause): void {
    this.#cause = this.#failed ? 'error' : cause;
    if (cause === 'owner') this.#reason ??= this[TREE_NODE].parent?.behaviour.reason?.();
    this.#state = 'closing';
    this.context.trace.closing(this[TREE_NODE], this.#cause, this.#reason);
    this.#stopWatchingSignal?.();
    this.onClosing();
    this.#controller?.abort(this.endingError('it'));
  }

  #end(): void {
    this.#state = 'closed';
    this[TREE_NODE].ending.deadline?.[Symbol.dispose]();
    this.onClosed();
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    const loss = sumOf(this.loss(), this.#lossOfOwned);
    this.#tellOwner?.(loss);
    const info: CloseInfo = { by: this.#cause, ...reason, ...loss };
    this.context.trace.closed(this[TREE_NODE], info);
    this.#ended.resolve(info);
    this.dispatch('close', info);
  }
}

markClass(Handle, 'Handle');
