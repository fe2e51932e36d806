import type { Sample } from './sample.js';

/** What the soaked process is given, as its one argument. */
export interface Task {
  readonly seconds: number;
  readonly cycles: number;
  readonly seed: number;
  /** Bytes that every cycle loses on purpose, and a file it leaves open: a soak that stays green with it is broken. */
  readonly leak: number;
  /** A folder for two heap snapshots, after the warm-up and at the end; '' for none. They disturb the lines. */
  readonly snapshots: string;
}

/** What it says. */
export type FromWorker =
  | { readonly sample: Sample }
  | { readonly fault: string }
  | { readonly done: Readonly<Record<string, number>> };
