// peerjs between two processes, with its server in the far one.
import { WebSocket } from 'ws';
import { classes, measure, otherEnd, role } from './support.mjs';

// What peerjs looks for in a page.
Object.assign(globalThis, await classes(), { WebSocket });
const { Peer } = (await import('peerjs')).default;
const other = otherEnd();
const open = (id, port) =>
  new Promise((resolve, reject) => {
    const peer = new Peer(id, {
      host: '127.0.0.1',
      port,
      path: '/',
      secure: false,
      config: { iceServers: [] },
      debug: 0,
    });
    peer.on('open', () => resolve(peer));
    peer.on('error', reject);
  });

if (role) {
  const { PeerServer } = await import('peer');
  const server = PeerServer({ port: 0, host: '127.0.0.1' }, async (listening) => {
    const { port } = listening.address();
    const peer = await open('far', port);
    peer.on('connection', (connection) => connection.on('data', () => connection.send('answer')));
    other.send({ port });
  });
  server.on('error', () => {});
} else {
  const { port } = await new Promise((resolve) => other.receive(resolve));
  const peer = await open('near', port);
  await measure(
    () =>
      new Promise((resolve, reject) => {
        const connection = peer.connect('far', { serialization: 'json', reliable: true });
        connection.on('open', () => connection.send('question'));
        connection.on('data', () => {
          connection.close();
          resolve();
        });
        connection.on('error', reject);
        peer.once('error', reject);
      }),
    other.end,
  );
}
