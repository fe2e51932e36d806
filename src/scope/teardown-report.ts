import type { Loss } from './loss.js';

/** What became of one member of the tree, in the order in which the members were torn down. */
export interface TeardownStep extends Loss {
  /** Path in the ownership tree, e.g. `app/alice/chat`. */
  readonly path: string;
  /** `PeerConnection`, `DataChannel`, `WebSocket`, `scope`, `entry` (a user's disposer), `cleanup`, … */
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

export type TeardownReport = readonly TeardownStep[];

/** Puts the report on a teardown error, where a debugger and a test find it. */
export function attachReport(error: unknown, report: TeardownReport): void {
  if (error instanceof Error && Object.isExtensible(error) && !('report' in error)) {
    Object.defineProperty(error, 'report', { value: report, enumerable: false, configurable: true });
  }
}
