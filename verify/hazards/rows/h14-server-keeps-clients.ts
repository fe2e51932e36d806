import { once } from 'node:events';
import { WebSocket as OtherClient } from 'ws';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { collectGarbage, until } from '../support/patience.js';

const CLIENTS = 30;

/** A client that comes and goes. */
async function visit(port: number): Promise<void> {
  const client = new OtherClient(`ws://127.0.0.1:${port}/`);
  await once(client, 'open');
  client.close();
  await once(client, 'close');
}

function alive(references: WeakRef<object>[]): number {
  return references.filter((reference) => reference.deref() !== undefined).length;
}

export const hazard: Hazard = {
  id: 'H14',
  file: import.meta.url,
  does: 'serves 30 short WebSocket clients from one server',
  why: "The JavaScript layer's list of clients only grows: each is referenced until the server stops.",
  raw: {
    async program(ndc, report) {
      const server = new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      const seen: WeakRef<object>[] = [];
      let closed = 0;
      server.onClient((client) => {
        seen.push(new WeakRef(client));
        client.onClosed(() => {
          closed++;
        });
      });
      for (let i = 0; i < CLIENTS; i++) await visit(server.port());
      await until(() => closed === CLIENTS);
      await collectGarbage();
      const kept = alive(seen);
      if (kept > 5) report.wrong(`${kept} of ${CLIENTS} clients that are gone are kept`);
      server.stop();
      ndc.cleanup();
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      const seen: WeakRef<object>[] = [];
      server.on('connection', (client) => {
        seen.push(new WeakRef(client));
      });
      for (let i = 0; i < CLIENTS; i++) await visit(server.port);
      await until(() => server.connections === 0 && seen.length === CLIENTS);
      await collectGarbage();
      const kept = alive(seen);
      if (kept > 5) report.wrong(`${kept} of ${CLIENTS} clients that are gone are kept`);
    },
  },
};
