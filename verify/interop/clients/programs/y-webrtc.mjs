// y-webrtc: a document that two processes share, in a new room each round. Its own signaling server runs in the far one.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { classes, measure, otherEnd, role } from './support.mjs';

// Not `BroadcastChannel`: both ends are to meet by the server.
Object.assign(globalThis, { WebSocket });
const wrtc = await classes();
/** The polyfill's descriptions cannot be written to, which simple-peer does. */
class Writable extends wrtc.RTCPeerConnection {
  createOffer = async () => plain(await super.createOffer());
  createAnswer = async () => plain(await super.createAnswer());
}
const plain = ({ type, sdp }) => ({ type, sdp });
const Y = await import('yjs');
const { WebrtcProvider } = await import('y-webrtc');
const other = otherEnd();

function join(n, port) {
  const doc = new Y.Doc();
  const provider = new WebrtcProvider(`room-${n}`, doc, {
    signaling: [`ws://127.0.0.1:${port}`],
    peerOpts: { wrtc: { ...wrtc, RTCPeerConnection: Writable }, config: { iceServers: [] } },
  });
  return { text: doc.getText('text'), leave: () => (provider.destroy(), doc.destroy()) };
}

if (role) {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  process.env.PORT = String(port);
  await import(new URL('../node_modules/y-webrtc/bin/server.js', import.meta.url).href);
  const rooms = new Map();
  other.receive(({ n, bye }) => {
    if (bye) return rooms.get(n)?.leave();
    const room = join(n, port);
    rooms.set(n, room);
    room.text.insert(0, 'answer');
  });
  other.send({ port });
} else {
  const { port } = await new Promise((resolve) => other.receive(resolve));
  await measure(async (n) => {
    const { text, leave } = join(n, port);
    const came = new Promise((resolve) => text.observe(resolve));
    other.send({ n });
    try {
      await Promise.race([came, sleep(5900).then(() => Promise.reject(new Error('nothing came')))]);
    } finally {
      other.send({ n, bye: true });
      leave();
    }
  }, other.end);
}
