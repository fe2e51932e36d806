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
  const fingerprint = APPLICATION.test(sdp) ? FINGERPRINT.exec(sdp)?.[1] : undefined;
  if (fingerprint === undefined) return undefined;
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('latin1', 0, TOKEN_BYTES);
}

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

const APPLICATION = /^m=application [1-9]/m;
const FINGERPRINT = /^a=fingerprint:sha-256 ([0-9a-f]{2}(?::[0-9a-f]{2}){31})/im;
