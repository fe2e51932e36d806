import { callNative } from '../native/call-native.js';
import { type Clock, currentTurn, yieldProcessor } from '../time/clock.js';
import type { Deadline } from '../time/deadline.js';
import { poll, Deferred } from '../time/wait.js';

/**
 * Wrappers that may be kept until cleanup by default. Of 10 000 each took 4 to 5 kB of
 * resident memory, 1.3 kB of that in the heap, so these take about 100 MB; a cleanup has to walk over them, too.
 */
export const DEFAULT_RETAINED_LIMIT = 20_000;

/** Milliseconds to wait for the library to acknowledge a close; usually it takes one turn of the event loop. */
const ACKNOWLEDGEMENT_MS = 1000;

/** Milliseconds for the answers of peers that show that closing will not block: a round trip to the other side of the world. */
const MOST_DOUBT_MS = 300;

/** Turns of the event loop after which a call that was queued before has been made. */
const TURNS_OF_A_CALL = 3;

/** Tells whether so many have passed since. */
function turnsPass(clock: Clock): () => boolean {
  const end = currentTurn(clock) + TURNS_OF_A_CALL;
  return () => currentTurn(clock) >= end;
}

/** A native wrapper and the one call that gives it back. */
export interface Releasable {
  close?(): void;
  stop?(): void;
}

/** How the library acknowledges the close of a native. */
export interface Acknowledgement {
  /** False where it never does: the wrapper is retained until cleanup. */
  readonly comes?: boolean;
  /** No acknowledgement will come from now on. */
  readonly isLost?: () => boolean;
  /**
   * The library has ended the native by itself, so the acknowledgement is queued by the time that `close()` returns, or never
   * comes: `close()` takes the callback away from a thread that is about to call it.
   */
  readonly isQueued?: boolean;
  /** Milliseconds that it may take. */
  readonly within?: number;
}

/**
 * `held`: in use, its `close()` is still to be called.
 * `closed`: `close()` was called; the wrapper is kept until the library acknowledges it, or until the next
 * cleanup where it never does (H2: a collected wrapper leaves a dangling pointer for cleanup to walk over).
 * `released`: nothing refers to it any more.
 */
export type RecordState = 'held' | 'closed' | 'released';

const owned = new WeakSet<Releasable>();

/** A ledger of this copy of the package holds the native, or has held it. */
export function isOwned(native: object): boolean {
  return owned.has(native);
}

/** One native object in the ledger. Holds it strongly for as long as its collection would be a crash. */
export class NativeRecord {
  /** `undefined` where it was made for this package's own use. */
  readonly kind: string | undefined;
  #path: () => string;
  readonly #ledger: ReleaseLedger;
  readonly #native: Releasable;
  readonly #creation: Error | undefined;
  readonly #acknowledged = new Deferred<void>();
  /**
   * Asked before a `close()` that the event loop cannot run before: undefined where it returns, or a function that says
   * whether this is known by now.
   */
  doubt: (() => (() => boolean) | undefined) | undefined;
  #state: RecordState = 'held';

  constructor(
    ledger: ReleaseLedger,
    kind: string | undefined,
    native: Releasable,
    path: () => string,
    traced = false,
  ) {
    this.#ledger = ledger;
    this.#creation = traced ? new Error('created') : undefined;
    this.kind = kind;
    this.#native = native;
    this.#path = path;
  }

  get path(): () => string {
    return this.#path;
  }

  /** Where it was made; kept when `SCOPED_RTC_TRACE=1`. */
  get creationStack(): string | undefined {
    return this.#creation?.stack;
  }

  get state(): RecordState {
    return this.#state;
  }

