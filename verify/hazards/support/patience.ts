import { realTime } from '../../../src/testing/real-time.js';

/** Waits until `condition()` holds, at most `ms` milliseconds. Resolves whether it holds. */
export async function until(condition: () => boolean, ms = 5000): Promise<boolean> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) return false;
    await pause(5);
  }
  return true;
}

/** `work`, or `undefined` when it takes longer than `ms` milliseconds. */
export function patiently<T>(work: Promise<T>, ms = 5000): Promise<T | undefined> {
  return realTime.within(work, ms);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Messages stop coming: waits until `count()` has been the same for `ms` milliseconds. */
export async function settled(count: () => number, ms = 400, most = 10_000): Promise<void> {
  const end = performance.now() + most;
  let seen = count();
  let since = performance.now();
  while (performance.now() - since < ms && performance.now() < end) {
    await pause(10);
    const now = count();
    if (now !== seen) since = performance.now();
    seen = now;
  }
}

/** Collects garbage until what nobody refers to is gone. Needs `--expose-gc`. */
export async function collectGarbage(rounds = 6): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    (globalThis as { gc?: () => void }).gc?.();
    await pause(10);
  }
}
