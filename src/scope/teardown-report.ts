/** What became of one member of the tree, in the order in which the members were torn down. */
export interface TeardownStep {
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
  /** Messages that `send` accepted and whose arrival was not confirmed, plus messages received and not handed over. */
  readonly undelivered: number;
}

export type TeardownReport = readonly TeardownStep[];

/** Puts the report on a teardown error, where a debugger and a test find it. */
export function attachReport(error: unknown, report: TeardownReport): void {
  if (error instanceof Error && Object.isExtensible(error) && !('report' in error)) {
    Object.defineProperty(error, 'report', { value: report, enumerable: false, configurable: true });
  }
}
