import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause, until } from '../support/patience.js';
import { keep, rawEnd } from '../support/raw-pair.js';

import { muteServer } from '../support/ws-server.js';

export const hazard: Hazard = {
  id: 'H41',
  file: import.meta.url,
  does: 'connects a WebSocket to a server that accepts and never answers, and gives up',
  why: 'There is no bound but the connection timeout (30 s) and no event when it is closed before; its callback handles stay.',
  raw: {
    async program(ndc, report) {
      await using server = await muteServer();
      const client = keep(new ndc.WebSocket());
      let closed = false;
      client.onClosed(() => {
        closed = true;
      });
      client.open(`ws://127.0.0.1:${server.port}/`);
      await pause(300);
      client.close();
      if (!(await until(() => closed, 1000))) report.wrong('no close event');
      await rawEnd(ndc);
    },
  },
  sdk: {
    async program(report) {
      await using server = await muteServer();
      await using rtc = RtcRuntime.acquire('app');
      const client = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
      let closed = false;
      client.on('close', () => {
        closed = true;
      });
      const code = await client.opened({ timeout: 300 }).catch((error: { code?: string }) => error.code);
      await client.close();
      if (code !== 'RTC_TIMEOUT') report.wrong(`the wait ended with ${String(code)}`);
      if (!closed) report.wrong('no close event');
    },
  },
};
