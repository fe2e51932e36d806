import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const MESSAGES = 3000;
const text = 'x'.repeat(100);

export const hazard: Hazard = {
  id: 'H53',
  file: import.meta.url,
  does: 'closes a channel at both ends in the same moment, behind 3000 messages that have left the send buffer',
  why:
    'An end that is closed drops what still comes. The reset of its stream looks to the other end like the answer to its ' +
    'own, by which it would know that everything had arrived.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let arrived = 0;
      far.onMessage(() => {
        arrived++;
      });
      for (let i = 0; i < MESSAGES; i++) near.sendMessage(text);
      while (near.bufferedAmount() > 0); // no event arrives meanwhile, but the library works
      near.close();
      far.close();
      await settled(() => arrived);
      report.lost(MESSAGES - arrived, MESSAGES);
      await rawEnd(ndc, alice, bob);
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
      for (let i = 0; i < MESSAGES; i++) void near.send(text);
      await Promise.all([near.close(), far.close()]);
      report.lost(MESSAGES - arrived, MESSAGES);
      const { unconfirmed } = await near.closed();
      if (unconfirmed.messages > 0) report.wrong(`${unconfirmed.messages} messages reported as unconfirmed`);
    },
  },
};
