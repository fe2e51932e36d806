import { LONGEST_TIMER } from '../time/clock.js';

// Taken while they are real: a test may have replaced the global ones by fakes, and a wait of the kit itself must
// end all the same.
const { setTimeout, clearTimeout, setImmediate, performance } = globalThis;
const now = performance.now.bind(performance);

/** Time as it passes outside every test: milliseconds from an arbitrary origin. */
export const realTime = {
  now,

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  },

  /** What `work` ends with; `undefined` when that takes more than `ms`. */
  async within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
    if (ms === Number.POSITIVE_INFINITY) return work;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), Math.min(ms, LONGEST_TIMER));
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  },

  /** One turn of the event loop. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  },
};
