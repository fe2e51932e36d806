import { requirePeer } from './peer-packages.js';
import { stunServer } from './stun-server.js';
import { type Described, W3cCandidate, type W3cConnection } from './w3c.js';

interface Werift {
  RTCPeerConnection: new (config: object) => W3cConnection;
}

/** WebRTC written in TypeScript. */
export const weriftCandidate = async (): Promise<W3cCandidate> => new W3cCandidate(await describeWerift());

export async function describeWerift(): Promise<Described> {
  const { RTCPeerConnection } = requirePeer('werift') as Werift;
  const config = { iceServers: [{ urls: `stun:127.0.0.1:${await stunServer()}` }], iceUseIpv6: false };
  return {
    make: () => new RTCPeerConnection(config),
    tellsLow: false,
    highWaterMark: 16 * 1024, // its queue costs the more the longer it is
  };
}
