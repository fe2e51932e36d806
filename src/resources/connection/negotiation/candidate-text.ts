import type { CandidateDetails } from '../../../diagnostics/handle-details.js';

/** The lines with candidates of a description (RFC 8839, section 5.1). */
export function candidatesIn(sdp: string | undefined): readonly string[] {
  return sdp?.match(/^a=candidate:[^\r\n]*/gm) ?? [];
}

/** What a candidate says: `a=candidate:FOUNDATION COMPONENT PROTOCOL PRIORITY ADDRESS PORT typ TYPE …`. */
export function candidateIn(line: string): CandidateDetails {
  const [, , protocol = '', , address = '', port = '', , type = ''] = line.split(' ');
  return { type, protocol: protocol.toLowerCase(), address, port: Number(port) };
}

/** A candidate in a few words, for people: `host udp 192.0.2.1:50000`. */
export function candidateWords(line: string): string {
  const { type, protocol, address, port } = candidateIn(line);
  return `${type} ${protocol} ${address.includes(':') ? `[${address}]` : address}:${port}`;
}
