/**
 * Reports what a user's handler threw the way Node reports any uncaught error: to `uncaughtException`
 * listeners, or else on stderr with exit code 1. The error object stays the same; an extensible one
 * gets a property `rtcPath`, unless it has one.
 *
 * A throw inside a native callback would abort the process (H9), so it is thrown again from a microtask's
 * end, outside of native code.
 */
export function reportUncaught(error: unknown, path: string): void {
  tagWithPath(error, path);
  // Not a rejected promise: that would go to `unhandledRejection` first. Not a timer: a fatal error should not
  // wait for the event loop's next round.
  queueMicrotask(() => {
    throw error;
  });
}

function tagWithPath(error: unknown, path: string): void {
  if (typeof error !== 'object' || error === null) return;
  try {
    if (Object.isExtensible(error) && !('rtcPath' in error))
      Object.defineProperty(error, 'rtcPath', { value: path, writable: true, configurable: true });
  } catch {
    // A proxy may refuse whatever is asked of it; the error matters more than the path.
  }
}

/** `callback` behind the firewall: safe to hand to native code. `path` is asked for only when it throws. */
export function guardCallback<A extends unknown[]>(
  path: () => string,
  callback: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      reportUncaught(error, path());
    }
  };
}
