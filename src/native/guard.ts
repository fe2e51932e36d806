import { RtcNativeError } from '../errors/kinds.js';
import { withoutSecrets } from './redaction.js';

/** Runs one native call; what it throws (H13: a plain `Error` with English text) becomes the cause of ours. */
export function callNative<T>(path: string, what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    // The library quotes a URL that it refuses, with the credentials or the token in it.
    const said = withoutSecrets(text);
    if (said !== text) throw new RtcNativeError(`${what} failed: ${said}`, { path });
    throw new RtcNativeError(`${what} failed: ${text}`, { path, cause });
  }
}
