import { RtcBindingError } from '../../errors/kinds.js';

/** `ws` is an optional peer dependency: only who runs the server needs it. */
export async function loadWs(): Promise<typeof import('ws')> {
  try {
    return await import('ws');
  } catch (cause) {
    throw new RtcBindingError(
      'RTC_BINDING_UNAVAILABLE',
      'the signaling server needs the package ws, version 8 or newer: npm install ws',
      { cause },
    );
  }
}
