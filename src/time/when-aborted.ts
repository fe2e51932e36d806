/**
 * Calls `act` when `signal` aborts, in the next microtask where it has aborted already; returns a function that takes
 * the listener out again.
 */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    queueMicrotask(act);
    return () => {};
  }
  signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
}
