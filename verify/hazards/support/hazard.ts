import type * as ndc from 'node-datachannel';

/** The raw binding, as `import * as ndc from 'node-datachannel'` gives it. */
export type Binding = typeof ndc;

/** What a program of a row says about itself while it runs; the parent judges. */
export interface Report {
  /** `count` of `total` were lost. Nothing is wrong when `count` is 0. */
  lost(count: number, total: number, what?: string): void;
  /** Something happened that a user should never meet. */
  wrong(what: string): void;
  /** A figure for the table; no verdict. */
  note(what: string): void;
}

export interface Side<P> {
  readonly program: P;
  /** How often it is run at the most. A program that blocks for ten seconds is run once. */
  readonly runs?: number;
}

/** One hazard: two programs that do the same job, with the raw binding and with this package. */
export interface Hazard {
  readonly id: string;
  /** The file the programs are in: `import.meta.url`. */
  readonly file: string;
  /** What a user does. */
  readonly does: string;
  /** What goes wrong with the raw binding, and why. */
  readonly why: string;
  /** Exit code that is right for this job. Default 0. */
  readonly exitCode?: number;
  readonly raw: Side<(ndc: Binding, report: Report) => void | Promise<void>>;
  readonly sdk: Side<(report: Report) => void | Promise<void>>;
}
