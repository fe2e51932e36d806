import { requirePeer } from './peer-packages.js';
import { W3cCandidate, type W3cConnection } from './w3c.js';

interface Wrtc {
  RTCPeerConnection: new (config: object) => W3cConnection;
}

/** Google's libwebrtc. */
export function wrtcCandidate(): W3cCandidate {
  const { RTCPeerConnection } = requirePeer('@roamhq/wrtc') as Wrtc;
  return new W3cCandidate({ make: () => new RTCPeerConnection({ iceServers: [] }), tellsLow: false });
}
