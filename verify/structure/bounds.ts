export interface Bound {
  /** More is a failure: a little more than what was reached, so that a way grows only on purpose. */
  readonly most: number;
  /** What is aimed at. */
  readonly goal: number;
}

/** Files of `src` that an operation runs through: what somebody who follows it has to open. */
export const BOUNDS = {
  send: { most: 8, goal: 5 },
  'close() of a channel, peer with this package': { most: 34, goal: 15 },
  'close() of a channel, any other peer': { most: 34, goal: 15 },
  'negotiate()': { most: 33, goal: 20 },
  'end of a scope': { most: 53, goal: 25 },
} as const satisfies Readonly<Record<string, Bound>>;

export type Operation = keyof typeof BOUNDS;

/** The functions that ran, by the path of their file below `src`. */
export type Ran = Readonly<Record<string, readonly string[]>>;
