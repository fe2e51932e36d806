import type { AnyHandle } from '../resources/handle.js';
import { warnOfFailure } from './background-failure.js';

/** The binding's `close()` returns at once; what was sent is drained behind it (H7). */
export function closeInBackground(handle: AnyHandle): void {
  handle.close().catch((error: unknown) => warnOfFailure(`closing ${handle.path}`, error));
}
