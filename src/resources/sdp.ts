/*
 * The text of session descriptions (RFC 8866): what is read from it and written into it, without the library. Pages use
 * this, too; only the announcement needs Node.js. The media sections are changed in `media/session-text.ts`.
 */
import type { CandidateDetails } from '../diagnostics/handle-details.js';

/** The line that says who wrote the description, and which version of it. */
export const originOf = (sdp: string): string | undefined => /^o=(.*?)\r?$/m.exec(sdp)?.[1];

/** The description is of libdatachannel, whatever is on top of it: its origin line says so. */
export const isOfLibdatachannel = (sdp: string): boolean => /^o=rtc /m.test(sdp);

/** The description is of Firefox, or of another program on Mozilla's implementation. */
export const isOfFirefox = (sdp: string): boolean => /^o=mozilla/m.test(sdp);

/**
 * The description is of GStreamer's webrtcbin: ICE username fragments of 32 characters (seen with 1.22; 4 to 16 in browsers,
 * pion, aiortc, werift, Janus and libdatachannel) below an origin line without a name and an address.
 */
export const isOfGStreamer = (sdp: string): boolean =>
  /^o=- \d+ \d+ IN IP4 0\.0\.0\.0/m.test(sdp) && usernameFragmentOf(sdp)?.length === 32;

/**
 * Which of two offers that crossed is rolled back: `mine` when its session id (RFC 8866, section 5.2, the second
 * field of `o=`) is the smaller one, or when the ids are equal and its ICE credentials come first. Both sides
 * see the same two offers, so both come to the same answer without another message.
 *
 * `undefined` when the offers do not differ: then the peer is this very connection.
 */
export function rollsBack(mine: string, theirs: string): boolean | undefined {
  const here = rankOf(mine);
  const there = rankOf(theirs);
  if (here.session !== there.session) return here.session < there.session;
  return here.credentials === there.credentials ? undefined : here.credentials < there.credentials;
}

function rankOf(sdp: string): { session: bigint; credentials: string } {
  const session = /^o=\S+ (\d{1,20}) /m.exec(sdp)?.[1] ?? '0';
  const credentials = `${usernameFragmentOf(sdp) ?? ''} ${icePasswordOf(sdp) ?? ''}`;
  return { session: BigInt(session), credentials };
}

/** The username fragments of the ICE credentials, one for each section that has its own. */
export const usernameFragmentsOf = (sdp: string): string[] =>
  [...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map(([, fragment = '']) => fragment);

export const usernameFragmentOf = (sdp: string): string | undefined => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];

export const icePasswordOf = (sdp: string): string | undefined => /^a=ice-pwd:(\S+)/m.exec(sdp)?.[1];

/** The offer is of the same peer, by its certificate, with other ICE credentials (RFC 8839, section 4.4.1.1.1). */
export function restartsIce(before: string, offer: string): boolean {
  const certificate = (sdp: string) => /^a=fingerprint:(.+?)\s*$/m.exec(sdp)?.[1];
  return (
    usernameFragmentOf(before) !== usernameFragmentOf(offer) && certificate(before) === certificate(offer)
  );
}

/**
 * Lets the answerer be the DTLS server.
 *
 * An answerer that is both ICE-controlled and DTLS client sends its first DTLS packet before the offerer can take
 * it, and repeats it a second later: one connection in five takes 1.0 s (H27). RFC 8842 allows the answer
 * `setup:passive`, and the library gives it when the offer it reads says `active`. The change is local: the wire
 * and the offerer see only standard values.
 */
export const answerAsDtlsServer = (offer: string): string =>
  offer.replaceAll(/^a=setup:actpass/gm, 'a=setup:active');

/** The offer as the peer wrote it. */
export const asOffered = (offer: string): string => offer.replaceAll(/^a=setup:active/gm, 'a=setup:actpass');

/** The answer is of a DTLS server. */
export const answersAsServer = (answer: string): boolean => /^a=setup:passive/m.test(answer);

/** The description is of a DTLS client. */
export const isOfDtlsClient = (sdp: string): boolean => /^a=setup:active/m.test(sdp);

/** Data channels are offered or negotiated, and not refused. */
export const hasDataSection = (sdp: string | undefined): boolean => /^m=application (?!0 )/m.test(sdp ?? '');

/** The description has audio or video in it, whether accepted or not. */
export const hasMediaSection = (sdp: string | undefined): boolean => /^m=(?:audio|video) /m.test(sdp ?? '');

/** What stands before the first section ("m=" line and what belongs to it), and the sections, in order. */
export const splitSections = (sdp: string): string[] => sdp.split(/^(?=m=)/m);

/** Names of the media sections, in order. */
export const midsOf = (sdp: string): string[] =>
  [...sdp.matchAll(/^a=mid:(.*?)\r?$/gm)].map(([, mid = '']) => mid);

/** Candidates may follow the description one by one (RFC 8840). */
export const allowsTrickle = (sdp: string): boolean => /^a=ice-options:.*\btrickle\b/m.test(sdp);

/** The lines with candidates of a description (RFC 8839, section 5.1). */
export const candidatesIn = (sdp: string | undefined): readonly string[] =>
  sdp?.match(/^a=candidate:[^\r\n]*/gm) ?? [];

export const withoutCandidates = (sdp: string): string =>
  sdp.replace(/^a=(?:candidate:.*|end-of-candidates)(?:\r?\n|$)/gm, '');

