import type { NodeSnapshot } from '../../diagnostics/snapshot.js';
import type { TeardownReport } from '../../scope/teardown-report.js';

/** Something that a test left behind, or a teardown that did not go well. */
export type Leak =
  /** A root scope that nobody ended, with what it owns. `moved`: it is what the test's own scope was moved to. */
  | {
      readonly kind: 'scope';
      readonly path: string;
      readonly scope: NodeSnapshot;
      readonly moved: boolean;
      readonly places: ReadonlyMap<string, string>;
    }
  /** A handle of a runtime that the test did not name. */
  | {
      readonly kind: 'handle';
      readonly path: string;
      readonly handleKind: string;
      readonly place: string | undefined;
    }
  /** Natives that a runtime could not give back to the library. */
  | { readonly kind: 'natives'; readonly count: number }
  /** Threads of the library that no scope accounts for. */
  | { readonly kind: 'threads'; readonly names: readonly string[] }
  /** Ending the test's scope threw. */
  | {
      readonly kind: 'teardown-failed';
      readonly path: string;
      readonly error: unknown;
      readonly report: TeardownReport;
    }
  /** The deadline passed while the test's scope was ending. */
  | {
      readonly kind: 'teardown-forced';
      readonly path: string;
      readonly timeout: number;
      readonly report: TeardownReport;
    };
