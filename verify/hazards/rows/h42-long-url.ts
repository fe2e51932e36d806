import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';

import { keep, rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H42',
  file: import.meta.url,
  does: 'opens a WebSocket with a URL of 100 000 characters, for instance with a token in it',
  why: 'The library matches URLs with a recursive std::regex: the stack overflows at about 3 000 characters for each megabyte of it.',
  raw: {
    async program(ndc) {
      const client = keep(new ndc.WebSocket());
      try {
        client.open(`ws://127.0.0.1:1/?token=${'x'.repeat(100_000)}`);
      } catch {} // would be right
      await rawEnd(ndc, client);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      try {
        rtc.createWebSocket(`ws://127.0.0.1:1/?token=${'x'.repeat(100_000)}`);
        report.wrong('accepted');
      } catch (error) {
        report.note((error as Error).name);
      }
    },
  },
};