/** The same text for a description before and after candidates were found: the library also writes one as port and address. */
export const withoutAddresses = (sdp: string): string =>
  withoutCandidates(sdp)
    .replace(/^(m=\S+) [1-9]\d*/gm, '$1 9')
    .replace(/^c=.*(?:\r?\n|$)/gm, '');

/** A candidate and the media section it is for. */
export type Candidate = [candidate: string, mid: string];

/** A description without its candidates, and these. */
export function splitCandidates(sdp: string): [rest: string, candidates: Candidate[]] {
  const lines = sdp.split(/\r\n|\n/);
  const rest = lines.filter((line) => !isCandidate(line) && line !== END_OF_CANDIDATES);
  return [rest.join('\r\n'), lines.filter(isCandidate).map((line) => [line, ''])];
}

const END_OF_CANDIDATES = 'a=end-of-candidates';

export const hasAllCandidates = (sdp: string): boolean => sdp.split(/\r\n|\n/).includes(END_OF_CANDIDATES);

/** The library's parser takes it for a candidate, roughly; anything else it may refuse itself, at once. */
export const isCandidate = (line: string): boolean =>
  /^(a=)?candidate:\S+ \d+ \S+ \d+ \S+ \d+ typ \S+/i.test(line);

/** A candidate with the media section that it is for, by name or by index. */
export interface PlacedCandidate {
  readonly candidate: string;
  readonly mid: string | null;
  readonly index?: number | null;
}

/** The section that a candidate is for; `undefined` where there is none. */
export function sectionOf(sdp: string, { mid, index }: PlacedCandidate): number | undefined {
  const mids = midsOf(sdp);
  const found = mid === null || mid === undefined ? (index ?? 0) : mids.indexOf(mid);
  return found >= 0 && found < Math.max(mids.length, 1) ? found : undefined;
}

/** `sdp` with candidates at the end of their sections; an empty one is the end of the candidates. */
export function withCandidates(sdp: string, candidates: readonly PlacedCandidate[]): string {
  if (candidates.length === 0) return sdp;
  const [head = '', ...sections] = splitSections(sdp);
  for (const given of candidates) {
    const at = sectionOf(sdp, given) ?? 0;
    const line = given.candidate === '' ? 'a=end-of-candidates' : `a=${given.candidate.replace(/^a=/, '')}`;
    if (sections[at] !== undefined) sections[at] += `${line.trim()}\r\n`;
  }
  return [head, ...sections].join('');
}

/** What a candidate says: `a=candidate:FOUNDATION COMPONENT PROTOCOL PRIORITY ADDRESS PORT typ TYPE …`. */
export function candidateIn(line: string): CandidateDetails {
  const [, , protocol = '', , address = '', port = '', , type = ''] = line.split(' ');
  return { type, protocol: protocol.toLowerCase(), address, port: Number(port) };
}

/** A candidate in a few words, for people: `host udp 192.0.2.1:50000`. */
export function candidateWords(line: string): string {
  const candidate = candidateIn(line);
  return `${candidate.type} ${candidate.protocol} ${portOf(candidate)}`;
}

/** Address and port, `192.0.2.1:50000` or `[2001:db8::1]:50000`. */
export function portOf({ address, port }: CandidateDetails): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/**
 * What a description says to a peer of this package: a line before its first section, which a peer that does not know it
 * ignores (RFC 8866, section 5.13). The line repeats the start of the certificate's fingerprint, and counts only beside
 * that: something in the middle that ends the DTLS itself and forwards attributes that it does not know is not taken for a
 * peer.
 */
export type Announcement = 'receipts' | 'control';

/** Bytes of a token. It is kept as text of as many characters (`latin1`): a buffer takes many times the memory. */
export const TOKEN_BYTES = 16;

/** The token of a description for data channels: the first bytes of the certificate's fingerprint. */
export function tokenOf(sdp: string): string | undefined {
  const fingerprint = hasDataSection(sdp) ? FINGERPRINT.exec(sdp)?.[1] : undefined;
  if (fingerprint === undefined) return undefined;
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('latin1', 0, TOKEN_BYTES);
}

const FINGERPRINT = /^a=fingerprint:sha-256 ([0-9a-f]{2}(?::[0-9a-f]{2}){31})/im;

/** The description with the line in it, where it is one for data channels. */
export function withAnnouncement(sdp: string, what: Announcement, value = ''): string {
  const line = lineOf(sdp, what);
  if (line === undefined || sdp.includes(line)) return sdp;
  // Not among the lines of a section: the whole session is meant.
  return sdp.replace(/^(?=m=)/m, `${line}${value && ` ${value}`}\r\n`);
}

/** What stands behind the token, or `undefined` where the description announces nothing. */
export function announcementIn(sdp: string, what: Announcement): string | undefined {
  const line = lineOf(sdp, what);
  const at = line === undefined ? -1 : sdp.indexOf(line);
  if (line === undefined || at < 0) return undefined;
  const from = at + line.length;
  const end = /\r?\n/.exec(sdp.slice(from))?.index ?? 0;
  return sdp.slice(from, from + end).trim();
}

/** Version 1 of either. */
function lineOf(sdp: string, what: Announcement): string | undefined {
  const token = tokenOf(sdp);
  return token && `a=x-scoped-rtc-${what}:1 ${Buffer.from(token, 'latin1').toString('hex')}`;
}
