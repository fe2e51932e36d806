import type { CallbackQueue } from './callback-queue.js';
import type { FakeHost, HostedNative } from './fake-host.js';
import { blockEventLoop, type FakeKind, type FaultTarget } from './faults.js';

/** How many turns behind `close()` the fault `fireAfterClose` calls the handlers. */
const LATE_TURNS = 3;

type Handler = (...args: never[]) => unknown;

/** What the addon's wrapper classes have in common: guarded calls, callback queues, and which were not closed yet. */
export abstract class FakeNative implements HostedNative, FaultTarget {
  readonly kind: FakeKind;
  readonly id: number;
  protected readonly host: FakeHost;
  readonly #queues = new Map<string, CallbackQueue>();
  readonly #handlers = new Map<string, Handler>();
  #released = false;
  #gone = false;

  constructor(host: FakeHost, kind: FakeKind, args: readonly unknown[], id = host.nextId(kind)) {
    this.host = host;
    this.kind = kind;
    this.id = id;
    const fault = host.faults.forCall({ kind, id, name: '', method: 'constructor', args });
    if (fault?.blockMs !== undefined) blockEventLoop(fault.blockMs);
    if (fault?.throws !== undefined) throw asError(fault.throws);
  }

  abstract get name(): string;
  abstract get nativeState(): string;
  abstract shutDown(): void;
  abstract vanish(): void;
  /** The fault `peerCloses`. */
  protected abstract closeFromPeer(): void;
  /** Arguments with which the fault `fireAfterClose` calls a handler of this event. */
  protected abstract lateArguments(event: string): unknown[];

  get released(): boolean {
    return this.#released;
  }

  abortCallbacks(): void {
    this.#gone = true;
    for (const queue of this.#queues.values()) queue.abort();
    this.#queues.clear();
  }

  /** Runs a method's body with whatever fault is planned for this call. */
  protected call<T>(method: string, args: readonly unknown[], body: () => T): T {
    this.host.loop.preempt();
    const { kind, id, name } = this;
    const fault = this.host.faults.forCall({ kind, id, name, method, args });
    if (fault === undefined) return body();
    if (fault.blockMs !== undefined) blockEventLoop(fault.blockMs);
    if (fault.peerCloses === true) this.closeFromPeer();
    if (fault.throws !== undefined && fault.after !== true) throw asError(fault.throws);
    if ('returns' in fault) return fault.returns as T;
    const result = body();
    if (fault.throws !== undefined) throw asError(fault.throws);
    return result;
  }

  /** Puts a handler into an event's place; the calls queued for the one before are lost with it. */
  protected listen(event: string, handler: unknown, expected = 'Function expected'): void {
    if (typeof handler !== 'function') throw new TypeError(expected);
    this.#queues.get(event)?.abort();
    this.#handlers.set(event, handler as Handler);
    this.#queues.set(event, this.host.queue(this, event, handler as Handler));
  }

  /** Queues a call of the event's handler, unless the object is gone by the time it is served. */
  protected notify(event: string, args: () => unknown[]): void {
    this.#queues.get(event)?.push(() => (this.#gone ? undefined : args()));
  }

  /** Queues the call that ends the object: behind the handler all other callbacks are aborted (H4). */
  protected notifyLast(event: string, args: unknown[], after: () => void): void {
    if (this.host.faults.active('neverAcknowledgeClose', this)) return;
    this.#queues.get(event)?.push(
      () => args,
      () => {
        after();
        this.abortCallbacks();
      },
    );
  }

  /** What `close()` does to the callbacks: all but the closing one are dropped with what waits in them (H25). */
  protected release(closingEvent: string | undefined): void {
    const first = !this.#released;
    this.#released = true;
    for (const [event, queue] of [...this.#queues]) {
      if (event === closingEvent) continue;
      queue.abort();
      this.#queues.delete(event);
    }
    this.host.unhost(this);
    if (first && this.host.faults.active('fireAfterClose', this))
      this.host.loop.enqueue(() => this.#fireLate(), LATE_TURNS);
  }

  protected abort(where: string, error: unknown): void {
    this.host.aborted({ kind: this.kind, id: this.id, where, error });
  }

  #fireLate(): void {
    for (const [event, handler] of this.#handlers) {
      const queue = this.host.queue(this, event, handler);
      queue.push(() => this.lateArguments(event));
    }
  }
}

export function asError(thrown: Error | string): Error {
  return typeof thrown === 'string' ? new Error(thrown) : thrown;
}
