import { isIP } from 'node:net';

const CANDIDATE = /^(?:a=)?candidate:\S+ \d+ \S+ \d+ (\S+) \d+ typ \S+/i;

/** The host name in the place of a candidate's address, as browsers put a `.local` one there. */
export function nameIn(candidate: string): string | undefined {
  const host = CANDIDATE.exec(candidate)?.[1];
  return host === undefined || isIP(host) !== 0 ? undefined : host;
}

export function withAddress(candidate: string, name: string, address: string): string {
  return candidate.replace(` ${name} `, ` ${address} `);
}

/** A description without the candidates that have a name, and these with the media section they were in. */
export function splitNamed(sdp: string): {
  sdp: string;
  named: readonly { candidate: string; mid: string }[];
} {
  if (!sdp.includes('candidate:')) return { sdp, named: [] };
  const named: { candidate: string; mid: string }[] = [];
  const sections = sdp.split(/^(?=m=)/m).map((section) => {
    const mid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? '0';
    return section.replace(/^a=(candidate:[^\r\n]*)\r?\n/gm, (line, candidate: string) => {
      if (nameIn(candidate) === undefined) return line;
      named.push({ candidate, mid });
      return '';
    });
  });
  return { sdp: sections.join(''), named };
}
