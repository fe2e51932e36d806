type Method = (...args: never[]) => unknown;

/** For each method of a native: what it returns before the native exists, or that the call is deferred. */
export type Answers<N> = { readonly [K in keyof N]: N[K] | 'later' };

/** An object in place of a native that does not exist yet. Once the native exists, calls are forwarded to it. */
export interface StandIn<N> {
  readonly native: N;
  /** Makes the calls that had to wait, in their order. */
  becomes(real: N): void;
}

export function standIn<N extends object>(answers: Answers<N>): StandIn<N> {
  const calls: ((real: N) => void)[] = [];
  const native = {} as N;
  const keys = Object.keys(answers) as (keyof N)[];
  for (const key of keys) {
    const answer = answers[key];
    const later = (...args: never[]) => void calls.push((real) => (real[key] as Method)(...args));
    native[key] = (answer === 'later' ? later : answer) as N[keyof N];
  }
  return {
    native,
    becomes(real) {
      for (const key of keys)
        native[key] = ((...args: never[]) => (real[key] as Method)(...args)) as N[keyof N];
      for (const call of calls.splice(0)) call(real);
    },
  };
}
