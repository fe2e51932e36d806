const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Sleeps for `ms` milliseconds, fractions of one. A thread of the library that this one has just woken may have to wait
 * for its processor until it sleeps (some 3 ms on Linux 6.6 and later, even where another processor is free).
 */
export function yieldProcessor(ms: number): void {
  try {
    Atomics.wait(cell, 0, 0, ms);
  } catch {
    // Not every embedder lets its main thread wait.
  }
}
