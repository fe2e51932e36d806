import { RtcNativeError } from '../errors/kinds.js';

/** Runs one native call; what it throws (H13: a plain `Error` with English text) becomes the cause of ours. */
export function callNative<T>(path: string, what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new RtcNativeError(`${what} failed: ${text}`, { path, cause });
  }
}
