import { requirePeer } from './peer-packages.js';
import { type Described, W3cCandidate, type W3cConnection } from './w3c.js';

interface Wrtc {
  RTCPeerConnection: new (config: object) => W3cConnection;
}

/** Google's libwebrtc. */
export const wrtcCandidate = (): W3cCandidate => new W3cCandidate(describeWrtc());

export function describeWrtc(): Described {
  const { RTCPeerConnection } = requirePeer('@roamhq/wrtc') as Wrtc;
  return { make: () => new RTCPeerConnection({ iceServers: [] }), tellsLow: false };
}
