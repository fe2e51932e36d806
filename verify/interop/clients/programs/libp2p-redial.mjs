// libp2p over WebRTC Direct: dials, pings, hangs up, and dials again after a pause.
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { identify } from '@libp2p/identify';
import { ping } from '@libp2p/ping';
import { webRTCDirect } from '@libp2p/webrtc';
import { createLibp2p } from 'libp2p';
import { setTimeout as sleep } from 'node:timers/promises';
import { multiaddr } from '@multiformats/multiaddr';
import { measure, otherEnd, role } from './support.mjs';

const other = otherEnd();
const node = await createLibp2p({
  addresses: { listen: role ? ['/ip4/127.0.0.1/udp/0/webrtc-direct'] : [] },
  transports: [webRTCDirect()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), ping: ping() },
  connectionGater: { denyDialMultiaddr: () => false },
});
if (role) {
  other.send({ address: String(node.getMultiaddrs()[0]) });
} else {
  const { address } = await new Promise((resolve) => other.receive(resolve));
  await measure(async () => {
    try {
      await node.services.ping.ping(multiaddr(address));
    } finally {
      // Also after a failure: the next round is to dial again, not to find what is left of this connection.
      await node.hangUp(multiaddr(address));
    }
    await sleep(100);
  }, other.end);
}
