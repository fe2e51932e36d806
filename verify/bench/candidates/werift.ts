import { requirePeer } from './peer-packages.js';
import { stunServer } from './stun-server.js';
import { W3cCandidate, type W3cConnection } from './w3c.js';

interface Werift {
  RTCPeerConnection: new (config: object) => W3cConnection;
}

/** WebRTC written in TypeScript. */
export async function weriftCandidate(): Promise<W3cCandidate> {
  const { RTCPeerConnection } = requirePeer('werift') as Werift;
  const config = { iceServers: [{ urls: `stun:127.0.0.1:${await stunServer()}` }], iceUseIpv6: false };
  return new W3cCandidate({
    make: () => new RTCPeerConnection(config),
    tellsLow: false,
    highWaterMark: 16 * 1024, // its queue costs the more the longer it is
  });
}
