import { type Message, RtcRuntime, type WebSocket } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { keep, rawEnd } from '../support/raw-pair.js';
import { otherServer } from '../support/ws-server.js';

const SENT = 300_000;

export const hazard: Hazard = {
  id: 'H59',
  file: import.meta.url,
  does: `gets a WebSocket message of ${SENT} bytes, more than the 262144 that are taken by default`,
  why: 'The message is cut to the limit and handed over as if it were whole. RFC 6455 has status 1009 for this.',
  raw: {
    async program(ndc, report) {
      await using server = await otherServer((client) => client.send(Buffer.alloc(SENT)));
      const client = keep(new ndc.WebSocket());
      let size = 0;
      let closed = false;
      client.onMessage((message) => {
        size = message.length;
      });
      client.onClosed(() => {
        closed = true;
      });
      client.open(`ws://127.0.0.1:${server.port}/`);
      await until(() => size > 0 || closed);
      if (size > 0 && size < SENT) report.wrong(`a message of ${size} bytes, of ${SENT}`);
      await rawEnd(ndc, client);
    },
  },
  sdk: {
    async program(report) {
      await using server = await otherServer((client) => client.send(Buffer.alloc(SENT)));
      await using rtc = RtcRuntime.acquire('app');
      const client: WebSocket = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
      const sizes: number[] = [];
      client.on('message', (message: Message) => sizes.push(message.length));
      const { by, reason } = await client.closed({ timeout: 5000 });
      if (sizes.length > 0) report.wrong(`a message of ${sizes[0]} bytes, of ${SENT}`);
      const code = (reason as { code?: string } | undefined)?.code;
      if (by !== 'error' || code !== 'RTC_MESSAGE_TOO_LARGE') report.wrong(`ended by ${by}, ${String(code)}`);
    },
  },
};
