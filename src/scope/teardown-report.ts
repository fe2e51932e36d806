import { ErrorChain } from '../errors/suppressed-error.js';

/** What an end may have cost. */
export interface Loss {
  /**
   * Messages that `send` or `trySend` accepted and that are known not to have reached the peer, or that the end did not
   * wait for: not confirmed by the peer within the deadline, or still waiting for the channel to open.
   */
  readonly undelivered: number;
  /**
   * Messages that arrived and that no listener, iterator or stream has taken. They can still be iterated, but for those
   * for which the receive buffer had no room.
   */
  readonly unread: number;
  /**
   * At most so much of what `send` accepted may not have arrived; zero where the peer confirmed everything. Also
   * counts what was on its way when the peer closed. What was sent more than a minute before counts as arrived. Exact
   * to 64 kB; WebSockets: what the system had not taken.
   */
  readonly unconfirmed: { readonly messages: number; readonly bytes: number };
}

export const NOTHING_LOST: Loss = { undelivered: 0, unread: 0, unconfirmed: { messages: 0, bytes: 0 } };

/** What became of one member of the tree. */
export interface TeardownStep extends Loss {
  /** Path in the ownership tree, e.g. `app/alice/chat`. */
  readonly path: string;
  /** `PeerConnection`, `DataChannel`, `WebSocket`, `scope`, `entry` (a user's disposer), `beforeEnd`, `cleanup`, … */
  readonly kind: string;
  /**
   * `closed`: it has ended; for what the library holds, the library has confirmed that. `forced`: the deadline passed
   * before, and nothing waits for it any longer. `failed`: ending it threw.
   */
  readonly outcome: 'closed' | 'forced' | 'failed';
  /** Milliseconds spent on ending this member, draining included. */
  readonly ms: number;
  /** The part of `ms` that was spent on draining; members without a user's disposer between them drain together. */
  readonly drainMs: number;
  /** Milliseconds from the start of the teardown until this member began to drain, or else to be released. */
  readonly startedAt: number;
  /** Milliseconds from the start of the teardown until this member was released. */
  readonly endedAt: number;
}

/**
 * The members in the order in which they were torn down. Forks that ended at the same time follow each other, the one
 * that began first with all its members first; their times overlap.
 */
export type TeardownReport = readonly TeardownStep[];

/** The report and the errors of one branch of a teardown; branches that run at the same time have a log each. */
export class TeardownLog {
  readonly #items: (TeardownStep | { readonly error: unknown } | TeardownLog)[] = [];

  step(step: TeardownStep): void {
    this.#items.push(step);
  }

  failed(error: unknown): void {
    this.#items.push({ error });
  }

  /** The log of a branch, in its place: the order does not depend on which of them ends first. */
  part(): TeardownLog {
    const part = new TeardownLog();
    this.#items.push(part);
    return part;
  }

  result(): { report: TeardownReport; errors: ErrorChain } {
    const report: TeardownStep[] = [];
    const errors = new ErrorChain();
    const stack = [...this.#items].reverse();
    for (let item = stack.pop(); item; item = stack.pop()) {
      if (item instanceof TeardownLog) for (const inner of item.#items.toReversed()) stack.push(inner);
      else if ('error' in item) errors.add(item.error);
      else report.push(item);
    }
    if (errors.failed) attachReport(errors.error, report);
    return { report, errors };
  }
}

/** Puts the report on a teardown error, where a debugger and a test find it. */
function attachReport(error: unknown, report: TeardownReport): void {
  if (error instanceof Error && Object.isExtensible(error) && !('report' in error)) {
    Object.defineProperty(error, 'report', { value: report, enumerable: false, configurable: true });
  }
}
