import { RtcRuntime } from '../../../src/index.js';
import { busy } from '../support/busy.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { keep, rawEnd } from '../support/raw-pair.js';
import { otherServer } from '../support/ws-server.js';

const ANSWERS = 3000;

/** A server that answers and closes at once; then this process is busy for a moment. */
const answeringServer = () =>
  otherServer((client) => {
    for (let i = 0; i < ANSWERS; i++) client.send(`answer ${i}`);
    client.close();
    setImmediate(() => busy(300));
  });

export const hazard: Hazard = {
  id: 'H5',
  file: import.meta.url,
  does: 'asks a WebSocket server that answers with 3000 messages and closes at once',
  why: 'The same race as H4: the close event throws away the answers that wait in the queue of the other callback.',
  raw: {
    async program(ndc, report) {
      await using server = await answeringServer();
      const client = keep(new ndc.WebSocket());
      let arrived = 0;
      client.onClosed(() => {});
      client.onMessage(() => {
        arrived++;
      });
      client.open(`ws://127.0.0.1:${server.port}/`);
      await settled(() => arrived, 800);
      report.lost(ANSWERS - arrived, ANSWERS, 'answers');
      await rawEnd(ndc, client);
    },
  },
  sdk: {
    async program(report) {
      await using server = await answeringServer();
      await using rtc = RtcRuntime.acquire('app');
      const client = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
      let arrived = 0;
      client.on('message', () => {
        arrived++;
      });
      await client.closed();
      report.lost(ANSWERS - arrived, ANSWERS, 'answers');
    },
  },
};
