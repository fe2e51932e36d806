import { holdProcess } from '../../time/clock.js';

/**
 * Where the library's threads and the event loop of the process get their turns. A binding in memory takes the process's
 * own, unless a simulation gives it another.
 */
export interface FakeScheduler {
  /** False while the process is stopped: nothing of it runs, and it takes nothing from the wire. */
  readonly running: boolean;
  /** Milliseconds from an arbitrary origin. */
  now(): number;
  /** Runs `run` soon on a thread of the library, also while the event loop is blocked. */
  thread(run: () => void): void;
  /** Runs `run` in a later turn of the process's event loop. */
  eventLoop(run: () => void): void;
  /** Runs `run` on a thread `ms` milliseconds later, without holding the process. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Keeps the process alive, as objects of the library do that are not closed, until the function that it returns is called. */
  hold?(): () => void;
  /**
   * Called before each call of a native: a thread of the library may run between any two of them, and change what the
   * next returns.
   */
  preempt?(): void;
  /**
   * The library has taken a message from the wire for the channel with that label, or the WebSocket with that path; its program
   * may never be given it.
   */
  arrived?(channel: string, data: string | Buffer): void;
}

/** The event loop of this process; there are no threads, so they share it. */
export const processScheduler: FakeScheduler = {
  running: true,
  now: () => performance.now(),
  thread: (run) => void setImmediate(run),
  eventLoop: (run) => void setImmediate(run),
  hold: holdProcess,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
