import { cleanup } from 'node-datachannel';
import { RTCPeerConnection } from 'node-datachannel/polyfill';
import { W3cCandidate, type W3cConnection } from './w3c.js';

/** The W3C interfaces that come with the binding. Settings that it does not know it hands on. */
export function polyfillCandidate(): W3cCandidate {
  const config: object = { iceServers: [], bindAddress: '127.0.0.1' };
  return new W3cCandidate({
    make: () => new RTCPeerConnection({ ...config }) as unknown as W3cConnection,
    tellsLow: true,
    cleanup,
  });
}
