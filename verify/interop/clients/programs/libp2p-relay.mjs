// libp2p over WebRTC: two nodes that find each other by a circuit relay, dial, ping, hang up, and dial again after a pause.
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { ping } from '@libp2p/ping';
import { webRTC } from '@libp2p/webrtc';
import { webSockets } from '@libp2p/websockets';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { setTimeout as sleep } from 'node:timers/promises';
import { measure, otherEnd, role } from './support.mjs';

const common = {
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false },
};
const leaf = (listen) =>
  createLibp2p({
    ...common,
    addresses: { listen },
    transports: [webSockets(), webRTC({ rtcConfiguration: { iceServers: [] } }), circuitRelayTransport()],
    services: { identify: identify(), ping: ping() },
  });

const other = otherEnd();
if (role) {
  const relay = await createLibp2p({
    ...common,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [webSockets()],
    services: {
      identify: identify(),
      relay: circuitRelayServer({ reservations: { applyDefaultLimit: false } }),
    },
  });
  const [address] = relay.getMultiaddrs();
  const node = await leaf([`${address}/p2p-circuit`, '/webrtc']);
  const mine = () => node.getMultiaddrs().find((each) => String(each).includes('/webrtc/'));
  while (mine() === undefined) await sleep(20);
  other.send({ address: String(mine()) });
} else {
  const node = await leaf(['/webrtc']);
  const { address } = await new Promise((resolve) => other.receive(resolve));
  const far = multiaddr(address);
  await measure(async () => {
    const connection = await node.dial(far);
    if (!String(connection.remoteAddr).includes('/webrtc'))
      throw new Error(`dialed ${connection.remoteAddr}`);
    await node.services.ping.ping(far);
    await connection.close();
    await sleep(100);
  }, other.end);
}
