import type { AnyHandle } from '../resources/handle.js';

/** The binding's `close()` returns at once; what was sent is drained behind it (H7). */
export function closeInBackground(handle: AnyHandle): void {
  handle.close().catch((error: unknown) => warnOfFailure(`closing ${handle.path}`, error));
}

/** Reports the failure of work behind a call that has returned already: a warning of the process, with the error's text. */
export function warnOfFailure(what: string, error: unknown): void {
  // As text: `emitWarning` refuses an error of another realm, such as a test runner's.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${what} failed: ${text}`, { type: 'ScopedRtcWarning', code: 'RTC_CLOSE_FAILED' });
}
