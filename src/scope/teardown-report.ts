import { ErrorChain } from '../errors/suppressed-error.js';
import type { Loss } from './loss.js';

/** What became of one member of the tree. */
export interface TeardownStep extends Loss {
  /** Path in the ownership tree, e.g. `app/alice/chat`. */
  readonly path: string;
  /** `PeerConnection`, `DataChannel`, `WebSocket`, `scope`, `entry` (a user's disposer), `beforeEnd`, `cleanup`, … */
  readonly kind: string;
  /**
   * `closed`: ended as it should. `forced`: the deadline passed and it was ended without waiting any longer.
   * `failed`: ending it threw.
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

/** What a branch of a teardown has to say; branches that run at the same time each have a part of the whole. */
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
