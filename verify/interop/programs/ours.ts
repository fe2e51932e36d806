import { RtcRuntime } from 'scoped-rtc';
import { scopedWebRTC } from 'scoped-rtc/w3c';
import './w3c-peer.js';
import { sayLine, takeLines } from './lines.js';

/** This package as the peer, by its W3C objects. */
const scope = RtcRuntime.acquire('peer');
const { RTCPeerConnection } = scopedWebRTC(scope);
const take = globalThis.makePeer({ RTCPeerConnection, out: sayLine });
takeLines(
  (message) => (message.call === 'die' ? process.kill(process.pid, 'SIGKILL') : take(message)),
  () => void scope.disposeAsync(),
);
sayLine({ event: 'ready' });
