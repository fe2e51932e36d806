import { RtcRuntime } from '../../../src/index.js';
import { busy } from '../support/busy.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const MESSAGES = 3000;

export const hazard: Hazard = {
  id: 'H4',
  file: import.meta.url,
  does: 'receives from a peer that sends 3000 messages and closes, while the event loop is busy for 300 ms',
  why:
    'Messages and the close event come through separate queues; the close event throws away the messages that ' +
    'still wait, and Node hands over at most 1000 a turn.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let arrived = 0;
      far.onClosed(() => {});
      far.onMessage(() => {
        arrived++;
      });
      for (let i = 0; i < MESSAGES; i++) near.sendMessage(`message ${i}`);
      near.close();
      busy(300);
      await settled(() => arrived);
      report.lost(MESSAGES - arrived, MESSAGES);
      await rawEnd(ndc, far, alice, bob);
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
      const closing = near.close();
      busy(300);
      await closing;
      await far.closed();
      report.lost(MESSAGES - arrived, MESSAGES);
    },
  },
};
