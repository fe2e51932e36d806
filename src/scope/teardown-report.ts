import { ErrorChain } from '../errors/suppressed-error.js';

/** Messages that may have been lost at an end. */
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
   * Upper bound of what `send` accepted and may not have arrived; zero where the peer has confirmed everything.
   * Includes what was on its way when the peer closed. Messages that were sent more than a minute before count as
   * arrived. Exact to 64 kB. For WebSockets: what the operating system had not accepted.
   */
  readonly unconfirmed: { readonly messages: number; readonly bytes: number };
}

export const NOTHING_LOST: Loss = { undelivered: 0, unread: 0, unconfirmed: { messages: 0, bytes: 0 } };

/** What two have lost together. */
export function sumOf(one: Loss, other: Loss): Loss {
  return {
    undelivered: one.undelivered + other.undelivered,
    unread: one.unread + other.unread,
    unconfirmed: {
      messages: one.unconfirmed.messages + other.unconfirmed.messages,
      bytes: one.unconfirmed.bytes + other.unconfirmed.bytes,
    },
  };
}

/** How one member of the tree has ended; what it owns has steps of its own, with their counts. */
export interface TeardownStep extends Loss {
  /** Path in the ownership tree, e.g. `app/alice/chat`. */
  readonly path: string;
  /** `PeerConnection`, `DataChannel`, `WebSocket`, `scope`, `entry` (a user's disposer), `beforeEnd`, `cleanup`, … */
  readonly kind: string;
  /**
   * `closed`: the member has ended; the library has confirmed the end of a native. `forced`: the deadline passed before
   * that, and nothing waits for the member any longer. `failed`: an error was thrown.
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
 * The members in the order in which they were torn down. Forks that ended at the same time follow each other, each with
 * all its members, in the order in which they began; their times overlap.
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

  /** Inserts a log for a branch, so that the order does not depend on which branch ends first. */
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

/** Adds the report to the error of a teardown, for debuggers and tests. */
function attachReport(error: unknown, report: TeardownReport): void {
  if (error instanceof Error && Object.isExtensible(error) && !('report' in error)) {
    Object.defineProperty(error, 'report', { value: report, enumerable: false, configurable: true });
  }
}
