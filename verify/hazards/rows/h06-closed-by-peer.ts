import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { keep } from '../support/raw-pair.js';
import { otherServer } from '../support/ws-server.js';

/** Says goodbye as soon as somebody comes. */
const shortServer = () => otherServer((client) => client.close());

export const hazard: Hazard = {
  id: 'H6',
  file: import.meta.url,
  does: 'learns that the peer closed a WebSocket, does nothing more about it, and cleans up at the end',
  why:
    "The wrapper leaves the addon's set but keeps its native pointer, so the library's global token is never " +
    'released: cleanup waits ten seconds and throws.',
  raw: {
    runs: 1,
    async program(ndc) {
      await using server = await shortServer();
      const client = keep(new ndc.WebSocket());
      const received = new Promise<void>((resolve) => client.onClosed(resolve));
      client.open(`ws://127.0.0.1:${server.port}/`);
      await received;
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      await using server = await shortServer();
      await using rtc = RtcRuntime.acquire('app');
      const client = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
      await client.closed();
    },
  },
};
