import type { PeerConnection } from '../resources/connection/peer-connection.js';

const CANDIDATE_LINE = /^a=(?:candidate:.*|end-of-candidates)\r?\n/gm;

/**
 * Hands an answer to the library, and its candidates afterwards: with them the library may be connected while it still
 * stores the answer, and then DTLS verifies the peer's certificate before there is a fingerprint (H48).
 */
export function describeAnswer(connection: PeerConnection, sdp: string): void {
  connection.setRemoteDescription(sdp.replace(CANDIDATE_LINE, ''), 'answer');
  const mid = /^a=mid:(.*?)\r?$/m.exec(sdp)?.[1] ?? '0';
  for (const line of sdp.match(CANDIDATE_LINE) ?? []) {
    if (!line.startsWith('a=end')) connection.addRemoteCandidate(line.trim(), mid);
  }
}
