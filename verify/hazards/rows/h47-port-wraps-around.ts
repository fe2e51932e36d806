import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';

import { rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H47',
  file: import.meta.url,
  does: 'listens on UDP port 70000 by mistake',
  why: 'The number is cut to 16 bits: port 4464 is bound.',
  raw: {
    async program(ndc, report) {
      try {
        const listener = new ndc.IceUdpMuxListener(70_000, '127.0.0.1');
        report.wrong(`listens on port ${listener.port()}`);
        listener.stop();
      } catch {} // would be right
      await rawEnd(ndc);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      try {
        const listener = rtc.createIceUdpMuxListener(70_000, '127.0.0.1');
        report.wrong(`listens on port ${listener.port}`);
      } catch (error) {
        report.note((error as Error).name);
      }
    },
  },
};
