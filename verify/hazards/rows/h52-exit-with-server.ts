import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { queuedClient } from '../support/queued-client.js';

export const hazard: Hazard = {
  id: 'H52',
  file: import.meta.url,
  does: 'calls `process.exit(0)` just as a client connects to its WebSocket server, with an exit handler that cleans up',
  why: 'As H24, and at the end of the process nothing can be waited for: the cleanup blocks for ten seconds.',
  raw: {
    runs: 1,
    async program(ndc) {
      const server = new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.onClient(() => {});
      process.on('exit', () => {
        server.stop();
        ndc.cleanup();
      });
      await queuedClient(server.port());
      process.exit(0);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.on('connection', () => {});
      await queuedClient(server.port);
      process.exit(0);
    },
  },
};
