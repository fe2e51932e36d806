import type { Clock } from '../time/clock.js';

/** The clock of a page. */
export const pageClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
