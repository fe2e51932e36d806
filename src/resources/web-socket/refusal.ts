import type { Dial } from './dial.js';

/** Why a client did not open, in a few words. */
export interface Refusal {
  readonly why: string;
  /** The system's error, where one ended the connection. */
  readonly cause: unknown;
}

/**
 * From what the library said, if it said anything, and from what passed through a tunnel, if there was one.
 */
export function refusalOf(dial: Dial | undefined, said: string | undefined): Refusal {
  return { why: statusOf(dial) ?? withoutStatus(dial, said), cause: dial?.tunnel?.failure };
}

/** The server's answer in HTTP, or the proxy's, where it was another than 101. */
function statusOf(dial: Dial | undefined): string | undefined {
  const { statusLine, awaitsProxy } = dial?.tunnel ?? {};
  if (statusLine === undefined || /^101(?: |$)/.test(statusLine)) return undefined;
  if (awaitsProxy) return `the proxy answered ${statusLine}`;
  if (dial?.isSecure) return `TLS connection failed: the server answered without TLS, ${statusLine}`;
  return `the server answered ${statusLine}`;
}

/** Where no answer in HTTP could be read. */
function withoutStatus(dial: Dial | undefined, said: string | undefined): string {
  const tunnel = dial?.tunnel;
  if (said === TIMED_OUT && tunnel) {
    const what = tunnel.isSilent ? 'sent nothing' : 'not finished the handshake';
    return `${said}: ${tunnel.remoteAddress} accepted the connection and has ${what}`;
  }
  if (said === NO_HANDSHAKE) return `${said}: the answer was not that of a WebSocket server that accepts`;
  if (said !== undefined) return said;
  // A server may end the connection over a refused certificate before the library has said that it refused it.
  if (dial?.isSecure) return `TLS connection failed, or ${UNSAID}`;
  return tunnel?.isSilent === false
    ? UNSAID
    : `${UNSAID} without an answer, as one does that expects TLS (wss:)`;
}

/** libdatachannel's words (`impl/websocket.cpp`). */
const TIMED_OUT = 'Connection timed out';
const NO_HANDSHAKE = 'WebSocket connection failed';
/** Where the library does not say why. */
const UNSAID = 'the server refused or ended the connection';
