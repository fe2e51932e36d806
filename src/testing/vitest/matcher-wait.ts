/** Milliseconds that a matcher waits for what has to happen; below vitest's limit of 5000 ms for a test. */
export const MATCHER_WAIT_MS = 2000;
