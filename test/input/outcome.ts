/** How a call ended, thrown or rejected alike. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Calls, and waits a little for a promise: a mistake is reported at once, a right call may take its time. */
export async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    const result = call();
    if (!(result instanceof Promise)) return { value: result };
    return { value: await Promise.race([result, settleSoon()]) };
  } catch (error) {
    return { error };
  }
}

export const PENDING = Symbol('pending');

function settleSoon(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(PENDING))));
}

/** Says what is wrong with an outcome that ought to be a mistake with a good message; `undefined` when nothing is. */
export function complaint(outcome: Outcome, named: string): string | undefined {
  if (!('error' in outcome)) return 'was accepted';
  const { error } = outcome;
  if (!(error instanceof TypeError || error instanceof RangeError)) return `threw ${String(error)}`;
  if ('code' in error) return `threw an error with the code ${String(error.code)}`;
  if (!error.message.includes(named)) return `does not name ${named}: ${error.message}`;
  return undefined;
}
