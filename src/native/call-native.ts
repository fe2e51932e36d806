import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { RtcNativeError } from '../errors/rtc-error.js';
import { withoutSecrets } from './redaction.js';

/** Runs one native call; what it throws (H13: a plain `Error` with English text) becomes the cause of ours. */
export function callNative<T>(path: string, what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const message = `${what} failed: ${explained(text)}`;
    if (withoutSecrets(text) !== text) throw new RtcNativeError(message, { path });
    throw new RtcNativeError(message, { path, cause });
  }
}

/** The library's words, without the credentials or the token in a URL that it quotes, and what they mean. */
export function explained(text: string): string {
  const safe = withoutSecrets(text);
  return safe.includes(NO_SOCKET) ? `${safe}: ${whyNoSocket()}` : safe;
}

/** A native call failed because this machine has no UDP socket for it: whatever the peer sent is not at fault. */
export function isWithoutSocket(error: unknown): boolean {
  return error instanceof RtcNativeError && error.message.includes(NO_SOCKET);
}

/** libdatachannel's words (`impl/icetransport.cpp`) where libjuice could not make its socket. */
const NO_SOCKET = 'Failed to gather local ICE candidates';

function whyNoSocket(): string {
  try {
    closeSync(openSync(devNull, 'r'));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EMFILE') return 'this process has no file descriptor left (EMFILE)';
    if (code === 'ENFILE') return 'the system has no file descriptor left (ENFILE)';
  }
  return 'no UDP port between portRangeBegin and portRangeEnd is free, or bindAddress is not an address of this machine';
}
