import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { keep, rawEnd } from '../support/raw-pair.js';

import { otherServer } from '../support/ws-server.js';

export const hazard: Hazard = {
  id: 'H45',
  file: import.meta.url,
  does: 'opens a WebSocket by an IPv6 address: `ws://[::1]:port/`',
  why: "The library's URL parser stops at the first colon of the address.",
  raw: {
    async program(ndc, report) {
      await using server = await otherServer(() => {}, '::1').catch(() => undefined);
      if (!server) return report.note('no IPv6 on this machine');
      const client = keep(new ndc.WebSocket());
      let open = false;
      client.onOpen(() => {
        open = true;
      });
      try {
        client.open(`ws://[::1]:${server.port}/`);
        if (!(await until(() => open, 1500))) report.wrong('never opens');
      } catch (error) {
        report.wrong(`throws "${(error as Error).message}"`);
      }
      await rawEnd(ndc, client);
    },
  },
  sdk: {
    async program(report) {
      await using server = await otherServer(() => {}, '::1').catch(() => undefined);
      if (!server) return report.note('no IPv6 on this machine');
      await using rtc = RtcRuntime.acquire('app');
      await rtc.createWebSocket(`ws://[::1]:${server.port}/`).opened();
    },
  },
};
