import type { RtcRuntime } from '../../../src/index.js';

/** The thread that cleaned up ends a moment after it said so; in an exit handler that can only be waited out. */
export function threadsAfterExit(runtime: RtcRuntime): number {
  const end = Date.now() + 2000;
  while (runtime.threads().count > 0 && Date.now() < end);
  return runtime.threads().count;
}