  /** Calls `close()`, once. When the call throws (`RTC_NATIVE`) the record stays `held`, and cleanup tries again. */
  close(): void {
    if (this.#state !== 'held') return;
    const native = this.#native;
    callNative(this.#path(), 'close()', () => (native.close ? native.close() : native.stop?.()));
    this.#state = 'closed';
    this.#ledger.onClosed(this);
    if (this.#acknowledged.settled) this.forget();
  }

  /**
   * As `close()`, where nobody could catch an error: a record that fails stays `held`, and cleanup tries again and
   * warns.
   */
  tryClose(): void {
    try {
      this.close();
    } catch {}
  }

  /**
   * Gives the native back to the library: closes it, waits for the acknowledgement within the deadline, and retains the
   * wrapper until cleanup where none comes. False when it did not come in time. Throws what `close()` throws.
   */
  giveBack(deadline: Deadline, acknowledgement: Acknowledgement = {}): Promise<boolean> | boolean {
    const { comes = true, isQueued = false, within = ACKNOWLEDGEMENT_MS } = acknowledgement;
    this.close();
    if (!comes) this.retainUntilCleanup();
    if (this.#state !== 'closed' || !comes) return true;
    const isLost = isQueued ? turnsPass(deadline.clock) : acknowledgement.isLost;
    return isLost
      ? this.#acknowledgedOrLost(deadline, within, isLost)
      : this.#acknowledgedWithin(deadline, within);
  }

  /** As `giveBack()`, for a caller that neither waits nor can catch an error: cleanup tries again and warns. */
  discard({ comes = true }: Acknowledgement = {}): void {
    this.tryClose();
    if (!comes) this.retainUntilCleanup();
  }

  /**
   * The library has acknowledged the end of the native: its wrapper leaves the ledger, and may be collected. Where the
   * peer ended it our own `close()` is still to be called (H6), and is waited for.
   */
  acknowledge(): void {
    this.#acknowledged.resolve();
    if (this.#state === 'closed') this.forget();
  }

  /**
   * For the native's close callback, which the library keeps for as long as the wrapper: a closure of the handle would
   * keep that, too.
   */
  acknowledging(): () => void {
    return () => this.acknowledge();
  }

  get isAcknowledged(): boolean {
    return this.#acknowledged.settled;
  }

  /**
   * The library will never acknowledge the close: the wrapper is retained until cleanup, and counts towards the limit.
   * Only the wrapper is retained: the path is kept as text, so that the handle can be collected.
   */
  retainUntilCleanup(): void {
    if (this.#state !== 'closed') return;
    const path = this.#path();
    this.#path = () => path;
    this.doubt = undefined;
    this.#ledger.onRetained(this);
  }

  /** An acknowledgement that does not come in time may still come later. */
  async #acknowledgedWithin(deadline: Deadline, within: number): Promise<boolean> {
    const came = await deadline.within(this.#acknowledged.promise, within);
    if (!came) this.retainUntilCleanup();
    return came;
  }

  async #acknowledgedOrLost(deadline: Deadline, within: number, isLost: () => boolean): Promise<boolean> {
    const ended = () => this.isAcknowledged || isLost();
    if (!(await poll(ended, deadline, within))) return false;
    this.retainUntilCleanup();
    return true;
  }

  /** No `close()` is to be called any more: the library has been cleaned up. @internal */
  forget(): void {
    if (this.#state === 'released') return;
    this.#state = 'released';
    this.#ledger.onReleased(this);
  }
}

/**
 * The native objects of a runtime: which are in use, which are closed but must be kept until cleanup.
 * Cleanup before every `close()` blocks for ten seconds and fails (H6), so all are closed before it.
 */
export class ReleaseLedger {
  readonly #held = new Set<NativeRecord>();
  readonly #retained = new Set<NativeRecord>();
  readonly #untilCleanup = new Set<NativeRecord>();
  readonly #limitReached: (limit: number) => void;
  readonly limit: number;
  readonly #traced: boolean;
  #isReported = false;
  #closes = 0;

  /** `limitReached` is called once, until `forgetAll`. */
  constructor(limit: number, limitReached: (limit: number) => void, traced = false) {
    this.limit = limit;
    this.#traced = traced;
    this.#limitReached = limitReached;
  }

  hold(kind: string | undefined, native: Releasable, path: () => string): NativeRecord {
    owned.add(native);
    const record = new NativeRecord(this, kind, native, path, this.#traced);
    this.#held.add(record);
    return record;
  }

  /** Natives whose `close()` is still to be called. */
  get held(): number {
    return this.#held.size;
  }

  /** Natives that are closed and kept only because the library still points to them. */
  get retained(): number {
    return this.#retained.size;
  }

  /** Natives that were closed since the last cleanup. */
  get closes(): number {
    return this.#closes;
  }

  get heldRecords(): Iterable<NativeRecord> {
    return this.#held;
  }

  /** The limit is reached. */
  get isFull(): boolean {
    return this.#untilCleanup.size >= this.limit;
  }

  /**
   * The limit is reached, or would be if the peer of one connection closed its `open` channels now: a channel that is made
   * has to be made so that its wrapper can be freed. Reports that.
   */
  isFilledBy(open: number): boolean {
    if (this.#untilCleanup.size + open < this.limit) return false;
    this.#report();
    return true;
  }

  /** With `more` wrappers the limit is exceeded so far that the connection whose peer keeps opening channels has to end. */
  isOverfull(more: number): boolean {
    return this.#untilCleanup.size + more >= this.limit + Math.ceil(this.limit / 20);
  }

  /** @internal */
  onClosed(record: NativeRecord): void {
    this.#closes++;
    this.#held.delete(record);
    this.#retained.add(record);
  }

  /** @internal */
  onRetained(record: NativeRecord): void {
    this.#untilCleanup.add(record);
    if (this.isFull) this.#report();
  }

  /** @internal */
  onReleased(record: NativeRecord): void {
    this.#held.delete(record);
    this.#retained.delete(record);
    this.#untilCleanup.delete(record);
  }

  /**
   * Calls every `close()` that was not called, the newest first, and returns what the library threw. Those stay held whose
   * `close()` might block for good.
   */
  closeAll(): unknown[] {
    const errors: unknown[] = [];
    const doubtful = this.#doubtful();
    for (const record of [...this.#held].reverse()) {
      if (doubtful.has(record)) continue;
      try {
        record.close();
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }

  #doubtful(): ReadonlyMap<NativeRecord, () => boolean> {
    const doubtful = new Map<NativeRecord, () => boolean>();
    for (const record of [...this.#held]) {
      const isCleared = record.doubt?.();
      if (isCleared) doubtful.set(record, isCleared);
    }
    const until = performance.now() + MOST_DOUBT_MS;
    while (doubtful.size > 0 && performance.now() < until) {
      for (const [record, isCleared] of doubtful) if (isCleared()) doubtful.delete(record);
      if (doubtful.size > 0) yieldProcessor(1);
    }
    return doubtful;
  }

  #report(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#limitReached(this.limit);
  }

  /** After cleanup the library points to nothing any more. */
  forgetAll(): void {
    for (const record of [...this.#held, ...this.#retained]) record.forget();
    this.#isReported = false;
    this.#closes = 0;
  }
}
