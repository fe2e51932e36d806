import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const MESSAGES = 3000;
const text = 'x'.repeat(100);

export const hazard: Hazard = {
  id: 'H7',
  file: import.meta.url,
  does: 'sends 3000 messages of 100 bytes and closes the connection',
  why: "The binding's close destroys the connection at once, with everything that is still in its buffers.",
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let arrived = 0;
      far.onMessage(() => {
        arrived++;
      });
      for (let i = 0; i < MESSAGES; i++) near.sendMessage(text);
      alice.close();
      await settled(() => arrived);
      report.lost(MESSAGES - arrived, MESSAGES);
      await rawEnd(ndc, near, far, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { alice, near, far } = await sdkChannels(rtc);
      let arrived = 0;
      far.on('message', () => {
        arrived++;
      });
      for (let i = 0; i < MESSAGES; i++) void near.send(text);
      await alice.close();
      await settled(() => arrived, 100);
      report.lost(MESSAGES - arrived, MESSAGES);
    },
  },
};
