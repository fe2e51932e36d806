// trystero over a WebTorrent tracker, which runs in the far process; a new room each round.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { classes, measure, otherEnd, role } from './support.mjs';

Object.assign(globalThis, { WebSocket });
const { RTCPeerConnection } = await classes();
const { joinRoom } = await import('@trystero-p2p/torrent');
const other = otherEnd();

function join(n, port) {
  const relayConfig = { urls: [`ws://127.0.0.1:${port}`], redundancy: 1 };
  const config = {
    appId: 'interop',
    rtcPolyfill: RTCPeerConnection,
    rtcConfig: { iceServers: [] },
    relayConfig,
  };
  return joinRoom(config, `room-${n}`);
}

if (role) {
  const { Server } = await import('bittorrent-tracker');
  const server = new Server({ udp: false, http: false, ws: true, stats: false, interval: 1000 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.ws.address();
  const rooms = new Map();
  other.receive(({ n, bye }) => {
    if (bye) return void rooms.get(n)?.leave();
    const room = join(n, port);
    rooms.set(n, room);
    const words = room.makeAction('words');
    words.onMessage = () => words.send('answer');
  });
  other.send({ port });
} else {
  const { port } = await new Promise((resolve) => other.receive(resolve));
  await measure(async (n) => {
    other.send({ n });
    const room = join(n, port);
    try {
      await new Promise((resolve) => {
        const words = room.makeAction('words');
        words.onMessage = resolve;
        room.onPeerJoin = () => void words.send('question');
      });
    } finally {
      other.send({ n, bye: true });
      await room.leave();
    }
  }, other.end);
}
