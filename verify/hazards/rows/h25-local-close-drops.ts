import { RtcRuntime } from '../../../src/index.js';
import { busy } from '../support/busy.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const MESSAGES = 500;

export const hazard: Hazard = {
  id: 'H25',
  file: import.meta.url,
  does: 'closes its own side while 500 messages that arrived already wait in the queue',
  why: 'A local close aborts the message callback with everything that is queued in it.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let arrived = 0;
      far.onMessage(() => {
        arrived++;
      });
      for (let i = 0; i < MESSAGES; i++) near.sendMessage(`message ${i}`);
      busy(200);
      far.close();
      await settled(() => arrived);
      report.lost(MESSAGES - arrived, MESSAGES);
      await rawEnd(ndc, near, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { near, far } = await sdkChannels(rtc);
      let arrived = 0;
      far.on('message', () => {
        arrived++;
      });
      for (let i = 0; i < MESSAGES; i++) void near.send(`message ${i}`);
      busy(200);
      await far.close();
      report.lost(MESSAGES - arrived, MESSAGES);
    },
  },
};
