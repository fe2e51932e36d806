/** Something that has events, as every handle does. */
interface Source {
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

/** Milliseconds; what does not come in this time never will, also on a machine that is busy with something else. */
const WAIT_MS = 30_000;

/** The arguments of the next `event`. */
export function nextEvent<A extends unknown[]>(source: unknown, event: string): Promise<A> {
  const from = source as Source;
  return within(
    new Promise((resolve) => {
      const listener = (...args: never[]) => {
        from.off(event, listener);
        resolve(args as unknown as A);
      };
      from.on(event, listener);
    }),
    event,
  );
}

/** `work`, or an error that names it when it takes too long. */
export async function within<T>(work: Promise<T>, what: string, ms = WAIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until `condition()` holds. */
export async function until(condition: () => boolean, what: string, ms = WAIT_MS): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what} did not happen within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The code of the error that `work` ends with; fails when it does not end with one. */
export async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return (error as { code?: string }).code ?? `no code: ${String(error)}`;
  }
  throw new Error('nothing was thrown');
}

/** The next `count` messages of a channel, by its iterator. */
export async function take<T>(channel: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  if (count === 0) return taken;
  const reading = async () => {
    for await (const message of channel) {
      taken.push(message);
      if (taken.length === count) break;
    }
  };
  await within(reading(), `${count} messages`);
  return taken;
}
