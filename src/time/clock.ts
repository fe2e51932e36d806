// Taken while they are real: fake timers of a test must not stop a teardown half way. Such tests have `ManualClock`.
const { setTimeout, clearTimeout, performance } = globalThis;

/** The only source of time: every bound and back-off of the package goes through one of these. */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes backwards. */
  now(): number;
  /**
   * Calls `callback` once after `ms` milliseconds and returns a function that cancels it.
   * Never keeps the process alive.
   */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Node fires timers beyond a signed 32-bit number of milliseconds at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;
