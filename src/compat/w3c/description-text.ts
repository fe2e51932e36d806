import { splitSections } from '../../resources/sdp.js';

/** Audio or video whose RTCP needs a port of its own (W3C WebRTC, section 4.2.6). */
export function lacksRtcpMux(sdp: string): boolean {
  const sections = splitSections(sdp).filter((section) => /^m=(?:audio|video) (?!0 )/.test(section));
  return sections.some((section) => !/^a=rtcp-mux\b/m.test(section));
}

/** A description of nothing: without media sections, and otherwise as RFC 8866 has it (version, origin, lines of a type each). */
export const isSessionOnly = (sdp: string): boolean =>
  /^v=0\r?\no=.*\r?\n(?:[a-ln-z]=.*(?:\r?\n|$))*$/.test(sdp);

/** A description of nothing. */
export function emptyDescription(session: number): string {
  return [`v=0`, `o=rtc ${session} 0 IN IP4 127.0.0.1`, 's=-', 't=0 0', 'a=msid-semantic:WMS *', ''].join(
    '\r\n',
  );
}

/**
 * The library writes `a=ice-options:ice2,trickle`. Programs that remove the option, for peers that must wait
 * for all candidates, look for the form that browsers write.
 */
export function browserOptions(sdp: string): string {
  return sdp.replace(/^a=ice-options:.*\btrickle\b.*?(\r?)$/m, 'a=ice-options:trickle$1');
}
