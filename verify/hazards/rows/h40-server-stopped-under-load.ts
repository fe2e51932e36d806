import { once } from 'node:events';
import { WebSocket as OtherClient } from 'ws';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause, until } from '../support/patience.js';
import { keep } from '../support/raw-pair.js';

/** Clients that send as fast as a timer goes. */
async function load(port: number): Promise<OtherClient[]> {
  const clients = Array.from({ length: 20 }, () => new OtherClient(`ws://127.0.0.1:${port}/`));
  for (const client of clients) client.on('error', () => {});
  await Promise.all(clients.map((client) => once(client, 'open')));
  for (const client of clients) {
    const timer = setInterval(() => client.send('x'.repeat(1000)), 1);
    client.on('close', () => clearInterval(timer));
  }
  await pause(100);
  return clients;
}

async function ended(clients: OtherClient[]): Promise<void> {
  await until(() => clients.every(({ readyState }) => readyState === OtherClient.CLOSED), 3000);
  for (const client of clients) client.terminate();
}

export const hazard: Hazard = {
  id: 'H40',
  file: import.meta.url,
  does: 'stops a WebSocket server while 20 clients send',
  why: 'As H16: the clients of a stopped server are never closed, their callback handles stay.',
  raw: {
    async program(ndc) {
      const server = new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.onClient((client) => {
        keep(client).onClosed(() => {});
        client.onMessage(() => {});
      });
      const clients = await load(server.port());
      server.stop();
      await ended(clients);
      await pause(100);
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.on('connection', (client) => {
        client.on('message', () => {});
      });
      const clients = await load(server.port);
      await server.close();
      await ended(clients);
    },
  },
};
