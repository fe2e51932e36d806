import type { AnyHandle } from '../resources/handle.js';

/** The binding's `close()` returns at once; what was sent is drained behind it (H7). */
export function closeInBackground(handle: AnyHandle): void {
  handle.close().catch((error: unknown) => warnOfFailure(`closing ${handle.path}`, error));
}

/** For what fails after a call that has returned already: a warning of the process, with the error in words. */
export function warnOfFailure(what: string, error: unknown): void {
  // Always as text: an error of another realm (a test runner's) is none to Node.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${what} failed: ${text}`, { type: 'ScopedRtcWarning', code: 'RTC_CLOSE_FAILED' });
}
