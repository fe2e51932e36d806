import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { queuedClient } from '../support/queued-client.js';

export const hazard: Hazard = {
  id: 'H24',
  file: import.meta.url,
  does: 'stops a WebSocket server and cleans up just as a client connects',
  why: 'The queued callback holds the socket of the client, which nobody can close: cleanup waits ten seconds and throws.',
  raw: {
    runs: 1,
    async program(ndc) {
      const server = new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.onClient(() => {});
      using _client = await queuedClient(server.port());
      server.stop();
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.on('connection', () => {});
      rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
      using _client = await queuedClient(server.port);
      await rtc.disposeAsync();
    },
  },
};
