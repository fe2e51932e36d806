import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { collectGarbage, settled } from '../support/patience.js';
import { rawEnd, rawPair } from '../support/raw-pair.js';
import { sdkPair } from '../support/sdk-pair.js';

const MESSAGES = 60;

export const hazard: Hazard = {
  id: 'H3',
  file: import.meta.url,
  does: 'listens to an incoming channel in `onDataChannel` and keeps no reference to it',
  why: 'The wrapper is collected and the channel destroyed with it: messages silently stop, and cleanup may crash.',
  raw: {
    async program(ndc, report) {
      const { alice, bob } = rawPair(ndc);
      let arrived = 0;
      bob.onDataChannel((channel) => {
        channel.onMessage(() => {
          arrived++;
        });
      });
      const near = alice.createDataChannel('chat');
      await new Promise<void>((resolve) => near.onOpen(resolve));
      for (let i = 0; i < MESSAGES && near.isOpen(); i++) {
        near.sendMessage(`message ${i}`);
        await collectGarbage(1);
      }
      await settled(() => arrived);
      report.lost(MESSAGES - arrived, MESSAGES);
      await rawEnd(ndc, near, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { alice, bob } = sdkPair(rtc);
      let arrived = 0;
      bob.on('dataChannel', (channel) => {
        channel.on('message', () => {
          arrived++;
        });
      });
      const near = alice.createDataChannel('chat');
      await near.opened();
      for (let i = 0; i < MESSAGES; i++) {
        await near.send(`message ${i}`);
        await collectGarbage(1);
      }
      await near.close();
      await settled(() => arrived, 100);
      report.lost(MESSAGES - arrived, MESSAGES);
    },
  },
};
