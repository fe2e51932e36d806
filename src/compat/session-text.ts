import type { PeerConnection } from '../resources/connection/peer-connection.js';

/*
 * The text of a description, as the W3C's objects show it: candidates belong to it once they were surfaced (W3C WebRTC,
 * section 4.4.1.1, "surface the candidate").
 */

const CANDIDATE_LINE = /^a=(?:candidate:.*|end-of-candidates)\r?\n/gm;

export interface PlacedCandidate {
  readonly candidate: string;
  readonly mid: string | null;
  readonly index?: number | null;
}

/** The first line says who wrote it, and which version. */
export const originOf = (sdp: string): string | undefined => /^o=(.*?)\r?$/m.exec(sdp)?.[1];

export const candidateLinesOf = (sdp: string): string[] =>
  (sdp.match(CANDIDATE_LINE) ?? []).filter((line) => !line.startsWith('a=end')).map((line) => line.trim());

export const withoutCandidates = (sdp: string): string => sdp.replace(CANDIDATE_LINE, '');

/** Names of the media sections, in order. */
export const midsOf = (sdp: string): string[] =>
  [...sdp.matchAll(/^a=mid:(.*?)\r?$/gm)].map(([, mid = '']) => mid);

export const usernameFragmentOf = (sdp: string): string | undefined =>
  /^a=ice-ufrag:(.*?)\r?$/m.exec(sdp)?.[1];

/** Data channels were negotiated, and not refused. */
export const hasDataSection = (sdp: string | undefined): boolean => /^m=application (?!0 )/m.test(sdp ?? '');

/** The section that a candidate is for; `undefined` where there is none. */
export function sectionOf(sdp: string, { mid, index }: PlacedCandidate): number | undefined {
  const mids = midsOf(sdp);
  const found = mid === null || mid === undefined ? (index ?? 0) : mids.indexOf(mid);
  return found >= 0 && found < Math.max(mids.length, 1) ? found : undefined;
}

/** `sdp` with candidates at the end of their sections, an empty one being the end of the candidates. */
export function withCandidates(sdp: string, candidates: readonly PlacedCandidate[]): string {
  if (candidates.length === 0) return sdp;
  const [head = '', ...sections] = sdp.split(/(?=^m=)/m);
  for (const given of candidates) {
    const at = sectionOf(sdp, given) ?? 0;
    const line = given.candidate === '' ? 'a=end-of-candidates' : `a=${given.candidate.replace(/^a=/, '')}`;
    if (sections[at] !== undefined) sections[at] += `${line.trim()}\r\n`;
  }
  return [head, ...sections].join('');
}

/** An offer of nothing, which the library cannot make. */
export function emptyOffer(session: number): string {
  return [`v=0`, `o=rtc ${session} 0 IN IP4 127.0.0.1`, 's=-', 't=0 0', 'a=msid-semantic:WMS *', ''].join(
    '\r\n',
  );
}

/**
 * The library writes `a=ice-options:ice2,trickle`. Programs that remove the option, for peers that must wait
 * for all candidates, look for the form that browsers write.
 */
export const browserOptions = (sdp: string): string =>
  sdp.replace(/^a=ice-options:.*\btrickle\b.*?(\r?)$/m, 'a=ice-options:trickle$1');

export const allowsTrickle = (sdp: string): boolean => /^a=ice-options:.*\btrickle\b/m.test(sdp);

/**
 * Hands an answer to the library, and its candidates afterwards: with them the library may be connected while it still
 * stores the answer, and then DTLS verifies the peer's certificate before there is a fingerprint (H48).
 */
export function describeAnswer(connection: PeerConnection, sdp: string): void {
  connection.setRemoteDescription(withoutCandidates(sdp), 'answer');
  const [mid = '0'] = midsOf(sdp);
  for (const line of candidateLinesOf(sdp)) connection.addRemoteCandidate(line, mid);
}
