/** The files of `src` that an operation may run through; what a reader has to open who follows it. */
export const GOALS = {
  send: 5,
  'close() of a channel, peer with this package': 15,
  'close() of a channel, any other peer': 15,
  'negotiate()': 20,
  'end of a scope': 25,
} as const satisfies Readonly<Record<string, number>>;

export type Operation = keyof typeof GOALS;

/** The functions that ran, by the path of their file below `src`. */
export type Ran = Readonly<Record<string, readonly string[]>>;
