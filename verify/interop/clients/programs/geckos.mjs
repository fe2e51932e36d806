// geckos.io: its server, which uses node-datachannel by itself, and its client with the classes of each way.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { classes, measure, otherEnd, role } from './support.mjs';

const other = otherEnd();
if (role) {
  const { geckos } = await import('@geckos.io/server');
  const io = geckos({ iceServers: [] });
  const server = createServer();
  io.addServer(server);
  io.onConnection((channel) => channel.on('question', () => channel.emit('answer', 'yes')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  other.send({ port: server.address().port });
} else {
  Object.assign(globalThis, await classes());
  process.on('unhandledRejection', () => {}); // what the client sends a server that is gone at the end
  const { geckos } = await import('@geckos.io/client');
  const { port } = await new Promise((resolve) => other.receive(resolve));
  await measure(
    () =>
      new Promise((resolve, reject) => {
        const channel = geckos({ url: 'http://127.0.0.1', port });
        channel.onConnect((error) => {
          if (error) return reject(error);
          channel.emit('question', 'now?');
        });
        channel.on('answer', () => {
          channel.close();
          resolve();
        });
      }),
    other.end,
  );
}
