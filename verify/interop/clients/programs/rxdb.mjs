// RxDB: a collection in memory that two processes replicate, in a new room each round. Its signaling server runs in the far one.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { addRxPlugin, createRxDatabase } from 'rxdb/plugins/core';
import { RxDBLeaderElectionPlugin } from 'rxdb/plugins/leader-election';
import * as webrtc from 'rxdb/plugins/replication-webrtc';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { classes, measure, otherEnd, role } from './support.mjs';

addRxPlugin(RxDBLeaderElectionPlugin);
const DOCUMENTS = 20;
const schema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: { id: { type: 'string', maxLength: 40 }, text: { type: 'string' } },
};
const wrtc = webrtc.createSimplePeerWrtc(await classes());
const other = otherEnd();

/** Ends when all documents of both are here, and with a report of whose are missing when it is told to give up. */
async function join(n, port, mine) {
  const database = await createRxDatabase({
    name: `round-${n}-${mine}`,
    storage: getRxStorageMemory(),
    multiInstance: false,
  });
  const { notes } = await database.addCollections({ notes: { schema } });
  await notes.bulkInsert(
    Array.from({ length: DOCUMENTS }, (_, k) => ({ id: `${mine}-${k}`, text: `${'words '.repeat(40)}${k}` })),
  );
  const pool = await webrtc.replicateWebRTC({
    collection: notes,
    topic: `room-${n}`,
    connectionHandlerCreator: webrtc.getConnectionHandlerSimplePeer({
      signalingServerUrl: `ws://127.0.0.1:${port}`,
      wrtc,
      config: { iceServers: [] },
      webSocketConstructor: WebSocket,
    }),
    pull: {},
    push: {},
  });
  const all = new Promise((resolve) =>
    notes.find().$.subscribe((found) => found.length === 2 * DOCUMENTS && resolve()),
  );
  return { all, leave: () => pool.cancel().then(() => database.close()) };
}

if (role) {
  // What the server logs is not for this program's output.
  console.log = () => {};
  const { server } = await webrtc.startSignalingServerSimplePeer({ port: 0, host: '127.0.0.1' });
  if (!server.address()) await once(server, 'listening');
  const { port } = server.address();
  const rooms = new Map();
  other.receive(async ({ n, bye }) => {
    if (bye) return rooms.get(n)?.leave();
    const room = await join(n, port, 'far');
    rooms.set(n, room);
    room.all.then(() => other.send({ has: n }));
  });
  other.send({ port });
} else {
  const waiting = new Map();
  const port = await new Promise((resolve) =>
    other.receive((message) => (message.port ? resolve(message.port) : waiting.get(message.has)?.())),
  );
  await measure(async (n) => {
    const farHas = new Promise((resolve) => waiting.set(n, resolve));
    other.send({ n });
    const room = await join(n, port, 'near');
    try {
      await Promise.all([room.all, farHas]);
    } finally {
      other.send({ n, bye: true });
      await room.leave();
    }
  }, other.end);
}
