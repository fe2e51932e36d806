import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { AcceptFence } from '../../src/resources/web-socket/accept-watch.js';
import type { NativeWebSocket } from '../../src/native/binding.js';
import { loadBinding } from '../../src/native/load.js';
import { busy } from '../../verify/hazards/support/busy.js';

/** Everything native, until the cleanup: it would walk over what was collected before (H28). */
const kept: object[] = [];
afterAll(() => {
  loadBinding().cleanup();
  kept.length = 0;
});

it('passes when all who connected before have been handed over, and not before', async () => {
  const server = new (loadBinding().WebSocketServer)({ port: 0, bindAddress: '127.0.0.1' });
  kept.push(server);
  let fence: AcceptFence | undefined;
  const clients: NativeWebSocket[] = [];
  server.onClient((client) => {
    clients.push(client);
    kept.push(client);
    fence?.see(client);
  });
  const sockets = Array.from({ length: 20 }, () => connect(server.port(), '127.0.0.1'));
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    using made = new AcceptFence(server.port(), '127.0.0.1');
    fence = made;
    const address = new Promise<string | undefined>((resolve) => {
      void made.passed.then(() => resolve(clients.at(-1)?.remoteAddress()));
    });
    busy(50);
    expect(await made.passed).toBe(true);
    expect(clients.length).toBe(sockets.length + 1);
    expect(sockets.map(({ localPort }) => `127.0.0.1:${localPort}`)).not.toContain(await address);
  } finally {
    for (const client of clients) client.close();
    server.stop();
    for (const socket of sockets) socket.destroy();
  }
});

it('reaches a server that is bound to every address', async () => {
  const server = new (loadBinding().WebSocketServer)({ port: 0 });
  kept.push(server);
  try {
    using fence = new AcceptFence(server.port(), undefined);
    const clients: NativeWebSocket[] = [];
    server.onClient((client) => {
      clients.push(client);
      kept.push(client);
      fence.see(client);
    });
    expect(await fence.passed).toBe(true);
    for (const client of clients) client.close();
  } finally {
    server.stop();
  }
});

it('says so when it does not reach the server', async () => {
  using fence = new AcceptFence(1, '127.0.0.1');
  expect(await fence.passed).toBe(false);
});
