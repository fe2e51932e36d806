import { RtcTimeoutError } from '../errors/kinds.js';
import { ErrorChain } from '../errors/suppressed-error.js';
import type { Clock } from '../time/clock.js';
import { Deadline, type DeadlineOptions } from '../time/deadline.js';
import { drive, type Steps } from './drive.js';
import { NOTHING_LOST } from './loss.js';
import type { OwnedNode, TeardownCause } from './node.js';
import { flattenSubtree, teardownOrder } from './order.js';
import { TurnSlice } from '../time/turn-slice.js';
import { attachReport, type TeardownReport, type TeardownStep } from './teardown-report.js';

export interface TeardownHost {
  readonly clock: Clock;
  /** Told once of every teardown that somebody started, when it has ended. */
  tornDown(root: OwnedNode, report: TeardownReport, error: unknown): void;
}

/**
 * Ends `root` and all it owns. Resolves when everything is released; rejects with what went wrong, as the
 * language chains it. Must be called once for a node that is still live.
 */
export function teardown(
  root: OwnedNode,
  cause: TeardownCause,
  host: TeardownHost,
  bound: DeadlineOptions,
): Promise<void> {
  if (!root.claim()) return root.ending.settled;
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  // Stored before any work is done, so that a call from within finds it.
  root.ending.started = new Promise<void>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  drive(new TeardownRun(host, bound).end(root, cause), resolve, reject);
  return root.ending.started;
}

class TeardownRun {
  readonly #host: TeardownHost;
  readonly #deadline: Deadline;
  readonly #steps: TeardownStep[] = [];
  readonly #errors = new ErrorChain();
  readonly #startedAt: number;
  /** So that thousands of members do not keep the event loop from everything else. */
  readonly #slice = new TurnSlice();

  constructor(host: TeardownHost, bound: DeadlineOptions) {
    this.#host = host;
    this.#startedAt = host.clock.now();
    this.#deadline = new Deadline(host.clock, bound);
  }

  *end(root: OwnedNode, cause: TeardownCause): Steps {
    using _deadline = this.#deadline;
    using _process = holdProcess();
    yield* this.#endBranch(root, cause);
    if (this.#errors.failed) attachReport(this.#errors.error, this.#steps);
    this.#host.tornDown(root, this.#steps, this.#errors.error);
    if (this.#errors.failed) throw this.#errors.error;
  }

  /** `node` is claimed already. */
  *#endBranch(node: OwnedNode, cause: TeardownCause): Steps {
    if (!holdsUserEntries(node)) {
      yield* this.#endTogether([node], cause);
      return;
    }
    node.ending.deadline = this.#deadline;
    node.behaviour.begin?.(cause);
    let together: OwnedNode[] = [];
    const endTogether = () => {
      const batch = together;
      together = [];
      return this.#endTogether(batch, 'owner');
    };
    for (const child of teardownOrder(node)) {
      if (!holdsUserEntries(child) && child.claim()) {
        together.push(child);
        continue;
      }
      if (together.length > 0) yield* endTogether();
      // While the others were torn down, this one may have been ended by somebody else.
      if (!child.claim()) yield this.#waitFor(child);
      else if (child.behaviour.strict) yield* this.#release(child, 0);
      else yield* this.#endBranch(child, 'owner');
    }
    if (together.length > 0) yield* endTogether();
    yield* this.#release(node, 0);
  }

  /**
   * A run without user entries: drained all at once, then released one by one in order.
   * The members of `batch` are claimed already; what they own is claimed here.
   */
  *#endTogether(batch: readonly OwnedNode[], cause: TeardownCause): Steps {
    const mine: OwnedNode[] = [];
    const waits: Promise<void>[] = [];
    for (const root of batch) {
      const subtree: OwnedNode[] = [];
      for (const node of flattenSubtree(root)) {
        if (node === root || node.claim()) subtree.push(node);
        else waits.push(this.#waitFor(node));
      }
      mine.push(...subtree);
      // Owners hear of it before what they own.
      for (const node of subtree.reverse()) {
        node.ending.deadline = this.#deadline;
        node.behaviour.begin?.(node === root ? cause : 'owner');
      }
    }
    const started = this.#host.clock.now();
    const drainMs = new Map<OwnedNode, number>();
    for (const node of mine) {
      if (this.#slice.over) yield this.#slice.next();
      const draining = this.#drain(node);
      if (!draining) continue;
      waits.push(
        draining
          .catch((error: unknown) => this.#errors.add(error))
          .then(() => void drainMs.set(node, this.#host.clock.now() - started)),
      );
    }
    if (waits.length > 0) yield Promise.all(waits);
    for (const node of mine) {
      if (this.#slice.over) yield this.#slice.next();
      yield* this.#release(node, drainMs.get(node) ?? 0, started);
    }
  }

  #drain(node: OwnedNode): Promise<void> | undefined {
    try {
      return node.behaviour.drain?.(this.#deadline);
    } catch (error) {
      this.#errors.add(error);
      return undefined;
    }
  }

  *#release(node: OwnedNode, drainMs: number, drainedFrom?: number): Steps {
    const { path, kind, behaviour } = node;
    const started = this.#host.clock.now();
    let outcome: TeardownStep['outcome'] = 'closed';
    try {
      const confirmed = behaviour.release(this.#deadline);
      if (!(typeof confirmed === 'boolean' ? confirmed : yield confirmed)) outcome = 'forced';
    } catch (error) {
      outcome = error instanceof RtcTimeoutError ? 'forced' : 'failed';
      this.#errors.add(error);
    }
    const ended = this.#host.clock.now();
    if (!behaviour.unreported?.()) {
      const from = drainMs > 0 ? (drainedFrom ?? started) : started;
      this.#steps.push({
        path,
        kind,
        outcome,
        ms: drainMs + ended - started,
        drainMs,
        startedAt: from - this.#startedAt,
        endedAt: ended - this.#startedAt,
        ...(behaviour.loss?.() ?? NOTHING_LOST),
      });
    }
    node.markEnded();
    behaviour.afterEnd?.();
    node.ending.settle();
  }

  /** `node` is being ended by somebody else: waits for that, and hurries it when our own deadline passes. */
  async #waitFor(node: OwnedNode): Promise<void> {
    if (node.ending.done) return;
    if (await this.#deadline.within(node.ending.settled)) return;
    node.ending.deadline?.force();
    await node.ending.settled;
  }
}

/**
 * Every clock of this package lets the process go. A teardown must not lose it half way, also where no callback of
 * a library keeps it (another binding): the process would end with code 13 and leave the rest undone.
 */
function holdProcess(): Disposable {
  const timer = setInterval(() => {}, LONGEST_INTERVAL);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** What Node's timers can take at most: a signed 32-bit number of milliseconds. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

function holdsUserEntries(node: OwnedNode): boolean {
  if (node.behaviour.strict) return true;
  for (const child of node.children) if (holdsUserEntries(child)) return true;
  return false;
}
