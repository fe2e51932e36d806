export type DtlsRole = 'active' | 'passive' | 'actpass';

/** What of a description's text decides anything; the rest of the text is decoration. */
export interface SessionDescription {
  readonly type: string;
  readonly sdp: string;
  readonly ufrag: string;
  readonly fingerprint: string;
  readonly setup: DtlsRole;
  readonly maxMessageSize: number | undefined;
  readonly candidates: readonly string[];
}

interface LocalParameters {
  readonly type: string;
  readonly ufrag: string;
  readonly password: string;
  readonly fingerprint: string;
  readonly setup: DtlsRole;
  readonly maxMessageSize: number;
}

export function writeDescription(local: LocalParameters): SessionDescription {
  const lines = [
    'v=0',
    'o=rtc 1 0 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=msid-semantic:WMS *',
    'a=ice-options:ice2,trickle',
    `a=fingerprint:sha-256 ${local.fingerprint}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=sendrecv',
    'a=sctp-port:5000',
    `a=max-message-size:${local.maxMessageSize}`,
    `a=setup:${local.setup}`,
    `a=ice-ufrag:${local.ufrag}`,
    `a=ice-pwd:${local.password}`,
  ];
  return { ...local, sdp: `${lines.join('\r\n')}\r\n`, candidates: [] };
}

/** Throws what the library throws for a text without the lines that it needs. */
export function readDescription(sdp: string, type: string): SessionDescription {
  const ufrag = /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
  if (ufrag === undefined) throw new Error('Remote description has no ICE user fragment');
  if (!/^a=ice-pwd:\S+/m.test(sdp)) throw new Error('Remote description has no ICE password');
  const fingerprint = /^a=fingerprint:sha-256 (\S+)/m.exec(sdp)?.[1];
  if (fingerprint === undefined) throw new Error('Remote description has no valid fingerprint');
  if (!/^m=/m.test(sdp)) throw new Error('Remote description has no media line');
  const setup = /^a=setup:(active|passive|actpass)/m.exec(sdp)?.[1] as DtlsRole | undefined;
  const size = /^a=max-message-size:(\d+)/m.exec(sdp)?.[1];
  return {
    type,
    sdp,
    ufrag,
    fingerprint,
    setup: setup ?? 'actpass',
    maxMessageSize: size === undefined ? undefined : Number(size),
    candidates: [...sdp.matchAll(/^a=candidate:.*$/gm)].map((match) => match[0].trim()),
  };
}

/** The description's text as `localDescription()` gives it once candidates are known. */
export function withCandidates(sdp: string, candidates: readonly string[]): string {
  return sdp + candidates.map((candidate) => `${candidate}\r\n`).join('');
}

export function writeCandidate(address: string, port: number): string {
  return `a=candidate:1 1 UDP 2114977791 ${address} ${port} typ host`;
}

/** Address and port of a candidate line, as the selected pair reports them. */
export function readCandidate(line: string): { address: string; port: number; candidate: string } {
  const fields = line.replace(/^a=/, '').trim().split(/\s+/);
  if (!fields[0]?.startsWith('candidate:') || fields.length < 8) throw new Error('Invalid candidate format');
  return { address: fields[4]!, port: Number(fields[5]), candidate: fields.join(' ') };
}
